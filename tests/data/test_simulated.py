import dataclasses
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from onward.data.published import published
from onward.data.schema import schema
from onward.data.simulated import Truth, World, simulate
from onward.data.simulated_catalogue import made_up_catalogue
from onward.data.simulated_history import terms_of
from onward.data.simulated_offerings import FIELDS
from onward.data.simulated_people import gender_shares, is_minoritised, race_shares
from onward.data.simulated_world import HIGH_VALUE, STRETCH
from onward.data.tables import LIMITS, RUNGS, Tables
from onward.data.worth import earnings_premium
from onward.errors import SettingsError

LEARNERS = 6_000


@cache
def made(**knobs: float | str) -> tuple[Tables, Truth]:
    return simulate(World(**{"learners": LEARNERS, **knobs}), seed=11)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return made()[0]


@pytest.fixture(scope="module")
def truth() -> Truth:
    return made()[1]


def logged(tables: Tables, truth: Truth) -> pd.DataFrame:
    """One row per decision point: what was chosen, what is true of it, and of whom."""
    points = truth.decision_points
    chosen = pd.Index(truth.credential_ids).get_indexer(points["credential_id"])
    credentials = tables.credentials.iloc[chosen].reset_index(drop=True)
    people = tables.demographics.set_index("learner_id").loc[points["learner_id"]].reset_index(drop=True)
    return points.assign(
        chosen=chosen,
        p=truth.p_complete[np.arange(len(points)), chosen],
        value=earnings_premium(tables.values).to_numpy()[chosen],
        level=credentials["award_level"],
        weeks=credentials["weeks"],
        status=tables.attempts["status"],
        minoritised=people["race_ethnicity"].map(is_minoritised),
        woman=people["gender"] == "woman",
        first=~points["learner_id"].duplicated(),
    )


def gap(rows: pd.DataFrame, group: str) -> float:
    """Mean value of the group's first choice less that of everyone else, in dollars."""
    first = rows[rows["first"]]
    return float(first.loc[first[group], "value"].mean() - first.loc[~first[group], "value"].mean())


def gap_given_latents(tables: Tables, truth: Truth, group: str) -> float:
    """The same gap among learners alike in what is recorded, which holds every latent fact where signal_noise is 0."""
    rows = logged(tables, truth)
    first = rows[rows["first"]].merge(tables.learners, on="learner_id")
    latents = first[["prior_gpa", "hours_per_week", *(f"x_interest_{cip}" for cip, _ in FIELDS.values())]].to_numpy(
        float
    )
    latents = (latents - latents.mean(axis=0)) / latents.std(axis=0)
    others = first[["minoritised", "woman"]].astype(float)
    goals = pd.get_dummies(first[["goal_cip", "goal_level", "employment"]], drop_first=True).astype(float)
    design = np.column_stack([others, np.ones(len(first)), latents, latents**2, goals])
    return float(np.linalg.lstsq(design, first["value"].to_numpy(float), rcond=None)[0][list(others).index(group)])


def whole_window_known(rows: pd.DataFrame, world: World) -> pd.Series:
    longest = pd.to_timedelta(np.ceil(rows["weeks"] * 7 * STRETCH[1]) + 1, unit="D")
    return rows["as_of"] + longest <= pd.Timestamp(world.data_through)


def test_the_same_seed_gives_the_same_tables_and_truth(tables, truth):
    again, truth_again = simulate(World(learners=LEARNERS), seed=11)
    for (_, one), (_, other) in zip(tables.items(), again.items(), strict=True):
        pd.testing.assert_frame_equal(one, other)
    np.testing.assert_array_equal(truth.p_complete, truth_again.p_complete)


def test_another_seed_gives_other_learners(tables):
    other, _ = simulate(World(learners=LEARNERS), seed=12)
    assert not other.learners["prior_gpa"].equals(tables.learners["prior_gpa"])


def test_every_table_passes_its_schema(tables):
    for table, frame in tables.items():
        assert len(schema(table).validate(frame)) > 0 or table.name == "limits", table.name


