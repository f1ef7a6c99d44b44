from datetime import date

import pandas as pd
import pytest

from onward.data.pdp.rules import PdpRules
from onward.data.pdp.tables import to_found

NURSING, WELDING = "ce-nursing", "ce-welding"
CATALOGUE = pd.DataFrame(
    {"credential_id": [NURSING, WELDING], "award_level": ["3", "21"], "cip": ["513801", "480508"]}, dtype="str"
)
RULES = PdpRules(cohort=("cohort.csv",), course=("course.csv",), data_through=date(2024, 12, 31))
TERMS = {
    1: ("2020-21", "FALL", "20200831", "20201218"),
    2: ("2020-21", "SPRING", "20210118", "20210514"),
    3: ("2021-22", "FALL", "20210830", "20211217"),
    9: ("2024-25", "FALL", "20240826", "20241213"),
    10: ("2024-25", "SPRING", "20241220", "20250514"),
}


def term(number, ctid=NURSING, **cells):
    year, name, begin, end = TERMS[number]
    told = {"Academic Year": year, "Academic Term": name, "Course Begin Date": begin, "Course End Date": end}
    return told | {"Credential Engine Identifier": ctid} | cells


def awarded(*rows):
    return pd.DataFrame(rows, columns=["learner_id", "credential_id", "awarded_on"], dtype="str")


def tried(cohorts, courses, *, awards=None, rules=RULES, credentials=CATALOGUE):
    cohorts = cohorts if isinstance(cohorts, list) else [cohorts]
    found = to_found(cohorts, courses, rules, awards=awarded() if awards is None else awards, credentials=credentials)
    cells = pd.concat([piece.cells for piece in found.pieces["attempts"]], ignore_index=True)
    return cells.drop(columns="learner_id").to_numpy().tolist(), found


OPEN = {"Grade": "", "Number of Credits Earned": ""}
LEFT = {"Grade": "W", "Number of Credits Earned": "0"}


def test_an_award_during_the_courses_or_soon_after_completes_the_attempt_on_its_day(cohort_file, course_file):
    files = cohort_file({}), [course_file(term(1), term(2))]
    assert tried(*files, awards=awarded(("a", NURSING, "2021-06-01")))[0] == [
        [NURSING, "2020-08-31", "2021-06-01", "completed"]
    ]
    assert tried(*files, awards=awarded(("a", NURSING, "2023-06-01")))[0] == [
        [NURSING, "2020-08-31", "2021-05-14", "stopped"]
    ]
    assert tried(*files, awards=awarded(("a", WELDING, "2021-06-01")))[0][0][-1] == "stopped"


def test_a_last_term_without_grades_is_under_way(cohort_file, course_file):
    attempts, _ = tried(cohort_file({}), [course_file(term(9), term(10, **OPEN))])
    assert attempts == [[NURSING, "2024-08-26", "", "in_progress"]]


def test_nobody_has_stopped_before_the_time_after_which_learners_have_left(cohort_file, course_file):
    assert tried(cohort_file({}), [course_file(term(9))])[0] == [[NURSING, "2024-08-26", "", "in_progress"]]
    soon = RULES.model_copy(update={"left_after_days": 10})
    assert tried(cohort_file({}), [course_file(term(9))], rules=soon)[0][0][2:] == ["2024-12-13", "stopped"]


def test_who_withdraws_from_every_course_of_the_last_term_has_stopped(cohort_file, course_file):
    attempts, _ = tried(cohort_file({}), [course_file(term(9, **LEFT))])
    assert attempts == [[NURSING, "2024-08-26", "2024-12-13", "stopped"]]
    one_left = course_file(term(9, **LEFT), term(9, **{"Section ID": "2"}))
    assert tried(cohort_file({}), [one_left])[0][0][-1] == "in_progress"


def test_a_long_gap_ends_one_attempt_and_begins_another(cohort_file, course_file):
    attempts, _ = tried(cohort_file({}), [course_file(term(1), term(2), term(9, **LEFT))])
    assert [row[1:] for row in attempts] == [
        ["2020-08-31", "2021-05-14", "stopped"],
        ["2024-08-26", "2024-12-13", "stopped"],
    ]


