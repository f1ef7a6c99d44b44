"""Completion is fitted blind unless settings average an attribute; what is kept is blind in either case."""

import dataclasses

import numpy as np
import pytest

from onward.history.decision_points import positions
from onward.history.timeline import Timeline
from onward.models.averaging import GROUP
from onward.models.pairs import every_candidate
from onward.release.completing import fit_completion
from onward.release.histories import in_part


def using(settings, **uses):
    return settings.model_copy(update={"sensitive_in_training": uses})


@pytest.fixture(scope="module")
def averaged(histories, small, settings):
    """Completion with race and ethnicity averaged, and how it was distilled."""
    uses = using(settings, race_ethnicity="average", gender="constraint")
    return fit_completion(histories, small.tables.demographics, uses)


@pytest.fixture(scope="module")
def trained_on(histories):
    """The learners of the training part."""
    return set(in_part(histories.starts, "train")["learner_id"])


@pytest.fixture(scope="module")
def moved(small, trained_on):
    """The tables with everyone's demographics given to somebody else of the same part."""
    people, rng = small.tables.demographics, np.random.default_rng(0)
    inside = people["learner_id"].isin(trained_on).to_numpy()
    order = np.arange(len(people))
    for part in (inside, ~inside):
        order[part] = rng.permutation(order[part])
    given = people.iloc[order].reset_index(drop=True).assign(learner_id=people["learner_id"])
    return dataclasses.replace(small.tables, demographics=given)


@pytest.mark.parametrize("use", ["audit_only", "constraint"])
def test_where_nothing_is_averaged_demographics_are_not_even_looked_at(use, histories, settings):
    fitted, distilled = fit_completion(histories, None, using(settings, race_ethnicity=use, gender=use))
    assert distilled is None
    assert fitted.probability.model.spec.names == histories.spec.names


def test_no_kept_model_has_the_group_among_its_features(averaged, histories):
    fitted, distilled = averaged
    assert fitted is distilled.fitted
    assert fitted.probability.model.booster.feature_name() == list(histories.spec.names)
    assert GROUP not in histories.spec.names


def test_an_attribute_that_is_not_averaged_is_in_no_group(averaged):
    _, distilled = averaged
    assert not [name for name in distilled.marginal if ":" in name or name in {"woman", "man"}]


def test_two_averaged_attributes_are_averaged_together(histories, small, settings):
    uses = using(settings, race_ethnicity="average", gender="average")
    _, distilled = fit_completion(histories, small.tables.demographics, uses)
    joint = set(distilled.marginal) - {"any other"}
    assert joint
    assert all(name.count(":") == 1 for name in joint)


def test_groups_smaller_than_the_settings_say_are_not_published_by_themselves(averaged, trained_on, settings):
    _, distilled = averaged
    smallest = min(distilled.marginal.values()) * len(trained_on)
    assert round(smallest) >= settings.parity.smallest_group
    assert sum(distilled.marginal.values()) == pytest.approx(1.0, abs=1e-3)


def test_who_is_in_which_group_changes_nothing_when_advice_is_given(averaged, histories, moved):
    predict = averaged[0].probability.predict
    points = histories.starts.iloc[-200:]
    first, second = (
        every_candidate(timeline, positions(points, timeline), histories.catalogue, histories.spec, predict)
        for timeline in (histories.timeline, Timeline.from_tables(moved, histories.catalogue))
    )
    assert first.tobytes() == second.tobytes()


def test_who_is_in_which_group_does_change_what_is_learned(histories, small, moved, settings):
    uses = using(settings, race_ethnicity="average", gender="average")
    longer = uses.model_copy(update={"completion": settings.completion.model_copy(update={"rounds": 100})})
    found = [fit_completion(histories, people, longer) for people in (small.tables.demographics, moved.demographics)]
    first, second = (fitted.probability.model.to_text() for fitted, _ in found)
    assert first != second
    assert found[0][1].marginal == found[1][1].marginal


def test_it_learns_from_the_training_part_alone(averaged, histories, small, settings):
    later = histories.starts["part"] != "train"
    flipped = histories.starts["outcome"].mask(later, ~histories.starts["outcome"].fillna(False).astype(bool))
    changed = dataclasses.replace(histories, starts=histories.starts.assign(outcome=flipped))
    uses = using(settings, race_ethnicity="average", gender="constraint")
    other, _ = fit_completion(changed, small.tables.demographics, uses)
    assert other.probability.model.to_text() == averaged[0].probability.model.to_text()


def test_labels_of_learners_outside_the_training_part_reach_nothing(averaged, histories, small, settings, trained_on):
    people = small.tables.demographics
    outside = ~people["learner_id"].isin(trained_on)
    assert outside.any()
    other = people.assign(race_ethnicity=people["race_ethnicity"].mask(outside, "white"))
    uses = using(settings, race_ethnicity="average", gender="constraint")
    fitted, distilled = fit_completion(histories, other, uses)
    assert distilled.marginal == averaged[1].marginal
    assert fitted.probability.model.to_text() == averaged[0].probability.model.to_text()
