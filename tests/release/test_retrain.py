"""The pipeline as a whole: what may and may not reach a served model."""

import dataclasses
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from onward.training.demo import SETTINGS

from onward.data.mapping import Source
from onward.data.simulated import World, simulate
from onward.data.tables import DEMOGRAPHICS
from onward.errors import DataError, SettingsError
from onward.live.answers import recommend
from onward.models.averaging import GROUP
from onward.release.bundle import MANIFEST
from onward.release.record import record_of
from onward.release.retrain import retrain
from onward.release.run import bundle_of
from onward.settings import ModelSettings, load

SMALL = ModelSettings(rounds=15, folds=2)


def settings(**changes):
    """The demo's settings with small models."""
    small = dict.fromkeys(("completion", "persistence", "choice"), SMALL)
    return load(SETTINGS).model_copy(update=small | changes)


def train(tables, **changes):
    """Train on tables that are already in memory."""
    source = Source(tables, nominal_dates=False, notes=(), digests={})
    return retrain(source, settings(**changes), progress=lambda _: None)


AUDIT_ONLY = {"race_ethnicity": "audit_only", "gender": "audit_only"}


@pytest.fixture(scope="module")
def tables():
    return simulate(World(learners=1_500, cohorts=12), seed=5)[0]


@pytest.fixture(scope="module")
def candidate(tables):
    return train(tables, sensitive_in_training=AUDIT_ONLY)


def with_demographics(tables, demographics):
    return dataclasses.replace(tables, demographics=demographics)


def permuted(tables):
    """Everyone's demographics given to somebody else."""
    people = tables.demographics
    order = np.random.default_rng(0).permutation(len(people))
    moved = people.iloc[order].reset_index(drop=True)
    return with_demographics(tables, moved.assign(learner_id=people["learner_id"]))


def deleted(tables):
    """Nobody's demographics known."""
    return with_demographics(tables, tables.demographics.iloc[:0])


def served(candidate, folder):
    """The files, and the parts of the manifest, that answers are made from."""
    bundle_of(candidate, {}).write(folder)
    files = {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.suffix == ".txt" or path.name == "catalogue.json"
    }
    manifest = json.loads((folder / MANIFEST).read_text())
    return files | {name: manifest[name] for name in ("rule", "strata", "constraint", "shown", "support")}


def changes(constraint):
    """The names of what a constraint changes."""
    strengths = {
        "erasure": constraint.erasure.strength,
        "price": np.abs(constraint.price.multipliers).sum(),
        "shrinkage": 1.0 - constraint.shrinkage.strength,
    }
    return [name for name, strength in strengths.items() if strength]


def test_no_sensitive_column_is_a_feature_of_a_fitted_model(candidate):
    sensitive = {*DEMOGRAPHICS.names, "age_at_entry"}
    adviser = candidate.adviser
    for fitted in (adviser.completion, adviser.choice, candidate.persistence.probability):
        assert not sensitive & set(fitted.model.booster.feature_name())


@pytest.mark.parametrize("change", [permuted, deleted])
def test_what_is_served_does_not_change_with_demographics(tables, candidate, change, tmp_path):
    other = train(change(tables), sensitive_in_training=AUDIT_ONLY)
    assert served(other, tmp_path / "other") == served(candidate, tmp_path / "one")


@pytest.mark.parametrize("change", [permuted, deleted])
def test_served_answers_do_not_change_with_demographics(tables, candidate, change):
    bundle = bundle_of(candidate, {})
    bundle.facts["bundle"] = "test"
    for _, point in candidate.judged.points.head(20).iterrows():
        records = [record_of(t, point["learner_id"], before=point["as_of"]) for t in (tables, change(tables))]
        first, second = (recommend(bundle, record, as_of=point["as_of"].date(), k=5) for record in records)
        assert first == second


def test_every_source_is_judged_on_the_same_learners(candidate):
    decisions = candidate.judged.decisions(candidate.adviser.catalogue.ids)
    first = decisions[decisions["rank"] == 1].groupby("source")["learner_id"].apply(list)
    assert first["history"] == first["imitation"] == first["onward"] == first["stretch"]


