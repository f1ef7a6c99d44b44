from datetime import date

import pandas as pd
import pytest

from onward.data.pdp.rules import PdpRules
from onward.data.pdp.tables import to_found

RULES = PdpRules(cohort=("cohort.csv",), course=("course.csv",))


def enrolled(cohort, *courses, rules=RULES):
    found = to_found([cohort], courses, rules, awards=None, credentials=None)
    return pd.concat([piece.cells for piece in found.pieces["enrollments"]], ignore_index=True), found


def test_courses_of_a_term_are_one_enrolment_with_credits_summed_and_grades_weighted(cohort_file, course_file):
    rows = [
        {"Grade": "4", "Number of Credits Attempted": "4", "Number of Credits Earned": "4"},
        {"Course Number": "102", "Grade": "2", "Number of Credits Attempted": "1", "Number of Credits Earned": "1"},
        {"Course Number": "103", "Grade": "P", "Number of Credits Earned": "0"},
        {"Course Number": "104", "Academic Term": "SPRING", "Course Begin Date": "20210118"},
    ]
    terms, _ = enrolled(cohort_file({}), course_file(*rows))
    first = terms.loc[0]
    assert len(terms) == 2
    assert first[["credits_attempted", "credits_earned", "gpa"]].astype(float).tolist() == [8, 5, 3.6]
    assert first[["institution_id", "term_start", "term_end"]].tolist() == ["00123400", "2020-08-31", "2020-12-18"]


def test_a_lecture_and_a_lab_that_share_a_number_both_count(cohort_file, course_file):
    terms, _ = enrolled(
        cohort_file({}), course_file({}, {"Number of Credits Attempted": "1", "Number of Credits Earned": "1"})
    )
    assert terms["credits_attempted"].tolist() == ["4.0"]


def test_the_term_is_taught_the_way_most_of_its_credits_are(cohort_file, course_file):
    rows = [
        {"Delivery Method": "O", "Number of Credits Attempted": "5"},
        {"Section ID": "2"},
        {"Section ID": "3", "Delivery Method": "H"},
    ]
    terms, _ = enrolled(cohort_file({}), course_file(*rows))
    assert terms["modality"].tolist() == ["online"]


def test_grades_that_are_no_number_have_no_part_in_the_mean(cohort_file, course_file):
    terms, _ = enrolled(cohort_file({}), course_file({"Grade": "W", "Number of Credits Earned": "0"}))
    assert terms[["credits_attempted", "credits_earned", "gpa"]].to_numpy().tolist() == [["3.0", "0.0", ""]]


def test_days_that_the_file_does_not_have_are_nominal_and_noted(cohort_file, course_file):
    rows = {"Course Begin Date": "", "Course End Date": "", "Academic Year": "2021-22", "Academic Term": "SPRING"}
    terms, found = enrolled(cohort_file({}), course_file(rows))
    assert terms[["term_start", "term_end"]].to_numpy().tolist() == [["2022-01-15", "2022-05-15"]]
    assert any("with nominal days, since no course has any: 1 term" in note for note in found.notes)
    assert any("in 1 row of cohort files, the nominal first day" in note for note in found.notes)


def test_a_course_that_ends_before_it_begins_does_not_turn_the_term_around(cohort_file, course_file):
    terms, _ = enrolled(cohort_file({}), course_file({"Course End Date": "20200101"}))
    assert terms["term_end"].tolist() == ["2020-08-31"]


def test_entry_is_the_first_day_of_a_course_in_the_cohorts_term(cohort_file, course_file):
    _, found = enrolled(cohort_file({}), course_file({"Course Begin Date": "20200907"}, {"Section ID": "2"}))
    assert found.pieces["learners"][0].cells["entry_date"].tolist() == ["2020-08-31"]


@pytest.mark.parametrize(("choice", "terms"), [("drop", 1), ("keep", 2)])
def test_courses_from_before_the_cohort_are_left_out_or_kept_and_counted(cohort_file, course_file, choice, terms):
    early = {"Academic Year": "2019-20", "Course Begin Date": "20190902", "Course End Date": "20191220"}
    rules = RULES.model_copy(update={"pre_cohort_courses": choice})
    found, notes = enrolled(cohort_file({}), course_file({}, early), rules=rules)
    assert len(found) == terms
    assert any("from before the learner's cohort begins: 1 course row" in note for note in notes.notes)


