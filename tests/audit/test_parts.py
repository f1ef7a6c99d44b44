import numpy as np
import pandas as pd
import pytest

from onward.audit.intervals import gaps
from onward.audit.parts import CONTROLS, UNEXPLAINED, controls_of, parts


@pytest.fixture
def people():
    random = np.random.default_rng(12)
    n = 3_000
    group = random.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2])
    lower = (group == "b") * 0.3
    frame = pd.DataFrame(
        {
            "group": group,
            "goal": random.binomial(2, 0.5 - lower),
            "readiness": random.binomial(2, 0.6 - lower),
            "eligibility": random.binomial(1, 0.5, n),
        }
    )
    level = 3 * frame["goal"] * frame["readiness"] + 2 * frame["eligibility"]
    value = level + random.gamma(2, 2, n) - 1.5 * (group == "b")
    return frame.astype(dict.fromkeys(CONTROLS, "str")).assign(value=value)


def split(people, controls=CONTROLS, count=None):
    strata = people[list(CONTROLS)].assign(**{name: None for name in CONTROLS if name not in controls})
    counts = np.ones(len(people)) if count is None else count
    return parts(people["value"].to_numpy(float), people["group"], strata, counts)


@pytest.mark.parametrize("controls", [CONTROLS, ("goal", "readiness"), ("eligibility",)])
def test_the_parts_add_up_to_the_gap_over_all_learners(people, controls):
    added = split(people, controls).groupby("group")["amount"].sum()
    over_all = gaps(people["value"], people["group"])["gap"]
    assert added.to_numpy() == pytest.approx(over_all.to_numpy(), abs=1e-12)


def test_what_is_unexplained_is_the_gap_among_learners_alike_in_everything(people):
    found = split(people).set_index(["group", "part"])["amount"].xs(UNEXPLAINED, level="part")
    alike = people["goal"] + people["readiness"] + people["eligibility"]
    within = gaps(people["value"], people["group"], alike)["gap"]
    assert found.to_numpy() == pytest.approx(within.reindex(found.index).to_numpy())


def test_a_gap_that_is_all_goals_is_all_goal():
    # Half of x and a quarter of y have the lower goal; within a goal nothing varies.
    goal = pd.Series(list("llhh") + list("lhhh"))
    group = pd.Series(list("xxxxyyyy"))
    other = pd.Series("same", index=goal.index)
    strata = pd.DataFrame({"goal": goal, "readiness": other, "eligibility": other})
    value = goal.map({"l": 1.0, "h": 9.0}).to_numpy(float)
    found = parts(value, group, strata, np.ones(8)).set_index(["group", "part"])["amount"]
    assert found["x"].to_dict() == pytest.approx({"goal": -2.0, "readiness": 0.0, "eligibility": 0.0, UNEXPLAINED: 0.0})
    assert found["y"].to_dict() == pytest.approx({"goal": 2.0, "readiness": 0.0, "eligibility": 0.0, UNEXPLAINED: 0.0})


def test_two_controls_that_say_the_same_share_their_part(people):
    twice = people.assign(readiness=people["goal"])
    found = split(twice, ("goal", "readiness")).set_index("part")["amount"]
    assert found.loc["goal"].to_numpy() == pytest.approx(found.loc["readiness"].to_numpy())


def test_the_steering_that_was_planted_is_left_unexplained(people):
    found = split(people).set_index(["group", "part"]).loc[("b", UNEXPLAINED)]
    assert found["low"] <= -1.5 <= found["high"]
    assert found["high"] < 0


def test_rows_that_count_for_several_learners_are_those_rows_several_times(people):
    times = np.random.default_rng(13).integers(1, 4, len(people))
    each = people.loc[people.index.repeat(times)]
    pd.testing.assert_frame_equal(split(people, count=times.astype(float)), split(each), rtol=1e-9)


def test_what_not_every_learner_has_a_class_of_is_no_control(people):
    some = people[list(CONTROLS)].assign(readiness=people["readiness"].mask(people.index == 7))
    assert controls_of(some) == ("goal", "eligibility")


def test_without_controls_there_are_no_parts(people):
    assert split(people, ()).empty


def test_95_percent_intervals_of_what_is_unexplained_hold_it_in_95_percent_of_samples():
    random, held, runs = np.random.default_rng(14), 0, 200
    for _ in range(runs):
        frame = pd.DataFrame({name: random.integers(0, 2, 800).astype(str) for name in CONTROLS})
        group = pd.Series(np.where(random.random(800) < 0.3, "x", "y"))
        value = 4.0 * frame["goal"].astype(int) + random.gamma(2, 2, 800) - (group == "x")
        found = parts(value.to_numpy(float), group, frame, np.ones(800)).set_index(["group", "part"])
        row = found.loc[("x", UNEXPLAINED)]
        held += row["low"] <= -1 <= row["high"]
    assert held >= 181  # chance falls below it once in a thousand times