def test_an_award_belongs_to_the_attempt_that_had_begun_last(cohort_file, course_file):
    rules = RULES.model_copy(update={"left_after_days": 60, "award_within_days": 400})
    courses = [course_file(term(1), term(3))]
    attempts, _ = tried(cohort_file({}), courses, awards=awarded(("a", NURSING, "2021-12-20")), rules=rules)
    assert [row[-1] for row in attempts] == ["stopped", "completed"]


def test_the_next_term_at_another_institution_makes_it_a_transfer(cohort_file, course_file):
    there = course_file(term(2, **{"Institution ID": "00567800"}), file="there.csv")
    attempts, found = tried(cohort_file({}), [course_file(term(1)), there])
    assert [row[1:] for row in attempts] == [
        ["2020-08-31", "2020-12-18", "transferred"],
        ["2021-01-18", "2021-05-14", "stopped"],
    ]
    assert [piece.file for piece in found.pieces["attempts"]] == ["course.csv", "there.csv"]


@pytest.mark.parametrize(
    ("student", "course"),
    [
        ({"Years of Last Enrollment at other institution": "2"}, {}),
        ({}, {**LEFT, "Enrolled at Other Institution(s)": "Y"}),
    ],
)
def test_the_marks_of_enrolment_elsewhere_make_it_a_transfer(cohort_file, course_file, student, course):
    attempts, _ = tried(cohort_file(student), [course_file(term(1, **course))])
    assert attempts == [[NURSING, "2020-08-31", "2020-12-18", "transferred"]]


def test_enrolment_elsewhere_in_the_same_year_and_beside_courses_here_is_none(cohort_file, course_file):
    student = {"Years of Last Enrollment at other institution": "1"}
    attempts, _ = tried(cohort_file(student), [course_file(term(1, **{"Enrolled at Other Institution(s)": "Y"}))])
    assert attempts[0][-1] == "stopped"


def test_without_a_ctid_field_and_level_sought_name_the_credential(cohort_file, course_file):
    student = {"Credential Type Sought Year 1": "A", "Program of Study Term 1": "48.0508"}
    by_field = term(1, "", **{"Term Program of Study": "51.3801"})
    attempts, found = tried(cohort_file(student), [course_file(by_field)])
    assert [row[0] for row in attempts] == [NURSING]
    assert any("matched by field and the level sought" in note for note in found.notes)


def test_a_field_of_several_credentials_names_none(cohort_file, course_file):
    twice = pd.concat([CATALOGUE, CATALOGUE.assign(credential_id=["ce-x", "ce-y"])])
    student = {"Credential Type Sought Year 1": "A"}
    courses = [course_file(term(1, "", **{"Term Program of Study": "51.3801"}))]
    attempts, found = tried(cohort_file(student), courses, credentials=twice)
    assert attempts == []
    assert any("none or several of it have: 1 of 1 term" in note for note in found.notes)


def test_the_program_of_the_first_term_stands_in_where_a_file_has_none_and_this_is_noted(cohort_file, course_file):
    student = {"Credential Type Sought Year 1": "C1", "Program of Study Term 1": "48.0508"}
    attempts, found = tried(cohort_file(student), [course_file(term(1, ""))])
    assert [row[0] for row in attempts] == [WELDING]
    assert any("that of the first term stands in: 1 course row" in note for note in found.notes)


def test_without_course_files_the_declared_program_is_the_attempt(cohort_file):
    student = {"Credential Type Sought Year 1": "C1", "Program of Study Term 1": "48.0508"}
    years = "Years of Last Enrollment at cohort institution"
    file = cohort_file(
        {**student, years: "2"},
        {**student, "Student GUID": "b", years: "4"},
        {**student, "Student GUID": "c", "Years of Last Enrollment at other institution": "3"},
        {**student, "Student GUID": "d"},
    )
    attempts, found = tried(file, [], awards=awarded(("d", WELDING, "2021-05-20")))
    assert [row[1:] for row in attempts] == [
        ["2020-08-25", "2022-08-24", "stopped"],
        ["2020-08-25", "", "in_progress"],
        ["2020-08-25", "2021-08-24", "transferred"],
        ["2020-08-25", "2021-05-20", "completed"],
    ]
    assert any("an attempt is the program of the first term" in note for note in found.notes)
