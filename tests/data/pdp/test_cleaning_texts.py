import pandas as pd
import pytest

from onward.data.pdp.cleaning_texts import cleaned, credential_sought
from onward.data.pdp.columns import COHORT, column


def values(kind, name, *texts):
    found, faults = cleaned(pd.Series(texts, dtype="str"), column(kind, name))
    assert not faults
    return [None if pd.isna(value) else value for value in found]


def fault(kind, name, *texts):
    _, [found] = cleaned(pd.Series(texts, dtype="str"), column(kind, name))
    return found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("513801", "513801"),
        ("23.0101", "230101"),
        ("420101.0", "420101"),
        ("12.484", "124840"),
        ("1.0101", "010101"),
        ("10101", "010101"),
        ("10101.0", "010101"),
        ("01.0101", "010101"),
        ("51.38", "513800"),
        ("51", "510000"),
        ("51.0", "510000"),
        ("5138", "513800"),
        ("101", "010100"),
        ("UK", None),
        ("-1.0", None),
        ("", None),
    ],
)
def test_a_cip_code_gets_its_six_digits_back_however_a_spreadsheet_left_it(text, code):
    assert values("course", "course_cip", text) == [code]


@pytest.mark.parametrize("text", ["nursing", "51.38011", "5138011", "51-3801", "1e5", "\u0665\u0661"])
def test_what_is_no_cip_code_is_refused(text):
    assert "CIP code" in fault("cohort", "program_of_study_term_1", text).expected


@pytest.mark.parametrize("text", ["2016-08-22", "20160822", "20160822.0", "2016-08-22T00:00:00", "2016-08-22 00:00:00"])
def test_every_form_of_a_day_is_the_same_day(text):
    assert values("course", "course_begin_date", text) == [pd.Timestamp("2016-08-22")]


@pytest.mark.parametrize("text", ["20161332", "99991231", "2016-02-30", "08/22/2016", "2016"])
def test_a_day_that_does_not_exist_or_is_written_another_way_is_refused(text):
    assert "YYYYMMDD" in fault("course", "course_end_date", text).expected


def test_uk_is_missing_where_it_is_no_value():
    for name in ("math_placement", "pell_status_first_year", "gateway_math_status", "gpa_group_term_1"):
        assert values("cohort", name, "UK") == [None]
    assert values("cohort", "ethnicity", "UK") == ["UK"]
    assert values("cohort", "first_gen", "uk") == ["UK"]
    assert values("cohort", "gender", "UK") == ["UK"]


def test_na_is_a_value_of_gateway_and_developmental_columns():
    for one in COHORT:
        if ("gateway" in one.name and one.kind == "category") or "_dev_" in one.name:
            assert values("cohort", one.name, "NA", "") == ["NA", None]
    assert values("course", "math_or_english_gateway", "NA", "E") == ["NA", "E"]
    assert fault("cohort", "pell_status_first_year", "NA").expected == "one of Y, N"


def test_developmental_courses_are_completed_in_the_letters_of_older_files_too():
    assert values("cohort", "completed_dev_math_y_1", "Y", "N", "C", "D") == ["Y", "N", "C", "D"]


def test_zero_years_to_a_credential_are_never_but_to_the_last_enrollment_they_are_zero():
    assert values("cohort", "years_to_bachelors_at_cohort_inst", "0", "4", "8.0", "0.0") == [None, 4, 8, None]
    assert values("cohort", "first_year_to_certificate_at_other_inst", "0") == [None]
    assert values("cohort", "years_of_last_enrollment_at_other_institution", "0") == [0]


def test_more_than_eight_years_or_a_part_of_one_is_refused():
    assert fault("cohort", "years_to_bachelors_at_cohort_inst", "9").expected == "a whole number from 0 to 8"
    assert fault("cohort", "years_to_bachelors_at_cohort_inst", "2.5").wrong.tolist() == [True]


def test_minus_one_is_missing_for_the_military_alone():
    assert values("cohort", "military_status", "-1", "-1.0", "1", "2.0", "4") == [None, None, "1", "2", "4"]
    assert values("cohort", "employment_status", "-1", "4") == ["-1", "4"]
    assert values("cohort", "naspa_first_generation", "-1", "6.0") == ["-1", "6"]


def test_flags_are_read_in_every_spelling():
    assert values("cohort", "retention", "1", "True", "true", "TRUE", "1.0") == [True] * 5
    assert values("cohort", "persistence", "0", "False", "false", "0.0") == [False] * 4