def test_students_of_one_file_alone_are_counted(cohort_file, course_file):
    cohort = cohort_file({}, {"Student GUID": "b"})
    terms, found = enrolled(cohort, course_file({}, {"Student GUID": "z"}, {"Student GUID": "z", "Section ID": "2"}))
    assert terms["learner_id"].tolist() == ["a"]
    assert found.counts == {
        "cohort students": 2,
        "course rows": 3,
        "course students": 2,
        "course students without a cohort row": 1,
        "cohort students without course rows": 1,
    }
    assert "PDP: left out are 2 course rows of 1 student without a row in a cohort file" in found.notes
    assert "z" not in found.pieces["learners"][0].cells["learner_id"].tolist()


def test_a_term_in_which_nothing_is_graded_yet_gives_no_enrolment(cohort_file, course_file):
    ahead = {"Academic Term": "SPRING", "Course Begin Date": "20210118", "Course End Date": "20210514"}
    open_row = {**ahead, "Grade": "", "Number of Credits Earned": ""}
    terms, found = enrolled(cohort_file({}), course_file({}, open_row))
    assert terms["term_start"].tolist() == ["2020-08-31"]
    assert "enrollments: under way, with nothing graded, and so left out: 1 term" in found.notes


def test_an_old_term_without_grades_is_over_and_its_results_are_missing(cohort_file, course_file):
    ungraded = {"Grade": "", "Number of Credits Earned": ""}
    later = {"Academic Term": "SPRING", "Course Begin Date": "20210118", "Course End Date": "20210514"}
    terms, _ = enrolled(cohort_file({}), course_file(ungraded, later))
    assert terms["credits_earned"].tolist() == ["", "3.0"]
    through = RULES.model_copy(update={"data_through": date(2020, 10, 1)})
    assert enrolled(cohort_file({}), course_file(ungraded, later), rules=through)[0]["credits_earned"].tolist() == [
        "3.0"
    ]


def test_terms_at_several_institutions_keep_their_institution_under_the_name_the_mapping_gives(
    cohort_file, course_file
):
    first, second = course_file({}, file="one.csv"), course_file({"Institution ID": "567800"}, file="two.csv")
    rules = RULES.model_copy(update={"institutions": {"00567800": "south"}})
    terms, found = enrolled(cohort_file({}), first, second, rules=rules)
    assert terms["institution_id"].tolist() == ["00123400", "south"]
    assert [piece.file for piece in found.pieces["enrollments"]] == ["one.csv", "two.csv"]


def test_programs_whose_courses_begin_on_one_day_are_one_term(cohort_file, course_file):
    rows = [
        {"Term Program of Study": "51.3801", "Number of Credits Attempted": "6"},
        {"Term Program of Study": "11.0101"},
    ]
    terms, _ = enrolled(cohort_file({}), course_file(*rows))
    assert terms[["cip", "credits_attempted"]].to_numpy().tolist() == [["513801", "9.0"]]


def test_without_course_files_the_years_of_the_cohort_file_are_the_terms(cohort_file):
    row = {
        "Number of Credits Attempted Year 1": "24",
        "Number of Credits Earned Year 1": "20",
        "Number of Credits Attempted Year 2": "12",
        "Number of Credits Earned Year 2": "12",
        "Number of Credits Attempted Year 3": "0",
        "GPA Group Year 1": "3.1",
    }
    terms, found = enrolled(cohort_file(row))
    assert terms["term_start"].tolist() == ["2020-08-25", "2021-08-25"]
    assert terms["term_end"].tolist() == ["2021-08-24", "2022-08-24"]
    assert terms[["credits_attempted", "credits_earned", "gpa"]].to_numpy().tolist() == [
        ["24.0", "20.0", "3.1"],
        ["12.0", "12.0", ""],
    ]
    assert any("there is no course file" in note for note in found.notes)
