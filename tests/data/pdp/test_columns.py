from collections import Counter

import pytest

from onward.data.pdp.columns import COHORT, COLUMNS, COURSE, LEARNER, column, snake


def test_a_cohort_file_has_85_columns_and_a_course_file_35():
    assert (len(COHORT), len(COURSE)) == (85, 35)


def test_the_columns_that_nsc_added_later_and_the_optional_ones_need_not_be_there():
    assert sum(one.needed for one in COHORT) == 85 - 8 - 8
    assert [one.name for one in COURSE if not one.needed] == [
        "credential_engine_identifier",
        "course_instructor_employment_status",
        "course_instructor_rank",
        "term_program_of_study",
    ]


@pytest.mark.parametrize("kind", ["cohort", "course"])
def test_no_two_columns_of_a_file_share_a_name_or_a_heading(kind):
    assert max(Counter(one.name for one in COLUMNS[kind]).values()) == 1
    assert max(Counter(one.heading for one in COLUMNS[kind]).values()) == 1


def test_every_name_is_the_snake_form_of_nscs_heading():
    assert all(one.name == snake(one.heading) for one in (*COHORT, *COURSE) if one is not LEARNER)
    assert snake("Enrollment Record at Other Institution(s) STATE(s)") == (
        "enrollment_record_at_other_institution_s_state_s"
    )


def test_what_derives_from_later_events_is_an_outcome_and_never_a_feature():
    outcomes = {one.name for one in COHORT if not one.feature}
    derived = [
        one.name for one in COHORT if one.name.startswith(("years_", "first_year_to_", "most_recent_", "first_b"))
    ]
    assert {*derived, "retention", "persistence", "time_to_credential"} <= outcomes
    assert {"first_associates_or_certificate_at_other_institution_locale", "foreign_language_completion"} <= outcomes


def test_what_is_known_after_a_term_or_a_year_says_which():
    for year in range(1, 5):
        assert column("cohort", f"number_of_credits_earned_year_{year}").timing == f"year_{year}"
    assert column("cohort", "gpa_group_term_1").timing == "term_1"
    assert column("cohort", "program_of_study_year_1").timing == "year_1"
    assert column("course", "grade").timing == "course_end"
    assert column("cohort", "race").timing == "entry"


def test_who_somebody_is_stands_in_no_message():
    private = {one.name for one in (*COHORT, *COURSE) if one.private}
    assert private == {
        "student_id",
        "student_age",
        "race",
        "ethnicity",
        "gender",
        "first_gen",
        "pell_status_first_year",
        "naspa_first_generation",
        "incarcerated_status",
        "military_status",
        "employment_status",
        "disability_status",
    }