def test_a_school_year_is_written_with_two_digits_whatever_came():
    assert values("cohort", "cohort", "2016-17", "2016-2017", "1999-00", "1999-2000") == [
        *["2016-17"] * 2,
        *["1999-00"] * 2,
    ]


@pytest.mark.parametrize("text", ["2016-18", "2016", "2017-16", "16-17", "2016-2018"])
def test_years_that_do_not_follow_each_other_are_refused(text):
    assert "follow each other" in fault("course", "academic_year", text).expected


def test_an_institution_has_eight_digits():
    assert values("cohort", "institution_id", "999900", "00999900", "999900.0") == ["00999900"] * 3
    assert fault("cohort", "institution_id", "123456789").expected == "an OPEID of up to 8 digits"


def test_terms_and_other_codes_are_read_in_any_case():
    assert values("cohort", "cohort_term", "Fall", "SUMMER") == ["FALL", "SUMMER"]
    assert values("cohort", "enrollment_type", "Transfer-In") == ["TRANSFER-IN"]
    assert values("course", "enrollment_record_at_other_institution_s_locale_s", "Urban|Town/Rural") == [
        "URBAN|TOWN/RURAL"
    ]
    assert values("course", "course_instructor_rank", "7", "1.0") == ["7", "1"]


def test_the_three_ages_have_one_spelling():
    assert values("cohort", "student_age", "20 and younger", ">20 - 24", ">20-24", ">24", "Older than 24") == [
        "20 AND YOUNGER",
        ">20 - 24",
        ">20 - 24",
        "OLDER THAN 24",
        "OLDER THAN 24",
    ]


def test_open_lists_stay_open():
    assert values("cohort", "race", "Middle Eastern") == ["MIDDLE EASTERN"]
    assert values("course", "grade", "A-", "NP") == ["A-", "NP"]
    assert values("cohort", "gateway_math_grade_y_1", "B+") == ["B+"]
    assert values("cohort", "special_program", "Honors") == ["Honors"]


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("C1", "C1"),
        ("Less than one-year certificate, less than Associate degree", "C1"),
        ("Less than 1-year certificate, less than Associates degree", "C1"),
        ("One to two year certificate, less than Associate degree", "C2"),
        ("1-2 year certificate, less than Associates degree", "C2"),
        ("Two to four year certificate, less than Bachelor's degree", "C4"),
        ("2-4 year certificate, less than Bachelors degree", "C4"),
        ("01", "01"),
        ("1", "01"),
        ("Undergraduate Certificate or Diploma Program", "01"),
        ("Associate Degree", "A"),
        ("ASSOCIATE'S DEGREE", "A"),
        ("02", "A"),
        ("2.0", "A"),
        ("Bachelor\u2019s Degree", "B"),
        ("03", "B"),
        ("Post Baccalaureate Certificate", "PB"),
        ("Post-Baccalaureate Certificate", "PB"),
        ("04", "PB"),
        ("Master's Degree", "M"),
        ("05", "M"),
        ("Doctoral Degree", "D"),
        ("06", "D"),
        ("First Professional Degree", "FP"),
        ("07", "FP"),
        ("Graduate/Professional Certificate", "PC"),
        ("08", "PC"),
        ("Non- Credential Program (Preparatory Coursework/Teach Certification)", "NC"),
        ("Non Credential Program (Preparatory Coursework / Teacher Certification)", "NC"),
        ("99", "NC"),
        ("a badge", None),
    ],
)
def test_a_credential_sought_is_known_by_its_code_and_by_any_label(label, code):
    assert credential_sought(label) == code


def test_a_credential_sought_that_is_unknown_is_missing():
    assert values("cohort", "credential_type_sought_year_1", "-1", "UNKNOWN", "Missing", "") == [None] * 4


@pytest.mark.parametrize("text", ["1,5", "inf", "nan", "12 credits", "9" * 400, "1_000", "1e400"])
def test_what_is_no_plain_number_is_refused(text):
    assert fault("course", "number_of_credits_attempted", text).wrong.tolist() == [True]


def test_numbers_have_ranges():
    assert fault("cohort", "gpa_group_year_1", "4.1").expected == "a number from 0 to 4"
    assert fault("course", "number_of_credits_earned", "20.5", "-1", "20").wrong.tolist() == [True, True, False]
    assert fault("cohort", "number_of_credits_earned_year_4", "-0.1").expected == "a number from 0"
