"""Where support is needed: compared for those alone whose labels may be used, and served without a group."""

import dataclasses
import json

import numpy as np
import pytest

from onward.audit.groups import INTERSECTION
from onward.policy.support import NEEDED, TOO_FEW
from onward.release.supporting import audit_support


def audited(fitted, histories, small, settings, completion=None, **uses):
    settings = settings.model_copy(update={"sensitive_in_training": uses})
    completion = completion or fitted.completion
    return audit_support(completion, fitted.strata, histories, small.tables.demographics, settings)


@pytest.fixture(scope="module")
def overstated(fitted, small):
    """Completion that promises everybody the same, and of which women fall short."""
    points = fitted.completion.points
    women = small.tables.demographics.set_index("learner_id")["gender"] == "woman"
    woman = points["learner_id"].map(women).to_numpy(bool)
    completed = np.random.default_rng(0).random(len(points)) < np.where(woman, 0.4, 0.7)
    points = points.assign(outcome=completed.astype(object))
    return dataclasses.replace(fitted.completion, points=points, out_of_fold=np.full(len(points), 0.7))


def test_an_attribute_for_the_audit_alone_is_not_compared(fitted, histories, small, settings, overstated):
    found = audited(fitted, histories, small, settings, overstated, race_ethnicity="constraint", gender="audit_only")
    assert set(found.rows["attribute"]) == {"race_ethnicity"}


def test_where_all_are_for_the_audit_alone_no_label_is_looked_at(fitted, histories, settings):
    uses = {"race_ethnicity": "audit_only", "gender": "audit_only"}
    settings = settings.model_copy(update={"sensitive_in_training": uses})
    found = audit_support(fitted.completion, fitted.strata, histories, None, settings)
    assert found.rows.empty
    assert set(found.table.over_all) == {TOO_FEW}
    assert found.table.cells == {}


@pytest.mark.parametrize("use", ["constraint", "average"])
def test_an_attribute_whose_labels_are_used_is_compared(use, fitted, histories, small, settings, overstated):
    found = audited(fitted, histories, small, settings, overstated, race_ethnicity="audit_only", gender=use)
    assert set(found.rows["attribute"]) == {"gender"}


def test_two_attributes_are_compared_with_their_intersection(fitted, histories, small, settings, overstated):
    found = audited(fitted, histories, small, settings, overstated, race_ethnicity="constraint", gender="average")
    assert set(found.rows["attribute"]) == {"race_ethnicity", "gender", INTERSECTION}


def test_words_count_what_was_found_and_name_no_group(fitted, histories, small, settings, overstated):
    found = audited(fitted, histories, small, settings, overstated, race_ethnicity="audit_only", gender="constraint")
    credentials = found.rows.loc[found.rows["needed"], "credential"].nunique()
    assert found.words.startswith(f"completion is overstated for some group in {credentials} credentials, by ")
    assert "woman" not in found.words


def test_words_say_where_nothing_could_be_compared(fitted, histories, settings):
    uses = {"race_ethnicity": "audit_only", "gender": "audit_only"}
    alone = settings.model_copy(update={"sensitive_in_training": uses})
    found = audit_support(fitted.completion, fitted.strata, histories, None, alone)
    assert found.words.startswith("not evaluated")


def test_a_planted_barrier_is_found_for_those_who_meet_it(fitted, histories, small, settings, overstated):
    found = audited(fitted, histories, small, settings, overstated, race_ethnicity="audit_only", gender="constraint")
    needed = found.rows[found.rows["needed"]]
    assert set(needed["group"]) == {"woman"}
    assert NEEDED in found.table.over_all


def test_what_nobody_meets_is_needed_nowhere(fitted, histories, small, settings, overstated):
    truth = overstated.points["outcome"].astype(float).to_numpy()
    fair = dataclasses.replace(overstated, out_of_fold=np.clip(truth, 0.02, 0.98))
    found = audited(fitted, histories, small, settings, fair, race_ethnicity="constraint", gender="constraint")
    assert not found.rows["needed"].any()
    assert NEEDED not in found.table.over_all


def test_the_table_that_is_served_names_no_group(fitted, histories, small, settings, overstated):
    found = audited(fitted, histories, small, settings, overstated, race_ethnicity="constraint", gender="constraint")
    text = json.dumps(found.table.to_json())
    assert not [group for group in {*found.rows["group"], *found.rows["attribute"]} if f'"{group}"' in text]


def test_who_did_not_say_is_compared_with_nobody(fitted, histories, small, settings, overstated):
    found = audited(fitted, histories, small, settings, overstated, race_ethnicity="constraint", gender="constraint")
    assert not {"unknown", "declined", "nonresident"} & set(found.rows["group"])