def test_advice_of_any_rank_is_open_to_the_learner(candidate):
    choice = candidate.judged.choices["onward"]
    rows, ranks = np.nonzero(choice >= 0)
    assert candidate.judged.prospects.open_to[rows, choice[rows, ranks]].all()


def test_an_attribute_that_the_audit_does_not_know_is_refused(tables):
    with pytest.raises(SettingsError, match="expected attributes among race_ethnicity, gender; got shoe_size"):
        train(tables, sensitive_in_training=AUDIT_ONLY | {"shoe_size": "audit_only"})


def test_nominal_dates_make_the_hold_out_random(tables):
    source = Source(tables, nominal_dates=True, notes=(), digests={})
    found = retrain(source, settings(sensitive_in_training=AUDIT_ONLY), progress=lambda _: None)
    assert "at random" in found.holdout.words
    assert "at random" in dict(found.audit.plan.about)["Hold-out"]


def test_a_column_of_unknown_timing_is_in_no_served_model_and_is_compared(tables):
    features = load(SETTINGS).features.model_copy(update={"timing_unknown": ("x_commute_minutes",)})
    found = train(tables, sensitive_in_training=AUDIT_ONLY, features=features)
    assert "x_commute_minutes" not in found.adviser.completion.model.spec.names
    assert found.skills["model"].str.contains("timing-unknown").any()


def test_without_a_mechanism_no_score_is_changed(tables):
    parity = load(SETTINGS).parity.model_copy(update={"mechanism": "none"})
    found = train(tables, parity=parity)
    assert (found.parity, changes(found.adviser.constraint)) == (None, [])


def test_skill_is_given_with_its_n_and_interval(candidate):
    skills = candidate.skills
    assert {"completion", "persistence, at the start", "persistence, after 1 term"} <= set(skills["model"])
    assert (skills["auc_low"] < skills["auc"]).all()
    assert (skills["n"] > 0).all()
    assert pd.notna(skills).all(axis=None)


def test_an_attribute_that_demographics_holds_must_be_named(tables):
    with pytest.raises(
        SettingsError,
        match="expected an entry for race_ethnicity, which demographics holds; say audit_only, constraint or average",
    ):
        train(tables, sensitive_in_training={"gender": "audit_only"})


@pytest.mark.parametrize("name", ["timing_unknown", "also_sensitive"])
def test_a_misspelt_column_is_refused_with_the_one_meant(tables, name):
    features = load(SETTINGS).features.model_copy(update={name: ("x_comute_minutes",)})
    with pytest.raises(SettingsError, match=r"no table has x_comute_minutes; did you mean x_commute_minutes\?"):
        train(tables, sensitive_in_training=AUDIT_ONLY, features=features)


def test_a_stratum_may_not_read_a_column_of_unknown_timing(tables):
    features = load(SETTINGS).features.model_copy(update={"timing_unknown": ("x_commute_minutes",)})
    strata = load(SETTINGS).strata.model_copy(update={"bins": {"x_commute_minutes": 2}})
    with pytest.raises(SettingsError, match="x_commute_minutes is sensitive, or left out by timing_unknown"):
        train(tables, sensitive_in_training=AUDIT_ONLY, features=features, strata=strata)


def test_the_report_says_what_was_audited(candidate):
    about = dict(candidate.audit.plan.about)
    assert about["Run"] == "demo"
    assert "None is an input of a served model" in about["Sensitive attributes in training"]
    assert {"Data", "Hold-out", "Left out", "Constraint", "Stretch", "Floors", "Support", "Against history"} <= set(
        about
    )


@pytest.mark.parametrize("name", ["term_end", "entry_date", "awarded_on"])
def test_a_column_that_cannot_be_left_out_by_itself_is_refused(tables, name):
    features = load(SETTINGS).features.model_copy(update={"timing_unknown": (name,)})
    with pytest.raises(SettingsError, match=f"{name} is part of several features; remove it here"):
        train(tables, sensitive_in_training=AUDIT_ONLY, features=features)


@pytest.mark.parametrize("stated", ["2034-12-31", "1999-12-31"])
def test_an_end_of_the_data_far_from_their_dates_is_refused(tables, stated):
    data = load(SETTINGS).data.model_copy(update={"data_through": date.fromisoformat(stated)})
    with pytest.raises(SettingsError, match=f"data_through: expected the last day that the data cover; got {stated}"):
        train(tables, data=data)


