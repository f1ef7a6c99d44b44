"""Settings say what they mean, and refuse what they cannot hold together."""

from datetime import date

import pytest

from onward.errors import SettingsError
from onward.settings import ALWAYS_SENSITIVE, Settings, parse


def stated(**changes):
    """The least that settings need, with changes."""
    return {
        "name": "test",
        "data": {"data_through": date(2024, 12, 31), "still_in_progress": "missing"},
        "sensitive_in_training": {"gender": "constraint"},
        "strata": {"words": "preparation", "bins": {"prior_gpa": 2}},
    } | changes


def read(**changes) -> Settings:
    return parse(stated(**changes), name="test.toml")


@pytest.mark.parametrize("use", ["audit_only", "constraint", "average"])
def test_training_may_use_a_sensitive_attribute_in_three_ways(use):
    assert read(sensitive_in_training={"gender": use}).sensitive_in_training == {"gender": use}


def test_a_use_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(SettingsError, match="'audit_only', 'constraint' or 'average'"):
        read(sensitive_in_training={"gender": "feature"})


@pytest.mark.parametrize("uses", [{}, None])
def test_a_run_must_say_how_training_uses_sensitive_attributes(uses):
    with pytest.raises(SettingsError, match=r"sensitive_in_training: .*never an input of a served model"):
        read(sensitive_in_training=uses)


@pytest.mark.parametrize("mechanism", ["none", "shrink", "learned"])
def test_a_floor_on_overlap_is_refused_without_erasure(mechanism):
    with pytest.raises(
        SettingsError, match=r"policy\.overlap_floor of 0 unless parity\.mechanism is erase and labels .* the steered"
    ):
        read(policy={"overlap_floor": 0.01}, parity={"mechanism": mechanism})


def test_a_floor_on_overlap_goes_with_erasure():
    assert read(policy={"overlap_floor": 0.01}, parity={"mechanism": "erase"}).policy.overlap_floor == 0.01


def test_a_floor_on_overlap_is_refused_where_no_label_may_fit_the_erasure():
    uses = {"gender": "audit_only", "race_ethnicity": "audit_only"}
    with pytest.raises(SettingsError, match="labels of an attribute may fit it"):
        read(policy={"overlap_floor": 0.01}, parity={"mechanism": "erase"}, sensitive_in_training=uses)


@pytest.mark.parametrize("use", ["constraint", "average"])
def test_a_floor_on_overlap_goes_with_one_attribute_whose_labels_may(use):
    uses = {"gender": "audit_only", "race_ethnicity": use}
    found = read(policy={"overlap_floor": 0.01}, parity={"mechanism": "erase"}, sensitive_in_training=uses)
    assert found.policy.overlap_floor == 0.01


def test_a_group_smaller_than_the_smallest_cell_published_is_refused():
    with pytest.raises(SettingsError, match=r"parity\.smallest_group at or above audit\.minimum_cell"):
        read(parity={"smallest_group": 19}, audit={"minimum_cell": 20})
    assert read(parity={"smallest_group": 20}, audit={"minimum_cell": 20}).parity.smallest_group == 20


@pytest.mark.parametrize("mechanism", ["none", "erase", "shrink", "learned"])
def test_every_mechanism_goes_without_a_floor_on_overlap(mechanism):
    assert read(parity={"mechanism": mechanism}).parity.mechanism == mechanism


@pytest.mark.parametrize("name", ["ranking_lambda", "shown_lambda"])
@pytest.mark.parametrize("wrong", [0.99, 0.0, -1.0, 10.1, float("inf"), float("nan")])
def test_a_lambda_that_is_none_is_refused(name, wrong):
    with pytest.raises(SettingsError, match=rf"policy\.{name}: Input should be (greater|less|a finite)"):
        read(policy={name: wrong})


@pytest.mark.parametrize("name", ["ranking_lambda", "shown_lambda"])
@pytest.mark.parametrize("right", [1, 1.0, 10.0])
def test_a_lambda_of_one_takes_history_at_its_word(name, right):
    assert getattr(read(policy={name: right}).policy, name) == right


def test_every_fault_is_named_at_once():
    with pytest.raises(SettingsError, match=r"test\.toml has 2 faults") as refusal:
        read(policy={"ranking_lambda": 0.5, "k": 0})
    assert "policy.ranking_lambda" in str(refusal.value)
    assert "policy.k" in str(refusal.value)


def test_a_misspelt_setting_is_refused_with_those_known():
    with pytest.raises(SettingsError, match=r"policy\.ranking_lamda: .*known here: .*ranking_lambda"):
        read(policy={"ranking_lamda": 1.2})


def test_age_and_every_column_of_demographics_but_the_id_are_always_sensitive():
    assert {"gender", "race_ethnicity", "age_at_entry", "pell", "disability"} <= set(ALWAYS_SENSITIVE)
    assert "learner_id" not in read().features.sensitive
