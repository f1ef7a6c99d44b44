import pytest
from pydantic import ValidationError

from onward.data.pdp.columns import COHORT
from onward.data.pdp.rules import SENSITIVE_EXTRAS, Extra, PdpRules


def test_every_rule_is_described():
    assert all(field.description for field in PdpRules.model_fields.values())


def test_courses_from_before_the_cohort_are_dropped_unless_the_mapping_keeps_them():
    assert PdpRules(cohort=("c.csv",)).pre_cohort_courses == "drop"


def test_a_term_that_is_not_stated_has_its_usual_days():
    rules = PdpRules(cohort=("c.csv",), term_starts={"WINTER": "01-05"}, term_ends={"WINTER": "03-20"})
    assert (rules.starts["WINTER"], rules.starts["FALL"]) == ("01-05", "08-25")
    assert (rules.ends["WINTER"], rules.ends["SUMMER"]) == ("03-20", "08-10")


def test_nothing_that_derives_from_an_outcome_may_become_an_extra():
    timing = {column.name: column.timing for column in COHORT}
    assert {timing[name] for name in Extra.__args__} <= {"entry", "year_1"}
    assert {timing[name] for name in PdpRules(cohort=("c.csv",)).extras if name not in SENSITIVE_EXTRAS} == {"entry"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"cohort": ()},
        {"extras": ("retention",)},
        {"extras": ("special_program",)},
        {"term_starts": {"AUTUMN": "09-01"}},
        {"term_starts": {"FALL": "09-31"}},
        {"left_after_days": 0},
        {"institutions": {"1234": "north"}},
        {"pre_cohort_courses": "ask"},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        PdpRules(**{"cohort": ("c.csv",), **wrong})
