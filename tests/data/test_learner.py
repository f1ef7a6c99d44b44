import json
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from onward.data.learner import NESTED, NEVER_SENT, Learner
from onward.data.tables import DEMOGRAPHICS, LEARNERS

SECRET = "very-secret-value"  # noqa: S105 - a value to look for, no password
FACTS = {"learner_id": "a1", "entry_date": "2024-09-02"}
TERM = {"institution_id": "i1", "term_start": "2024-09-02", "term_end": "2024-12-20"}
ROWS = {
    "enrollments": TERM,
    "attempts": {"credential_id": "c1", "started_on": "2024-09-02", "status": "in_progress"},
    "awards": {"credential_id": "c1", "awarded_on": "2024-09-02"},
    "experiences": {"kind": "job", "started_on": "2024-09-02"},
}
sensitive = st.sampled_from(sorted(NEVER_SENT))


def in_any_case(name, flips):
    return "".join(letter.upper() if flip else letter for letter, flip in zip(name, flips, strict=False))


@given(sensitive, st.lists(st.booleans(), min_size=40, max_size=40), st.booleans())
def test_a_sensitive_field_is_refused_by_name_in_any_letter_case(name, flips, prefixed):
    spelt = in_any_case(("x_" if prefixed else "") + name, flips)
    with pytest.raises(ValidationError, match=f"{spelt} is sensitive and never an input; remove it"):
        Learner.model_validate(FACTS | {spelt: SECRET})


@pytest.mark.parametrize("table", NESTED)
@pytest.mark.parametrize("name", ["gender", "Race_Ethnicity", "age_at_entry", "x_pell", "zip"])
def test_a_sensitive_field_is_refused_in_a_nested_row(table, name):
    with pytest.raises(ValidationError, match=f"{name} is sensitive and never an input"):
        Learner.model_validate(FACTS | {table: [ROWS[table] | {name: SECRET}]})


@given(sensitive, st.lists(st.booleans(), min_size=40, max_size=40))
def test_a_sensitive_extra_is_refused_in_any_letter_case(name, flips):
    spelt = "x_" + in_any_case(name, flips)
    with pytest.raises(ValidationError, match=f"{spelt} is sensitive and never an input"):
        Learner.model_validate(FACTS | {"extras": {spelt: SECRET}})


def test_a_sensitive_extra_of_a_term_is_refused():
    with pytest.raises(ValidationError, match="x_disability is sensitive and never an input"):
        Learner.model_validate(FACTS | {"enrollments": [TERM | {"extras": {"x_disability": SECRET}}]})


@pytest.mark.parametrize("name", sorted(set(DEMOGRAPHICS.names) - {"learner_id"}))
def test_no_column_of_demographics_may_be_sent(name):
    assert name in NEVER_SENT


@pytest.mark.parametrize(
    "wrong",
    [
        {"gender": SECRET},
        {"extras": {"x_gender": SECRET}},
        {"favourite_colour": SECRET},
        {"extras": {"colour": SECRET}},
        {"employment": SECRET},
        {"goal_level": SECRET},
        {"prior_gpa": SECRET},
        {"entry_date": SECRET},
        {"math_ready": SECRET},
        {"enrollments": [TERM | {"term_start": SECRET}]},
        {"enrollments": SECRET},
        {"attempts": [ROWS["attempts"] | {"status": SECRET}]},
        {"extras": {"x_a": {"nested": SECRET}}},
    ],
    ids=str,
)
def test_no_message_holds_a_value(wrong):
    with pytest.raises(ValidationError, match=r"validation errors?") as refusal:
        Learner.model_validate(FACTS | wrong)
    assert SECRET not in str(refusal.value)


def test_an_unknown_field_is_refused():
    with pytest.raises(ValidationError, match="favourite_colour\n  Extra inputs are not permitted"):
        Learner.model_validate(FACTS | {"favourite_colour": "blue"})


@pytest.mark.parametrize("table", NESTED)
def test_an_unknown_field_of_a_nested_row_is_refused(table):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Learner.model_validate(FACTS | {table: [ROWS[table] | {"colour": "blue"}]})


def test_an_extra_without_the_prefix_is_refused():
    with pytest.raises(ValidationError, match="expected names beginning with x_; rename the rest, 1 in all"):
        Learner.model_validate(FACTS | {"extras": {"colour": "blue", "x_a": 1}})


