import dataclasses
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from onward.catalog.catalogue import Catalogue
from onward.data.learner import NEVER_SENT, Learner
from onward.data.tables import PATHWAYS, RUNGS, conform
from onward.errors import DataError
from onward.history.decision_points import positions
from onward.history.known import Points
from onward.history.timeline import Timeline
from onward.history.views import LearnerView
from onward.live.answers import BEYOND_LIMITS, CIRCLE, NEARLY_OPEN, STRETCH, persistence, recommend
from onward.policy.eligibility import Limits
from onward.policy.lists import lists
from onward.policy.ranking import NONE
from onward.policy.shown import LITTLE
from onward.policy.weights import Weights
from onward.release.bundle import load
from onward.release.record import record_of

DAY = date(2024, 9, 2)
EMPTY = Learner(learner_id="new", entry_date="2024-08-01")


@pytest.fixture(scope="module")
def bundle(small_bundle, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    small_bundle.write(folder)
    return load(folder)


@pytest.fixture(scope="module")
def some(small) -> list[tuple[Learner, date]]:
    """Records of learners at decision points, as an advising system would send them."""
    points = small.starts.iloc[::250]
    return [(record_of(small.tables, p.learner_id, before=p.as_of), p.as_of.date()) for p in points.itertuples()]


def learner(small, *, attempts=(), awards=(), **facts) -> Learner:
    """A learner with attempts (position, status) begun, and awards (position) made, in June 2024."""
    ids = small.catalogue.ids
    return Learner(
        learner_id="ann",
        entry_date="2024-01-08",
        attempts=[{"credential_id": ids[at], "started_on": "2024-06-03", "status": "in_progress"} for at in attempts],
        awards=[{"credential_id": ids[at], "awarded_on": "2024-06-03"} for at in awards],
        **facts,
    )


def advised(answer) -> list[str]:
    return [item["credential_id"] for item in answer["advice"]["advised"]]


def stretched(answer) -> list[str]:
    return [] if answer["advice"]["stretch"] is None else [answer["advice"]["stretch"]["credential_id"]]


def text(answer) -> str:
    return json.dumps(answer, allow_nan=False, sort_keys=True)


def test_the_same_request_gives_the_same_bytes(bundle, some):
    first, second = ([text(recommend(bundle, each, as_of=day, k=5)) for each, day in some] for _ in range(2))
    assert first == second


def test_a_record_s_rows_may_come_in_any_order(bundle, some):
    for each, day in some:
        turned = each.model_copy(
            update={name: getattr(each, name)[::-1] for name in ("enrollments", "attempts", "awards", "experiences")}
        )
        assert text(recommend(bundle, turned, as_of=day, k=5)) == text(recommend(bundle, each, as_of=day, k=5))


def test_the_id_of_a_learner_changes_nothing(bundle, some):
    for each, day in some:
        other = each.model_copy(update={"learner_id": "other"})
        assert text(recommend(bundle, other, as_of=day, k=5)) == text(recommend(bundle, each, as_of=day, k=5))


def test_no_answer_holds_a_number_that_json_cannot(bundle, some):
    answers = [recommend(bundle, each, as_of=day, k=50) for each, day in [*some, (EMPTY, DAY)]]
    assert all("NaN" not in text(answer) for answer in answers)


def test_no_answer_holds_a_sensitive_field(bundle, some):
    found = json.dumps([recommend(bundle, each, as_of=day, k=5) for each, day in some])
    # A credential has a name, and Pell may pay for it; of a learner neither is asked.
    assert not [name for name in NEVER_SENT - {"name", "pell"} if f'"{name}"' in found]


def test_what_is_dated_on_the_day_itself_or_later_changes_nothing(bundle, small):
    later = learner(small).model_copy(update={"awards": learner(small, awards=[0]).awards[0:1]})
    on_the_day = recommend(bundle, later, as_of=date(2024, 6, 3), k=5)["advice"]
    assert on_the_day == recommend(bundle, learner(small), as_of=date(2024, 6, 3), k=5)["advice"]


def test_a_record_gives_the_advice_that_its_tables_give(bundle, small):
    points = small.starts.iloc[::250].reset_index(drop=True)
    adviser, at = bundle.adviser, positions(points, small.timeline)
    prospects = adviser.prospects(small.timeline, at)
    view = LearnerView(small.timeline, at, adviser.catalogue)
    composed = lists(adviser.scores(prospects), prospects, adviser.rule, view, k=5)
    # A stretch whose shown probability is below the floor is not offered.
    shown = bundle.shown.probability(prospects.p_complete)[np.arange(len(points)), composed.stretch].round(3)
    stretch = np.where(shown >= adviser.rule.completion_floor, composed.stretch, NONE)
    expected = [
        [adviser.catalogue.ids[position] for position in (*row, last) if position != NONE]
        for row, last in zip(composed.ranked, stretch, strict=True)
    ]
    records = [record_of(small.tables, p.learner_id, before=p.as_of) for p in points.itertuples()]
    days = [p.as_of.date() for p in points.itertuples()]
    answers = [recommend(bundle, each, as_of=day, k=5) for each, day in zip(records, days, strict=True)]
    assert [[*advised(answer), *stretched(answer)] for answer in answers] == expected
    assert any(map(stretched, answers))


@pytest.mark.parametrize("k", [1, 3, 7])
def test_at_most_k_credentials_are_advised(k, bundle):
    assert len(advised(recommend(bundle, EMPTY, as_of=DAY, k=k))) == k


def test_a_shorter_list_is_the_beginning_of_a_longer_one(bundle):
    three, seven = (advised(recommend(bundle, EMPTY, as_of=DAY, k=k)) for k in (3, 7))
    assert three == seven[:3]


def test_ranks_count_from_one(bundle):
    items = recommend(bundle, EMPTY, as_of=DAY, k=4)["advice"]["advised"]
    assert [item["rank"] for item in items] == [1, 2, 3, 4]


@pytest.mark.parametrize(("limit", "fact"), [("max_weeks", "weeks"), ("max_cost", "net_price")])
def test_a_limit_is_never_gone_beyond(limit, fact, bundle, small):
    bound = float(np.nanmedian(small.catalogue.numbers(fact)))
    items = recommend(bundle, EMPTY, as_of=DAY, k=50, limits=Limits(**{limit: bound}))["advice"]["advised"]
    assert max(item[fact] for item in items) <= bound


def test_a_limit_holds_for_what_is_not_open_yet(bundle, small):
    bound = float(np.nanmedian(small.catalogue.numbers("weeks")))
    answer = recommend(bundle, EMPTY, as_of=DAY, k=1, limits=Limits(max_weeks=bound))
    weeks = dict(zip(small.catalogue.ids, small.catalogue.numbers("weeks"), strict=True))
    assert all(weeks[item["credential_id"]] <= bound for item in answer["advice"]["not_yet_open"])


def test_limits_that_leave_nothing_give_an_empty_list(bundle):
    assert advised(recommend(bundle, EMPTY, as_of=DAY, k=5, limits=Limits(max_weeks=0.5))) == []


def test_what_is_held_is_not_advised(bundle, small):
    first = advised(recommend(bundle, learner(small), as_of=DAY, k=1))[0]
    at = small.catalogue.positions[first]
    assert first not in advised(recommend(bundle, learner(small, awards=[at]), as_of=DAY, k=50))


def test_what_is_under_way_is_not_advised(bundle, small):
    first = advised(recommend(bundle, learner(small), as_of=DAY, k=1))[0]
    at = small.catalogue.positions[first]
    assert first not in advised(recommend(bundle, learner(small, attempts=[at]), as_of=DAY, k=50))


def test_what_is_not_open_yet_names_what_is_lacking(bundle, small):
    names = small.catalogue.credentials["name"].to_numpy()
    for item in recommend(bundle, EMPTY, as_of=DAY, k=1)["advice"]["not_yet_open"]:
        required = small.catalogue.pathways.requires[small.catalogue.positions[item["credential_id"]]]
        assert item["needs"] == names[required].tolist()


def test_the_way_to_what_is_not_open_yet_ends_there_and_meets_its_needs(bundle, some):
    for each, day in [*some, (EMPTY, DAY)]:
        for item in recommend(bundle, each, as_of=day, k=1)["advice"]["not_yet_open"]:
            steps = item["stack"]["steps"]
            assert steps[-1]["credential_id"] == item["credential_id"]
            assert set(item["needs"]) <= {step["name"] for step in steps}
            assert item["stack"]["weeks_left"] == pytest.approx(sum(step["weeks_left"] for step in steps), abs=0.001)


def test_within_limits_the_way_has_no_step_beyond_them(bundle):
    found = recommend(bundle, EMPTY, as_of=DAY, k=1, limits=Limits(max_weeks=70))["advice"]["not_yet_open"]
    assert {item["stack"] is None for item in found} == {True, False}
    for item in found:
        steps = [] if item["stack"] is None else item["stack"]["steps"]
        assert all(step["weeks_left"] <= 70 for step in steps)
        assert item["note"] == ("" if steps else BEYOND_LIMITS)


@pytest.mark.parametrize(("limit", "left"), [("max_weeks", "weeks_left"), ("max_cost", "price_left")])
def test_all_steps_of_a_way_together_are_within_the_limits(limit, left, bundle):
    (whole, *_) = recommend(bundle, EMPTY, as_of=DAY, k=1)["advice"]["not_yet_open"]
    bound = whole["stack"][left] - 0.5
    assert all(step[left] <= bound for step in whole["stack"]["steps"])
    found = recommend(bundle, EMPTY, as_of=DAY, k=1, limits=Limits(**{limit: bound}))["advice"]["not_yet_open"]
    assert whole["credential_id"] in [item["credential_id"] for item in found]
    ways = [item for item in found if item["stack"] is not None]
    assert whole["credential_id"] not in [item["credential_id"] for item in ways]
    assert all(item["stack"][left] is None or item["stack"][left] <= bound for item in ways)


def test_requirements_in_a_circle_are_named_without_a_way(bundle):
    catalogue = bundle.adviser.catalogue
    first, second = catalogue.ids[:2]
    circle = pd.DataFrame({"from_id": [first, second], "to_id": [second, first], "relation": "requires"})
    tied = Catalogue.of(catalogue.credentials, conform(circle, PATHWAYS), catalogue.values)
    closed = dataclasses.replace(bundle, adviser=dataclasses.replace(bundle.adviser, catalogue=tied))
    found = recommend(closed, EMPTY, as_of=DAY, k=1)["advice"]["not_yet_open"]
    assert {item["credential_id"] for item in found} == {first, second}
    assert [(item["stack"], item["note"]) for item in found] == [(None, CIRCLE)] * 2


def test_a_learner_who_wants_to_go_on_is_advised_no_dead_end(bundle, some):
    for each, day in some:
        items = recommend(bundle, each, as_of=day, k=50, limits=Limits(must_stack=True))["advice"]["advised"]
        assert not any(item["dead_end"] for item in items)


def test_something_is_not_open_yet(bundle):
    assert 1 <= len(recommend(bundle, EMPTY, as_of=DAY, k=1)["advice"]["not_yet_open"]) <= NEARLY_OPEN


def test_what_is_advised_is_open_and_never_also_not_open_yet(bundle, some):
    for each, day in some:
        advice = recommend(bundle, each, as_of=day, k=50)["advice"]
        assert not set(advised({"advice": advice})) & {item["credential_id"] for item in advice["not_yet_open"]}


def test_what_is_under_way_is_not_named_as_not_open_yet(bundle, small):
    closed = np.flatnonzero(small.catalogue.pathways.requires.any(axis=1))
    answer = recommend(bundle, learner(small, attempts=closed.tolist()), as_of=DAY, k=1)
    assert answer["advice"]["not_yet_open"] == []


def test_what_was_lacking_opens_what_needed_it(bundle, small):
    target, needed = np.argwhere(small.catalogue.pathways.requires)[0]
    others = np.flatnonzero(small.catalogue.pathways.requires[target])
    answer = recommend(bundle, learner(small, awards=others.tolist()), as_of=DAY, k=50)
    assert small.catalogue.ids[target] in advised(answer), small.catalogue.ids[needed]


def test_the_value_comes_with_its_basis(bundle):
    values = [item["value"] for item in recommend(bundle, EMPTY, as_of=DAY, k=5)["advice"]["advised"]]
    assert all(value["basis"] and value["a_year"] is not None for value in values)


def test_the_value_is_what_is_earned_above_the_benchmark(bundle):
    value = recommend(bundle, EMPTY, as_of=DAY, k=1)["advice"]["advised"][0]["value"]
    assert value["a_year"] == pytest.approx(value["earnings"] - value["high_school_earnings"], abs=0.01)


def test_a_completion_below_the_floor_is_marked_and_comes_after_all_others_that_return_something(bundle, small):
    items = recommend(bundle, EMPTY, as_of=DAY, k=50)["advice"]["advised"]
    adviser, timeline = bundle.adviser, Timeline.from_records([EMPTY], small.catalogue)
    prospects = adviser.prospects(timeline, Points(np.zeros(1, dtype=np.int64), np.array([DAY], "datetime64[D]")))
    at = [small.catalogue.positions[item["credential_id"]] for item in items]
    marked = np.array([item["below_completion_floor"] for item in items])
    assert (marked == (prospects.p_complete[0, at] < adviser.rule.completion_floor)).all()
    returning = marked[adviser.scores(prospects)[0, at] > 0].tolist()
    assert returning == sorted(returning)
    assert len(set(returning)) == 2


def test_recognised_credits_are_those_of_what_is_held(bundle, small):
    edges = small.catalogue.pathways
    target, held = np.argwhere((edges.recognised > 0) & ~edges.requires.any(axis=1)[:, None])[0]
    items = recommend(bundle, learner(small, awards=[held]), as_of=DAY, k=50)["advice"]["advised"]
    found = {item["credential_id"]: item["recognised_credits"] for item in items}
    assert found[small.catalogue.ids[target]] == round(edges.recognised[target, held], 1)


def test_at_most_three_reasons_are_given(bundle, some):
    lists = [
        item["reasons"] for each, day in some for item in recommend(bundle, each, as_of=day, k=5)["advice"]["advised"]
    ]
    assert max(map(len, lists)) <= 3


def test_some_reason_is_given(bundle):
    assert any(item["reasons"] for item in recommend(bundle, EMPTY, as_of=DAY, k=5)["advice"]["advised"])


@pytest.mark.parametrize("ask", [lambda b: recommend(b, EMPTY, as_of=DAY, k=1), None], ids=["advice", "persistence"])
def test_every_answer_is_unsigned(ask, bundle, small):
    answer = ask(bundle) if ask else persistence(bundle, learner(small, attempts=[0]), as_of=DAY)
    assert (answer["unsigned"], "Nobody has signed for this model" in answer["notes"][0]) == (True, True)


def test_an_answer_names_the_bundle_that_gave_it(bundle):
    assert recommend(bundle, EMPTY, as_of=DAY, k=1)["model"] == {
        "name": "small",
        "version": bundle.version,
        "audit_verdict": "cannot tell yet",
    }


def test_a_day_before_entry_is_refused(bundle):
    with pytest.raises(DataError, match="expected as_of on or after entry_date; it is earlier; send the day"):
        recommend(bundle, EMPTY, as_of=date(2024, 7, 31), k=1)


def test_the_day_of_entry_is_answered(bundle):
    assert advised(recommend(bundle, EMPTY, as_of=date(2024, 8, 1), k=1))


def test_an_extra_that_the_bundle_does_not_know_is_refused(bundle):
    with pytest.raises(DataError, match=r"expected extras among .*; got 1 not among them; remove"):
        recommend(bundle, EMPTY.model_copy(update={"extras": {"x_unknown": 1.0}}), as_of=DAY, k=1)


def test_a_value_that_was_not_seen_in_training_is_noted(bundle):
    odd = EMPTY.model_copy(update={"extras": {"x_commute_minutes": "far"}})
    notes = recommend(bundle, odd, as_of=DAY, k=1)["notes"]
    assert notes[1:] == ["x_commute_minutes: a value not seen in training was treated as missing"]


def test_persistence_is_asked_of_the_one_attempt_under_way(bundle, small):
    answer = persistence(bundle, learner(small, attempts=[4]), as_of=DAY)
    assert answer["persistence"]["target"] == small.catalogue.ids[4]


def test_persistence_may_be_asked_of_a_named_target(bundle, small):
    target = small.catalogue.ids[9]
    answer = persistence(bundle, learner(small, attempts=[4, 5]), as_of=DAY, target=target)
    assert answer["persistence"]["target"] == target


@pytest.mark.parametrize("attempts", [[], [4, 5]], ids=["none", "two"])
def test_without_a_target_one_attempt_must_be_under_way(attempts, bundle, small):
    with pytest.raises(DataError, match=f"expected one attempt under way at as_of; got {len(attempts)}; send target"):
        persistence(bundle, learner(small, attempts=attempts), as_of=DAY)


def test_an_attempt_that_begins_on_the_day_itself_is_not_under_way(bundle, small):
    with pytest.raises(DataError, match="got 0; send target"):
        persistence(bundle, learner(small, attempts=[4]), as_of=date(2024, 6, 3))


def test_a_target_outside_the_catalogue_is_refused_without_its_text(bundle):
    with pytest.raises(DataError, match="expected target to be a credential_id of the catalogue") as refusal:
        persistence(bundle, EMPTY, as_of=DAY, target="secret-target")
    assert "secret-target" not in str(refusal.value)


def test_persistence_is_a_probability(bundle, small):
    probability = persistence(bundle, learner(small, attempts=[4]), as_of=DAY)["persistence"]["probability"]
    assert 0 < probability < 1


def test_persistence_says_what_it_is_for(bundle, small):
    answer = persistence(bundle, learner(small, attempts=[4]), as_of=DAY)["persistence"]
    assert answer["use"] == "To offer support. Never to rank, deny or withhold a credential."


def test_persistence_gives_the_same_bytes_again(bundle, small):
    first, second = (text(persistence(bundle, learner(small, attempts=[4]), as_of=DAY)) for _ in range(2))
    assert first == second


@pytest.fixture(scope="module")
def with_stretch(bundle, some) -> list[tuple[Learner, date]]:
    """Those of the learners whose list of three holds a stretch."""
    found = [pair for pair in some if stretched(recommend(bundle, pair[0], as_of=pair[1], k=3))]
    assert len(found) >= 3
    return found


def test_a_declined_stretch_is_null_and_changes_nothing_else(bundle, with_stretch):
    for each, day in with_stretch:
        offered, declined = (recommend(bundle, each, as_of=day, k=3, stretch=wanted) for wanted in (True, False))
        assert declined["advice"] == offered["advice"] | {"stretch": None}


def test_a_stretch_stands_beside_the_list_and_repeats_none_of_it(bundle, with_stretch):
    answers = [recommend(bundle, each, as_of=day, k=3) for each, day in with_stretch]
    assert all(len(advised(answer)) == 3 and not set(stretched(answer)) & set(advised(answer)) for answer in answers)
    assert all("rank" not in answer["advice"]["stretch"] for answer in answers)


def test_a_stretch_says_that_it_is_one(bundle, with_stretch):
    notes = {recommend(bundle, each, as_of=day, k=3)["advice"]["stretch"]["note"] for each, day in with_stretch}
    assert notes == {STRETCH}


def test_a_stretch_is_a_rung_above_goal_and_first_advice_and_above_the_floor(bundle, with_stretch, small):
    rung = dict(zip(small.catalogue.ids, small.catalogue.rung, strict=True))
    for each, day in with_stretch:
        answer = recommend(bundle, each, as_of=day, k=3)
        goal = -1.0 if each.goal_level is None else RUNGS[each.goal_level]
        assert rung[stretched(answer)[0]] > max(rung[advised(answer)[0]], goal)
        timeline = Timeline.from_records([each], small.catalogue)
        at = Points(np.zeros(1, dtype=np.int64), np.array([day], dtype="datetime64[D]"))
        likely = bundle.adviser.prospects(timeline, at).p_complete[0, small.catalogue.positions[stretched(answer)[0]]]
        assert likely >= bundle.adviser.rule.completion_floor
        assert answer["advice"]["stretch"]["below_completion_floor"] is False


def test_the_note_of_a_stretch_says_that_it_asks_more_and_is_not_instead(bundle, with_stretch):
    each, day = with_stretch[0]
    note = recommend(bundle, each, as_of=day, k=3)["advice"]["stretch"]["note"]
    assert note == "It asks more than what comes before. It is an extra, not instead of that; leave it if you like."


def test_a_stretch_is_within_the_limits(bundle, with_stretch):
    for each, day in with_stretch:
        weeks = weeks_left(bundle, each, day)
        before = stretched(recommend(bundle, each, as_of=day, k=3))[0]
        limits = Limits(max_weeks=weeks[before] - 1)
        found = stretched(recommend(bundle, each, as_of=day, k=3, limits=limits))
        assert all(weeks[at] <= weeks[before] - 1 for at in found)


def test_where_everything_open_is_advised_nothing_is_left_to_stretch_to(bundle, some):
    assert {
        str(recommend(bundle, each, as_of=day, k=len(bundle.adviser.catalogue))["advice"]["stretch"])
        for each, day in some
    } == {"None"}


def test_of_the_stated_field_the_best_takes_the_last_place_at_the_latest(bundle, some, small):
    field = dict(zip(small.catalogue.ids, small.catalogue.field, strict=True))
    for each, day in some:
        if each.goal_cip is None:
            continue
        whole = advised(recommend(bundle, each, as_of=day, k=50))
        inside = [at for at in whole if field[at] == each.goal_cip[:2]]
        if inside:
            assert inside[0] in advised(recommend(bundle, each, as_of=day, k=2))


def test_one_place_alone_is_the_best_whatever_its_field(bundle, some):
    for each, day in some:
        assert advised(recommend(bundle, each, as_of=day, k=1)) == advised(recommend(bundle, each, as_of=day, k=2))[:1]


def test_weights_that_are_the_default_change_no_byte(bundle, some):
    for each, day in some:
        assert text(recommend(bundle, each, as_of=day, k=5, weights=Weights())) == text(
            recommend(bundle, each, as_of=day, k=5)
        )


@pytest.mark.parametrize(("name", "fact"), [("time", "weeks"), ("cost", "net_price")])
def test_with_one_weight_alone_what_is_advised_has_the_least_of_it(name, fact, bundle):
    answer = recommend(bundle, EMPTY, as_of=DAY, k=50, weights=Weights(**{"pay": 0, name: 10}))
    first = answer["advice"]["advised"][0]
    likely = [item[fact] for item in answer["advice"]["advised"] if not item["below_completion_floor"]]
    assert first[fact] == min(likely)


def test_the_weight_of_the_field_brings_the_stated_field_first(bundle, small):
    field = small.catalogue.field[0]
    stated = EMPTY.model_copy(update={"goal_cip": f"{field}0000"})
    answer = recommend(bundle, stated, as_of=DAY, k=1, weights=Weights(pay=0, field=10))
    assert answer["advice"]["advised"][0]["in_stated_field"] is True


@pytest.mark.parametrize(
    "weights",
    [dict.fromkeys(Weights.model_fields, 10), {"pay": 10}, {"schedule": 10}],
    ids=["all most", "pay", "schedule"],
)
def test_no_weights_open_what_is_closed_or_go_beyond_a_limit(weights, bundle, some):
    limits = Limits(max_weeks=40)
    for each, day in some[:8]:
        asked = {"as_of": day, "k": 50, "limits": limits}
        found, usual = (recommend(bundle, each, weights=w, **asked) for w in (Weights(**weights), None))
        assert set(advised(found)) == set(advised(usual))
        text(found)


@pytest.mark.parametrize("weights", [{"pay": 0, "time": 10}, {"cost": 10}, {"field": 10}, {"pay": 0, "cost": 0.1}])
def test_whatever_is_weighed_nothing_that_returns_less_than_it_costs_comes_before_what_returns_more(
    weights, bundle, small_adviser, some, small
):
    free = dataclasses.replace(bundle, adviser=small_adviser)
    for each, day in some:
        timeline = Timeline.from_records([each], small.catalogue)
        at = Points(np.zeros(1, dtype=np.int64), np.array([day], dtype="datetime64[D]"))
        scores = small_adviser.scores(small_adviser.prospects(timeline, at))[0]
        answer = recommend(free, each, as_of=day, k=50, weights=Weights(**weights))
        places = [small.catalogue.positions[credential_id] for credential_id in advised(answer)]
        losing = (scores[places] <= 0).tolist()
        assert losing == sorted(losing)
        few = recommend(free, each, as_of=day, k=3, weights=Weights(**weights))
        assert all(scores[small.catalogue.positions[credential_id]] > 0 for credential_id in stretched(few))


def test_weights_change_no_likelihood_and_no_value(bundle, some):
    each, day = some[0]
    facts = [
        {item["credential_id"]: (item["p_complete"], item["value"]) for item in answer["advice"]["advised"]}
        for answer in (recommend(bundle, each, as_of=day, k=50, weights=w) for w in (None, Weights(time=10)))
    ]
    assert facts[0] == facts[1]


@pytest.mark.parametrize("wrong", [{"pay": -1}, {"time": 11}, {"cost": float("nan")}, {"field": float("inf")}])
def test_a_weight_outside_its_range_is_refused(wrong):
    with pytest.raises(ValidationError, match=r"greater than or equal to 0|less than or equal to 10|finite number"):
        Weights(**wrong)


@pytest.mark.parametrize("nothing", [{"pay": 0}, dict.fromkeys(Weights.model_fields, 0)])
def test_weights_that_weigh_nothing_are_refused(nothing):
    with pytest.raises(ValidationError, match="expected a weight above 0"):
        Weights.model_validate(nothing)


@pytest.mark.parametrize("name", ["gender", "race", "x_pell", "Age", "DISABILITY"])
def test_a_sensitive_name_among_the_weights_is_refused_by_name(name):
    with pytest.raises(ValidationError, match=f"{name} is sensitive and never an input; remove it"):
        Weights.model_validate({"pay": 1.0, name: 5.0})


def test_what_nobody_weighs_is_refused():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Weights.model_validate({"prestige": 1.0})


def weeks_left(bundle, each, day) -> dict[str, float]:
    """What is left of every open credential for a learner, in weeks."""
    items = recommend(bundle, each, as_of=day, k=50)["advice"]["advised"]
    return {item["credential_id"]: item["weeks_left"] for item in items}


def pairs_with_propensity(bundle, small, some):
    """Every advised item with the propensity of its credential, and those of all that is open."""
    for each, day in some:
        answer = recommend(bundle, each, as_of=day, k=50)
        timeline = Timeline.from_records([each], small.catalogue)
        at = Points(np.zeros(1, dtype=np.int64), np.array([day], dtype="datetime64[D]"))
        usual = dict(zip(small.catalogue.ids, bundle.adviser.prospects(timeline, at).propensity[0], strict=True))
        for item in answer["advice"]["advised"]:
            yield item, usual, answer


def test_a_better_supported_alternative_is_named_only_where_evidence_is_little(bundle, small, some):
    found = list(pairs_with_propensity(bundle, small, some))
    named = [item for item, _, _ in found if item["supported_alternative"] is not None]
    assert named
    assert {item["evidence"] for item in named} == {"little"}


def test_the_alternative_is_open_and_has_more_than_little_evidence(bundle, small, some):
    for item, usual, answer in pairs_with_propensity(bundle, small, some):
        better = item["supported_alternative"]
        if better is not None:
            assert usual[better["credential_id"]] >= LITTLE
            assert better["credential_id"] in advised(answer)
            assert set(better) == {"credential_id", "name"}


def test_the_alternative_is_within_the_limits(bundle, some):
    for each, day in some:
        weeks = weeks_left(bundle, each, day)
        for item in recommend(bundle, each, as_of=day, k=5, limits=Limits(max_weeks=30))["advice"]["advised"]:
            better = item["supported_alternative"]
            assert better is None or weeks[better["credential_id"]] <= 30