def test_strata_are_checked_before_any_model_is_fitted(tables):
    told = []
    source = Source(tables, nominal_dates=False, notes=(), digests={})
    strata = load(SETTINGS).strata.model_copy(update={"categories": ("goal_feild",)})
    with pytest.raises(SettingsError, match="got goal_feild"):
        retrain(source, settings(strata=strata), progress=told.append)
    assert told == ["reading histories"]


def test_an_interest_in_a_field_that_is_not_offered_makes_no_stratum(tables):
    learners = tables.learners.assign(x_interest_99=1.0)
    strata = load(SETTINGS).strata.model_copy(update={"bins": {"x_interest_99": 2}})
    with pytest.raises(SettingsError, match="interests in fields of the catalogue; got x_interest_99"):
        train(dataclasses.replace(tables, learners=learners), strata=strata)


def test_learners_who_are_like_few_others_leave_the_constraint_not_evaluated(tables):
    strata = load(SETTINGS).strata.model_copy(update={"smallest": 5_000})
    found = train(tables, strata=strata)
    assert (found.parity.outcome, changes(found.adviser.constraint)) == ("not evaluated", [])


def test_an_extra_that_the_run_left_out_may_be_sent_and_is_said_not_to_be_read(tables):
    features = load(SETTINGS).features.model_copy(update={"timing_unknown": ("x_commute_minutes",)})
    found = train(tables, sensitive_in_training=AUDIT_ONLY, features=features)
    point = found.judged.points.iloc[0]
    record = record_of(tables, point["learner_id"], before=point["as_of"])
    answer = recommend(bundle_of(found, {}), record, as_of=point["as_of"].date(), k=1)
    assert "x_commute_minutes: left out of this model and not read" in answer["notes"]


def test_the_stretch_is_judged_in_one_place_where_there_is_none_in_the_first(candidate):
    judged = candidate.judged
    first, stretch = judged.choices["onward"][:, 0], judged.choices["stretch"][:, 0]
    rung = candidate.adviser.catalogue.rung
    assert (rung[stretch[stretch != first]] > rung[first[stretch != first]]).all()
    assert judged.stretched == pytest.approx((stretch != first).mean())
    assert 0 < judged.stretched < 1


def test_no_list_of_the_ranks_holds_the_stretch(candidate):
    judged = candidate.judged
    first, stretch = judged.choices["onward"], judged.choices["stretch"]
    apart = stretch[:, 0] != first[:, 0]
    assert not (first[apart] == stretch[apart]).any()


def test_the_audit_says_whose_opinion_of_completing_it_shows(candidate):
    assert candidate.audit.plan.second_opinion is (candidate.judged.opinion is not None) is True
    adviser_s = candidate.judged.prospects.p_complete
    assert np.corrcoef(adviser_s.ravel(), candidate.judged.p_complete.ravel())[0, 1] < 0.999


def test_averaged_attributes_reach_no_served_model_and_are_published_with_their_shares(tables):
    found = train(tables, sensitive_in_training={"race_ethnicity": "average", "gender": "audit_only"})
    facts = bundle_of(found, {}).facts
    assert sum(facts["averaged_over"].values()) == pytest.approx(1.0, abs=1e-3)
    assert not {GROUP, *DEMOGRAPHICS.names} & set(found.adviser.completion.model.booster.feature_name())
    told = dict(found.audit.plan.about)
    assert told["Sensitive attributes in training"].startswith("race_ethnicity: average, gender: audit only.")
    assert "agrees with the averaged one on the first candidate" in told["Averaged over"]
    assert set(found.support.rows["attribute"]) <= {"race_ethnicity"}


def test_where_nothing_is_averaged_nothing_is_said_of_it(candidate):
    assert "Averaged over" not in dict(candidate.audit.plan.about)
    assert bundle_of(candidate, {}).facts["averaged_over"] == {}


def test_files_without_an_ended_attempt_are_told_what_to_add(small):
    source = Source(dataclasses.replace(small.tables, attempts=small.tables.attempts.iloc[:0]), False, (), {})
    with pytest.raises(DataError, match="of 0 attempts none has; add awards"):
        retrain(source, small.settings, progress=lambda _: None)