def test_every_reference_exists(tables):
    frames = {table.name: frame for table, frame in tables.items()}
    for table, frame in tables.items():
        for column in table.columns:
            if column.references:
                home = frames[column.references]
                key = "learner_id" if column.references == "learners" else "credential_id"
                assert frame[column.name].dropna().isin(home[key]).all(), f"{table.name}.{column.name}"


def test_the_catalogue_spans_fields_and_kinds(tables):
    credentials = tables.credentials
    assert 38 <= len(credentials) <= 46
    assert credentials["cip"].str[:2].nunique() >= 8
    assert credentials["cip"].str.fullmatch(r"\d{6}").all()
    assert credentials["credential_id"].str.fullmatch(r"ce-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").all()
    wanted = {"Badge", "Certificate", "License", "Certification", "ApprenticeshipCertificate"}
    assert wanted | {"AssociateDegree", "BachelorDegree"} <= set(credentials["kind"])


def test_credentials_stack_and_some_are_dead_ends(tables):
    rung = tables.credentials.set_index("credential_id")["award_level"].map(RUNGS)
    edges = tables.pathways
    climbs = (rung.loc[edges["to_id"]].to_numpy() > rung.loc[edges["from_id"]].to_numpy()).sum()
    ends = ~tables.credentials["credential_id"].isin(edges["from_id"])
    poor = (earnings_premium(tables.values) < 2_000).to_numpy()
    assert climbs >= 15
    assert (ends & poor).sum() >= 5


def test_some_short_credentials_pay_and_some_credentials_fail_the_premium(tables):
    value = earnings_premium(tables.values).to_numpy()
    short = tables.credentials["award_level"].isin(["20", "21"]).to_numpy()
    assert (value[short] > 10_000).sum() >= 4
    assert (value < 0).sum() >= 5
    assert tables.values[["low", "high"]].notna().all(axis=None)
    assert tables.values["median_earnings"].between(tables.values["low"], tables.values["high"]).all()


def test_learners_have_a_next_credential_and_things_they_bring(tables):
    attempts = tables.attempts.groupby("learner_id").size()
    awards = tables.awards.merge(tables.learners, on="learner_id")
    assert attempts.max() == 3
    assert (attempts > 1).mean() > 0.3
    assert (awards["awarded_on"] < awards["entry_date"]).sum() > 0.05 * LEARNERS
    assert set(tables.offers["stage"]) == {"eligible", "contacted", "applied", "offered", "enrolled"}


def test_shares_of_groups_are_the_published_ones(tables):
    women = (tables.demographics["gender"] == "woman").mean()
    assert women == pytest.approx(gender_shares()["woman"], abs=0.025)
    minoritised = tables.demographics["race_ethnicity"].map(is_minoritised).mean()
    expected = sum(share for answer, share in race_shares().items() if is_minoritised(answer))
    assert minoritised == pytest.approx(expected, abs=0.025)


def test_shares_of_answers_sum_to_one():
    assert sum(race_shares().values()) == pytest.approx(1)
    assert sum(gender_shares().values()) == pytest.approx(1)


