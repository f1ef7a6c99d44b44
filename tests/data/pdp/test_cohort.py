import pandas as pd

from onward.audit.groups import ipeds_1997, spd15_2024
from onward.data.pdp.demographics import GENDERS, selections
from onward.data.pdp.rules import PdpRules
from onward.data.pdp.tables import to_found

RULES = PdpRules(cohort=("cohort.csv",))


def told(table, *files, rules=RULES):
    found = to_found(files, [], rules, awards=None, credentials=None)
    return pd.concat([piece.cells for piece in found.pieces[table]]).set_index("learner_id"), found


def students(*rows):
    """Give each of the rows a student of its own."""
    return [{"Student GUID": f"s{number:02d}", **row} for number, row in enumerate(rows)]


def test_a_term_lies_in_the_right_calendar_year_and_summer_is_the_last(cohort_file):
    rows = students(*({"Cohort": "2016-17", "Cohort Term": term} for term in ("FALL", "WINTER", "SPRING", "Summer")))
    learners, _ = told("learners", cohort_file(*rows))
    assert learners["entry_date"].tolist() == ["2016-08-25", "2017-01-02", "2017-01-15", "2017-06-01"]


def test_the_mapping_may_give_a_term_other_days(cohort_file):
    rules = PdpRules(cohort=("cohort.csv",), term_starts={"WINTER": "12-01"})
    learners, _ = told("learners", cohort_file({"Cohort": "2016-17", "Cohort Term": "WINTER"}), rules=rules)
    assert learners["entry_date"].tolist() == ["2016-12-01"]


def test_what_was_known_at_entry_is_told_of_a_learner(cohort_file):
    row = {
        "Math Placement": "C",
        "English Placement": "N",
        "Program of Study Term 1": "1.0101",
        "Credential Type Sought Year 1": "Associate's Degree",
    }
    learners, _ = told("learners", cohort_file(row, {"Student GUID": "b", "Math Placement": "UK"}))
    assert learners.loc["a", ["math_ready", "english_ready"]].tolist() == ["true", "false"]
    assert learners.loc["a", ["goal_cip", "goal_level"]].tolist() == ["010101", "3"]
    assert learners.loc["b", ["math_ready", "english_ready", "goal_cip", "goal_level"]].tolist() == [""] * 4


def test_what_was_sought_becomes_an_award_level(cohort_file):
    levels = {"C1": "21", "C2": "2", "C4": "4", "B": "5", "PB": "6", "M": "7", "D": "17", "PC": "8", "01": "", "NC": ""}
    learners, found = told(
        "learners", cohort_file(*students(*({"Credential Type Sought Year 1": code} for code in levels)))
    )
    assert learners["goal_level"].tolist() == list(levels.values())
    assert any("certificates of less than a year, in 1 row, are taken for 21, not 20" in note for note in found.notes)


def test_no_column_of_learners_comes_from_what_happened_later_or_is_sensitive(cohort_file):
    row = {
        "Dual and Summer Enrollment": "DE",
        "Reading Placement": "C",
        "Military Status": "1",
        "First Gen": "P",
        "Gateway Math Status": "R",
        "Special Program": "some program",
        "Time to Credential": "2.5",
    }
    file = cohort_file(row)
    learners, _ = told("learners", file)
    people, _ = told("demographics", file)
    extras = [name for name in learners if name.startswith("x_")]
    assert extras == ["x_enrollment_type", "x_dual_and_summer_enrollment", "x_reading_placement"]
    assert [name for name in people if name.startswith("x_")] == ["x_first_gen", "x_military_status"]
    more = PdpRules(cohort=("cohort.csv",), extras=("gateway_math_status",))
    assert "x_gateway_math_status" in told("learners", file, rules=more)[0]


RACES = [
    ("Black or African American", "H", "hispanic|black", "hispanic", "two_or_more"),
    ("Two or More Races", "H", "hispanic|two_or_more", "hispanic", "two_or_more"),
    ("Hispanic", "N", "hispanic", "hispanic", "hispanic"),
    ("Unknown", "H", "hispanic", "hispanic", "hispanic"),
    ("Nonresident alien", "H", "hispanic|nonresident", "nonresident", "nonresident"),
    ("Nonresident alien", "N", "nonresident", "nonresident", "nonresident"),
    ("Unknown", "UK", "unknown", "unknown", "unknown"),
    ("Two or More Races", "N", "two_or_more", "two_or_more", "two_or_more"),
    ("Caucasian", "N", "white", "white", "white"),
    ("Asian", "", "asian", "asian", "asian"),
    ("", "N", "unknown", "unknown", "unknown"),
    ("", "", "", "unknown", "unknown"),
]
"""Race, Ethnicity, what is told, and how it is reported by the standards of 1997 and of 2024."""


def test_hispanic_comes_first_and_nonresident_and_unknown_stay_groups_of_their_own(cohort_file):
    people, _ = told("demographics", cohort_file(*students(*({"Race": row[0], "Ethnicity": row[1]} for row in RACES))))
    selected = people["race_ethnicity"]
    assert selected.tolist() == [row[2] for row in RACES]
    assert selected.map(ipeds_1997).tolist() == [row[3] for row in RACES]
    assert selected.map(spd15_2024).tolist() == [row[4] for row in RACES]


def test_a_race_in_the_column_ethnicity_counts_as_one():
    assert selections(pd.Series(["WHITE"]), pd.Series(["BLACK"])).tolist() == ["white|black"]


def test_swapped_columns_and_races_of_no_known_meaning_are_noted_without_being_shown(cohort_file):
    rows = [{"Race": "Hispanic", "Ethnicity": "N"}, {"Student GUID": "b", "Race": "Martian"}]
    _, found = told("demographics", cohort_file(*rows))
    notes = "\n".join(found.notes)
    assert "Race and Ethnicity contradict each other in 1 row" in notes
    assert "Race has no known meaning in 1 row" in notes
    assert "MARTIAN" not in notes.upper()


def test_genders_are_told_as_the_tables_call_them(cohort_file):
    people, found = told("demographics", cohort_file(*students(*({"Gender": code} for code in GENDERS))))
    assert people["gender"].tolist() == list(GENDERS.values())
    assert "gender_imputed" not in people
    assert any("NSC fills in a missing gender" in note for note in found.notes)


def test_flags_of_demographics_are_told_and_what_is_unknown_stays_missing(cohort_file):
    row = {
        "Student Age": "Older than 24",
        "Disability Status": "Y",
        "First Gen": "N",
        "Pell Status First Year": "UK",
        "Enrollment Intensity First Term": "Part-Time",
    }
    people, found = told("demographics", cohort_file(row, {"Student GUID": "b", "First Gen": "B"}))
    flags = ["age_band", "disability", "first_generation", "pell", "part_time"]
    assert people.loc["a", flags].tolist() == ["older than 24", "true", "true", "", "true"]
    assert people.loc["b", flags].tolist() == ["", "", "false", "", ""]
    assert any("Pell is not known in 2 rows" in note for note in found.notes)


def test_a_learner_of_several_cohort_files_has_the_row_of_the_earliest(cohort_file):
    later = cohort_file({"Cohort": "2022-23", "Gender": "F", "Institution ID": "00567800"}, file="later.csv")
    first = cohort_file({"Cohort": "2019-20", "Gender": "M"}, file="first.csv")
    people, found = told("demographics", later, first)
    assert people["gender"].to_dict() == {"a": "man"}
    assert [piece.file for piece in found.pieces["learners"]] == ["first.csv"]
    assert found.counts["cohort students"] == 1
    assert any("1 row of cohort files not used" in note for note in found.notes)