WRONG_DAYS = [
    20_240_902,
    1_725_235_200,
    0.0,
    True,
    "1725235200",
    "2024-09-02T00:00:00",
    "2024-9-2",
    " 2024-09-02",
    "\uff12024-09-02",
    "2024-09-02\n",
    "2024-13-01",
    datetime(2024, 9, 2, tzinfo=UTC),
]


@pytest.mark.parametrize("day", WRONG_DAYS, ids=range(len(WRONG_DAYS)))
def test_a_date_is_year_month_and_day_and_nothing_else(day):
    for wrong in ({"entry_date": day}, {"awards": [ROWS["awards"] | {"awarded_on": day}]}):
        with pytest.raises(ValidationError, match="date"):
            Learner.model_validate(FACTS | wrong)


def test_a_date_of_python_is_a_date():
    assert Learner(learner_id="a", entry_date=date(2024, 9, 2)) == Learner(learner_id="a", entry_date="2024-09-02")


@pytest.mark.parametrize("number", [True, False, "3.1", 1e7 + 1, -1])
def test_what_is_no_number_within_bounds_is_refused(number):
    for wrong in ({"prior_gpa": number}, {"enrollments": [TERM | {"gpa": number}]}):
        with pytest.raises(ValidationError, match=r"number|equal"):
            Learner.model_validate(FACTS | wrong)


@pytest.mark.parametrize("flag", [0, 1, "yes", "true", 1.0])
def test_a_flag_is_true_or_false(flag):
    with pytest.raises(ValidationError, match="expected true or false"):
        Learner.model_validate(FACTS | {"math_ready": flag})


@pytest.mark.parametrize("code", ["5", "51.0801", "12345678", "ab", "\u0665\u0661", "51\n", ""])
def test_a_code_is_two_to_seven_digits(code):
    experience = {"experiences": [ROWS["experiences"] | {"soc": code}]}
    for wrong in ({"goal_cip": code}, {"enrollments": [TERM | {"cip": code}]}, experience):
        with pytest.raises(ValidationError, match="pattern"):
            Learner.model_validate(FACTS | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"enrollments": [TERM | {"term_end": "2023-01-07"}]},
        {"attempts": [ROWS["attempts"] | {"status": "stopped", "ended_on": "2023-01-07"}]},
        {"attempts": [ROWS["attempts"] | {"ended_on": "2025-01-07"}]},
        {"attempts": [ROWS["attempts"] | {"status": "stopped"}]},
        {"experiences": [ROWS["experiences"] | {"ended_on": "2023-01-07"}]},
    ],
    ids=str,
)
def test_a_nested_row_out_of_order_is_refused_without_its_values(wrong):
    with pytest.raises(ValidationError, match="correct whichever is wrong") as refusal:
        Learner.model_validate(FACTS | wrong)
    assert not re.search(r"20\d\d", str(refusal.value))


@pytest.mark.parametrize(
    "extras", [{f"x_{number}": 1 for number in range(201)}, {"x_a": "a" * 2_001}], ids=["many", "long"]
)
def test_extras_are_bounded(extras):
    with pytest.raises(ValidationError, match="at most 2"):
        Learner.model_validate(FACTS | {"extras": extras})


def test_a_value_outside_the_allowed_ones_is_told_what_was_expected():
    with pytest.raises(ValidationError, match="expected one of none, part_time, full_time"):
        Learner.model_validate(FACTS | {"employment": "retired"})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(number):
    with pytest.raises(ValidationError, match="finite number"):
        Learner.model_validate(FACTS | {"prior_gpa": number})


def test_the_facts_of_a_record_are_the_columns_of_learners_less_the_sensitive():
    facts = set(Learner.model_fields) - {*NESTED, "extras"}
    assert facts == set(LEARNERS.names) - NEVER_SENT


@pytest.mark.parametrize("name", NESTED)
def test_the_fields_of_a_nested_row_are_the_columns_of_its_table(name):
    row = Learner.model_fields[name].annotation.__args__[0]
    assert set(row.model_fields) - {"extras"} == set(NESTED[name].names) - NEVER_SENT - {"learner_id"}


def test_every_field_of_the_record_is_described():
    described = json.dumps(Learner.model_json_schema())
    assert all(f'"{name}": {{' in described for name in Learner.model_fields)


def test_a_record_survives_json():
    learner = Learner.model_validate(FACTS | {name: [row] for name, row in ROWS.items()} | {"extras": {"x_a": 1.5}})
    assert Learner.model_validate_json(learner.model_dump_json()) == learner


def test_a_record_cannot_be_changed():
    learner = Learner.model_validate(FACTS)
    with pytest.raises(ValidationError, match="frozen"):
        learner.prior_gpa = 4.0