def test_the_shipped_figures_are_those_the_script_derives(shared):
    script = Path(__file__).parents[2] / "benchmarks" / "derive_published.py"
    done = subprocess.run(
        [sys.executable, str(script), str(shared), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_more_overlap_spreads_the_choices():
    def largest_share(**knobs):
        return made(**knobs)[0].attempts["credential_id"].value_counts(normalize=True).iloc[:10].sum()

    assert largest_share(overlap=3.0) < largest_share() < largest_share(overlap=0.5)


def test_the_shipped_figures_hold_fields_with_enough_programs():
    assert published().earnings["programs"].min() >= 5


@pytest.mark.parametrize("level", ["all", "20", "21", "3", "5"])
def test_observed_completion_is_what_the_truth_says(tables, truth, level):
    rows = logged(tables, truth)
    rows = rows[whole_window_known(rows, World())]
    rows = rows if level == "all" else rows[rows["level"] == level]
    spread = np.sqrt((rows["p"] * (1 - rows["p"])).sum())
    z = ((rows["status"] == "completed").sum() - rows["p"].sum()) / spread
    assert len(rows) > 300
    assert abs(z) < 3.3


def test_no_attempt_is_in_progress_once_its_window_is_known(tables, truth):
    rows = logged(tables, truth)
    assert (rows.loc[whole_window_known(rows, World()), "status"] != "in_progress").all()


def test_completions_fall_within_one_and_a_half_times_the_planned_weeks(tables, truth):
    rows = logged(tables, truth)
    done = rows["status"] == "completed"
    days = (tables.attempts["ended_on"] - tables.attempts["started_on"]).dt.days
    assert (days[done] <= 1.5 * 7 * rows.loc[done, "weeks"]).all()


def test_every_completion_is_an_award_of_the_same_day(tables):
    done = tables.attempts[tables.attempts["status"] == "completed"]
    keys = ["learner_id", "credential_id"]
    matched = done.merge(tables.awards, left_on=[*keys, "ended_on"], right_on=[*keys, "awarded_on"])
    assert len(matched) == len(done)


def test_what_was_chosen_was_open(truth):
    chosen = pd.Index(truth.credential_ids).get_indexer(truth.decision_points["credential_id"])
    assert truth.eligible[np.arange(len(chosen)), chosen].all()


def test_a_requirement_is_open_only_to_those_who_hold_it(tables, truth):
    licence = tables.credentials["name"].tolist().index("Registered nurse licence")
    needed = tables.credentials.loc[tables.credentials["name"] == "Nursing associate", "credential_id"].item()
    holders = tables.awards[tables.awards["credential_id"] == needed].set_index("learner_id")["awarded_on"]
    points = truth.decision_points[truth.eligible[:, licence]]
    assert len(points) > 0
    assert (points["learner_id"].map(holders) < points["as_of"]).all()


def test_steering_keeps_minoritised_learners_and_women_from_what_pays(tables, truth):
    rows = logged(tables, truth)
    assert gap(rows, "minoritised") < -4_000
    assert gap(rows, "woman") < -3_000


def test_without_steering_learners_alike_choose_alike():
    steered = made(signal_noise=0.0)
    free = made(signal_noise=0.0, steering_race=0.0, steering_gender=0.0)
    for group, tolerance in (("minoritised", 1_300), ("woman", 1_800)):
        assert abs(gap_given_latents(*free, group)) < tolerance
        assert gap_given_latents(*steered, group) < -3_500


def test_a_barrier_lowers_completion_of_affected_groups_in_high_value_credentials_alone(tables, truth):
    _, with_barrier = made(barrier=0.6)
    first = ~truth.decision_points["learner_id"].duplicated()
    first_there = ~with_barrier.decision_points["learner_id"].duplicated()
    fall = truth.p_complete[first] - with_barrier.p_complete[first_there]
    rows = logged(tables, truth)[first]
    high = earnings_premium(tables.values).to_numpy() >= HIGH_VALUE
    affected = (rows["minoritised"] | rows["woman"]).to_numpy(bool)
    np.testing.assert_array_equal(fall[~affected], 0)
    np.testing.assert_array_equal(fall[:, ~high], 0)
    assert (fall[affected][:, high] > 0).all()


@pytest.mark.parametrize("barrier", [0.0, 0.6])
def test_the_blind_ceiling_is_calibrated_at_first_decision_points(barrier):
    tables, truth = made(barrier=barrier)
    first = logged(tables, truth)["first"].to_numpy()
    for column in range(len(truth.credential_ids)):
        blind, true = truth.blind_p_complete[first, column], truth.p_complete[first, column]
        for part in np.array_split(np.argsort(blind), 5):
            error = (true[part] - blind[part]).std() / np.sqrt(len(part))
            assert abs(true[part].mean() - blind[part].mean()) < 4.5 * error + 1e-4


def test_the_blind_ceiling_is_the_truth_where_nothing_is_hidden():
    tables, truth = made(signal_noise=0.0)
    first = logged(tables, truth)["first"].to_numpy()
    np.testing.assert_allclose(truth.blind_p_complete[first], truth.p_complete[first], atol=1e-3)


def test_noise_and_barrier_hide_part_of_the_truth(truth):
    assert np.abs(truth.blind_p_complete - truth.p_complete).mean() > 0.02


def test_no_truth_is_in_the_tables(tables):
    names = {name for _, frame in tables.items() for name in frame.columns}
    assert names.isdisjoint(entry.name for entry in dataclasses.fields(Truth) if entry.name != "credential_ids")
    recorded = {name for name in names if name.startswith("x_")}
    assert recorded == {f"x_interest_{cip}" for cip, _ in FIELDS.values()} | {
        "x_commute_minutes",
        "x_neighbourhood_income",
    }


@pytest.mark.parametrize("through", ["2024-12-31", "2022-05-15"])
def test_nothing_is_dated_after_the_last_date_known(through):
    tables, truth = made(data_through=through)
    for table, frame in tables.items():
        for column in table.columns:
            if column.kind == "date":
                assert not (frame[column.name] > pd.Timestamp(through)).any(), f"{table.name}.{column.name}"
    assert (truth.decision_points["as_of"] <= pd.Timestamp(through)).all()


def test_an_earlier_last_date_leaves_more_in_progress(tables):
    earlier, _ = made(data_through="2022-05-15")
    in_progress = earlier.attempts["status"] == "in_progress"
    assert in_progress.mean() > (tables.attempts["status"] == "in_progress").mean()
    assert earlier.attempts.loc[in_progress, "ended_on"].isna().all()


def test_surviving_every_term_is_as_likely_as_completing(tables, truth):
    rows = logged(tables, truth)
    terms = terms_of(rows["weeks"].to_numpy(float))
    np.testing.assert_allclose((1 - truth.stop_hazard.astype(float)) ** terms, rows["p"], atol=1e-4)


def test_decision_points_are_the_attempts_in_order(tables, truth):
    points = truth.decision_points
    assert points["learner_id"].tolist() == tables.attempts["learner_id"].tolist()
    assert points.equals(points.sort_values(["as_of", "learner_id"], kind="stable"))
    assert truth.p_complete.shape == truth.eligible.shape == (len(points), len(tables.credentials))
    assert truth.p_complete.dtype == truth.blind_p_complete.dtype == truth.stop_hazard.dtype == np.float32


def test_a_world_does_not_change_the_catalogue_of_another():
    tables, _ = simulate(World(learners=10), seed=1)
    tables.credentials.loc[0, "name"] = "changed"
    assert made_up_catalogue().credentials.loc[0, "name"] == "Nursing assistant"


@pytest.mark.parametrize(
    ("knob", "value", "message"),
    [
        ("learners", 0, "learners: expected a whole number of at least 1, came 0; set it to 1 or more"),
        ("cohorts", 2.5, "cohorts: expected a whole number of at least 1, came 2.5"),
        ("steering_race", -0.1, "steering_race: expected a number of at least 0, came -0.1"),
        ("barrier", float("nan"), "barrier: expected a number of at least 0, came nan"),
        ("signal_noise", "much", "signal_noise: expected a number of at least 0, came 'much'"),
        ("overlap", 0, "overlap: expected a number above 0, came 0; set it"),
        ("limits", 0.7, "limits: expected a share from 0 to 0.5, came 0.7; set it there"),
        ("first_entry", "soon", "first_entry: expected a date as YYYY-MM-DD, came 'soon'"),
        ("data_through", "2015-01-01", "data_through: expected a date on or after .* set it later, or lower cohorts"),
    ],
)
def test_a_world_that_cannot_be_is_refused(knob, value, message):
    with pytest.raises(SettingsError, match=message):
        World(**{knob: value})


def test_limits_are_set_by_about_the_share_asked_for_and_change_nothing_else(tables):
    limited, _ = made(limits=0.3)
    share = len(limited.limits) / len(limited.learners)
    assert 0.25 < share < 0.35
    assert limited.attempts.equals(tables.attempts)
    assert schema(LIMITS).validate(limited.limits).drop(columns="learner_id").notna().any(axis=1).all()


def test_nobody_sets_limits_where_none_are_asked_for(tables):
    assert tables.limits.empty
