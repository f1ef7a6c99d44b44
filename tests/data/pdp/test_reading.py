import csv
import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward.data.pdp.columns import COLUMNS, TERMS
from onward.data.pdp.reading import PdpFile, head_of, kind_of, read_cohort, read_course
from onward.data.pdp.reading_many import MOST
from onward.data.problems import Problem

READERS = {"cohort": read_cohort, "course": read_course}
SAMPLES = {"cohort": "INSTXYZ_STUDENT_SEMESTER_AR_DEIDENTIFIED.csv", "course": "INSTXYZ_COURSE_LEVEL_AR_DEID.csv"}
FILLED = {
    "cohort": {
        "Student GUID": "A1",
        "Institution ID": "999900",
        "Cohort": "2016-17",
        "Cohort Term": "Fall",
        "Enrollment Type": "First-Time",
        "Retention": "1",
        "Persistence": "True",
        "Years of Last Enrollment at cohort institution": "1",
        "Years of Last Enrollment at other institution": "0",
    },
    "course": {
        "Student GUID": "A1",
        "Institution ID": "00999900",
        "Cohort": "2016-17",
        "Cohort Term": "FALL",
        "Academic Year": "2016-17",
        "Academic Term": "Fall",
        "Course Prefix": "BIO",
        "Course Number": "101",
    },
}


def text(kind, *rows):
    """Write a file of all of NSC's columns; each of ``rows`` says what it has besides what every row must have."""
    own = dict.fromkeys(name for row in rows for name in row)
    header = list(dict.fromkeys([*(one.heading for one in COLUMNS[kind]), *own]))
    written = io.StringIO()
    writer = csv.DictWriter(written, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(FILLED[kind] | row for row in rows)
    return written.getvalue()


@pytest.fixture
def read(tmp_path):
    def reading(kind, *rows, **options) -> PdpFile:
        path = tmp_path / f"{kind}.csv"
        path.write_text(text(kind, *rows), encoding="utf-8")
        return READERS[kind](path, file=f"{kind}.csv", **options)

    return reading


def only(found) -> str:
    [problem] = found.problems
    return str(problem)


@pytest.mark.parametrize(("kind", "rows"), [("cohort", 10), ("course", 95)])
def test_the_sample_files_are_read_whole(shared, kind, rows):
    path = shared / "pdp" / SAMPLES[kind]
    found = READERS[kind](path, file=path.name)
    assert found.problems == ()
    assert len(head_of(path)) == {"cohort": 77, "course": 34}[kind]
    assert found.frame.shape == (rows, len(COLUMNS[kind]))
    assert found.rows.tolist() == list(range(2, rows + 2))
    assert found.extras.shape == (rows, 0)
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.frame["institution_id"].unique().tolist() == ["00300547"]
    assert found.frame["student_id"].nunique() == 10


def test_the_cohort_sample_says_that_once_more_credits_were_earned_than_attempted(shared):
    path = shared / "pdp" / SAMPLES["cohort"]
    [note] = read_cohort(path, file="cohort.csv").notes
    assert note == "cohort.csv: in 1 row more credits were earned in year 1 than attempted."


def test_files_of_the_pdp_are_known_by_their_first_line_and_others_are_not_taken_for_them(shared):
    kinds = {path.name: kind_of(head_of(path)) for path in (shared / "pdp").glob("*.csv")}
    assert kinds == dict.fromkeys(kinds, None) | {name: kind for kind, name in SAMPLES.items()}


@pytest.mark.parametrize("kind", ["cohort", "course"])
def test_every_column_is_there_in_its_dtype_and_optional_ones_that_are_absent_are_missing(read, tmp_path, kind):
    found = read(kind, {})
    assert {name: str(dtype) for name, dtype in found.frame.dtypes.items()} == {
        one.name: one.dtype for one in COLUMNS[kind]
    }
    path = tmp_path / "short.csv"
    frame = pd.read_csv(tmp_path / f"{kind}.csv", dtype="str", keep_default_na=False)
    frame[[one.heading for one in COLUMNS[kind] if one.needed]].to_csv(path, index=False)
    short = READERS[kind](path, file="short.csv")
    assert short.problems == ()
    pd.testing.assert_frame_equal(short.frame, found.frame)
    absent = [one.name for one in COLUMNS[kind] if not one.needed]
    assert short.frame[absent].isna().all(axis=None)


def test_categories_are_texts_and_terms_are_in_the_order_of_a_year(read):
    frame = read("cohort", {}, {"Student GUID": "A2", "Cohort Term": "Summer", "Race": "Asian"}).frame
    assert frame["cohort_term"].cat.categories.tolist() == list(TERMS)
    assert frame["cohort_term"].max() == "SUMMER"
    assert frame["race"].astype("object").where(frame["race"].notna(), None).tolist() == [None, "ASIAN"]
    assert frame["cohort_term"].cat.categories.dtype == "str"


def test_race_and_ethnicity_stay_two_columns(read):
    frame = read("cohort", {"Race": "Two or More Races", "Ethnicity": "H"}).frame
    assert frame[["race", "ethnicity"]].iloc[0].tolist() == ["TWO OR MORE RACES", "H"]


def test_cells_with_several_institutions_stay_one_text(read):
    frame = read("course", {"Enrollment Record at Other Institution(s) STATE(s)": "FL|AL"}).frame
    assert frame["enrollment_record_at_other_institution_s_state_s"].tolist() == ["FL|AL"]


def test_extras_are_kept_as_text_under_their_own_names(read):
    found = read("course", {"school": "North", "Lab Fee": "007"})
    assert found.extras.to_dict("list") == {"school": ["North"], "Lab Fee": ["007"]}
    assert found.problems == ()


def test_a_zip_code_is_tolerated_and_left_out(read):
    found = read("cohort", {"zip_code": "99901"})
    assert (found.problems, found.extras.shape) == ((), (1, 0))
    assert found.notes == ("cohort.csv: left out, since they tell where a person lives or the like: zip_code.",)


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("First Name", "Zoe"),
        ("Middle Name", "Q"),
        ("Last_Name", "Zzz"),
        ("SSN", "123456789"),
        ("Date of Birth", "19990101"),
        ("E-mail", "x"),
        ("Phone", ""),
    ],
)
def test_columns_that_identify_people_are_refused_without_a_value(read, heading, cell):
    found = read("cohort", {heading: cell})
    assert {problem.column for problem in found.problems} == {heading}
    assert cell not in str(found.problems[0]).split() or not cell


@pytest.mark.parametrize("heading", ["Course Name", "Student GUID", "Core Course Type", "remarks"])
@pytest.mark.parametrize("cell", ["zoe@example.org", "123-45-6789", "(212) 555-0134"])
def test_identifiers_in_any_text_are_refused_without_being_shown(read, heading, cell):
    found = read("course", {heading: cell}, {heading: cell, "Course Number": "102"}, {})
    assert only(found).startswith(f"course.csv, column {heading}, row 2: expected no ")
    assert "2 cells, not shown" in only(found)
    assert cell not in only(found)


def test_ids_that_may_be_social_security_numbers_are_refused(read):
    found = read("course", {"Student GUID": "123456789"}, {"Student GUID": "517224321"})
    assert "column Student GUID, row 2: expected no social security number" in only(found)
    assert "123456789" not in only(found)


def test_ids_may_be_anything_where_pseudonyms_are_made_of_them(read):
    assert read("course", {"Student GUID": "123-45-6789"}, ids_replaced=True).problems == ()


def test_a_learner_stands_once_in_a_cohort_file(read):
    found = read("cohort", {}, {"Student GUID": "B"}, {})
    assert "column Student GUID, row 4: expected each learner once" in only(found)
    assert "A1" not in only(found)


@pytest.mark.parametrize("kind", ["cohort", "course"])
def test_a_file_is_of_one_institution_however_its_id_is_padded(read, kind):
    rows = [{"Institution ID": name, "Student GUID": name} for name in ("999900", "00999900")]
    assert read(kind, *rows).problems == ()
    found = read(kind, *rows, {"Institution ID": "999901", "Student GUID": "C"})
    assert "column Institution ID, row 4: expected one institution in a file" in only(found)


def test_no_course_gives_more_credits_than_were_attempted(read):
    names = ("Number of Credits Attempted", "Number of Credits Earned")
    rows = [dict(zip(names, pair, strict=True)) for pair in (("3", "3"), ("3", "4"), ("", "4"), ("3", ""))]
    found = read("course", *[row | {"Section ID": str(at)} for at, row in enumerate(rows)])
    assert "Number of Credits Earned, row 3: expected no more than Number of Credits Attempted" in only(found)


def test_less_than_a_credit_in_the_first_year_is_noted_alone(read):
    found = read("cohort", {"Number of Credits Attempted Year 1": "0"})
    assert found.problems == ()
    assert found.notes == ("cohort.csv: in 1 row less than one credit was attempted in year 1.",)


def test_a_course_that_ends_before_it_begins_is_noted(read):
    found = read("course", {"Course Begin Date": "20160822", "Course End Date": "2016-08-21"})
    assert found.problems == ()
    assert found.notes == ("course.csv: in 1 row the course ends before it begins.",)


def test_a_lab_and_a_lecture_may_share_a_number_but_the_same_row_twice_is_read_once(read):
    lecture, lab = {"Number of Credits Attempted": "3"}, {"Number of Credits Attempted": "1"}
    found = read("course", lecture, lab, lecture)
    assert found.problems == ()
    assert found.rows.tolist() == [2, 3]
    assert found.notes == ("course.csv: 1 row the same as one above in every cell, read once.",)


def test_rows_without_any_cell_are_read_over_and_the_others_keep_their_numbers(tmp_path):
    path = tmp_path / "a.csv"
    lines = text("course", {}, {"Section ID": "2"}).splitlines()
    path.write_text("\n".join([lines[0], "," * 34, lines[1], "", lines[2]]), encoding="utf-8")
    found = read_course(path, file="a.csv")
    assert (found.rows.tolist(), found.problems) == ([3, 5], ())


@pytest.mark.parametrize("name", ["Retention", "Persistence", "Cohort", "Cohort Term", "Student GUID"])
def test_what_every_row_must_say_may_not_be_empty(read, name):
    said = only(read("cohort", {name: ""}))
    assert f"column {name}, row 2: " in said
    assert "came an empty cell" in said


def test_years_of_last_enrollment_are_never_empty_and_may_be_zero(read):
    one = "Years of Last Enrollment at cohort institution"
    assert "a whole number from 0 to 8 in every row" in only(read("cohort", {one: ""}))
    name = "years_of_last_enrollment_at_cohort_institution"
    assert read("cohort", {one: "0"}).frame[name].tolist() == [0]


@pytest.mark.parametrize(
    ("kind", "name", "cell"),
    [
        ("cohort", "GPA Group Year 1", "4.2"),
        ("course", "Number of Credits Attempted", "21"),
        ("cohort", "Years to Bachelors at cohort inst.", "9"),
        ("course", "Course Type", "XX"),
        ("course", "Delivery Method", "online"),
        ("course", "Course Begin Date", "20161332"),
        ("course", "Course CIP", "biology"),
        ("cohort", "Retention", "yes"),
    ],
)
def test_a_cell_that_cannot_stand_is_told_with_its_column_and_row_and_becomes_missing(read, kind, name, cell):
    found = read(kind, {name: cell})
    assert f"{kind}.csv, column {name}, row 2: expected " in only(found)
    place = [one.heading for one in COLUMNS[kind]].index(name)
    assert found.frame[COLUMNS[kind][place].name].isna().all()


@pytest.mark.parametrize("name", [one.heading for one in COLUMNS["cohort"] if one.private and one.values])
def test_no_message_repeats_what_says_who_somebody_is(read, name):
    assert "came a value that is not shown" in only(read("cohort", {name: "9"}))


def test_free_text_in_a_wrong_column_is_described_and_not_shown(read):
    assert "came a text of 10 characters, not shown" in only(read("course", {"Course CIP": "John Smith"}))


def test_many_faults_of_one_kind_are_told_one_by_one_only_at_first(read):
    found = read("course", *({"Delivery Method": "X", "Section ID": str(at)} for at in range(MOST + 5)))
    assert len(found.problems) == MOST + 1
    assert found.problems[-1].came == f"the same in 5 more, {MOST + 5:,} rows in all"


def test_a_file_of_the_other_kind_is_told_as_such(shared, tmp_path):
    found = read_course(shared / "pdp" / SAMPLES["cohort"], file="c.csv")
    assert "came that of a cohort file; give it as a cohort file" in only(found)
    path = tmp_path / "s.csv"
    path.write_text(text("course", {}).replace(",", ";"), encoding="utf-8")
    assert "came one column with semicolons in its name" in only(read_course(path, file="s.csv"))
    found = read_cohort(shared / "pdp" / "DataKind_School1_StudentFile.csv", file="d.csv")
    assert "came names of which too few are NSC's" in only(found)
    assert found.frame.shape == (0, 85)


def test_the_columns_that_are_missing_are_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(text("course", {}).replace("Delivery Method", "Modality"), encoding="utf-8")
    found = read_course(path, file="a.csv")
    assert "column Delivery Method, row 1: expected the column Delivery Method; came no such column" in only(found)
    assert found.frame["delivery_method"].isna().all()


BITS = [b'"', b"\n", b"\r", b",", b"\0", b"\xff", b"\x81", b"9" * 400, b"NaN", b"inf", b"UK", b"-1", b"\xe2\x80\x93"]


def _is_whole(found):
    assert isinstance(found, PdpFile)
    assert all(isinstance(problem, Problem) for problem in found.problems)
    assert len(found.frame) == len(found.extras) == len(found.rows)
    assert list(found.frame) == [one.name for one in COLUMNS[found.kind]]
    assert (np.diff(found.rows) > 0).all()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_any_bytes_give_a_file_or_problems(tmp_path, data):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    for reader in READERS.values():
        _is_whole(reader(path, file="a.csv"))
    kind_of(head_of(path))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["cohort", "course"]),
    changes=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(BITS) | st.binary(max_size=4)), max_size=6
    ),
)
def test_a_sample_that_was_changed_anywhere_gives_a_file_or_problems(shared: Path, tmp_path, kind, changes):
    data = (shared / "pdp" / SAMPLES[kind]).read_bytes()
    for place, removed, put in changes:
        at = int(place * len(data))
        data = data[:at] + put + data[at + removed :]
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    _is_whole(READERS[kind](path, file="a.csv"))


def test_columns_that_a_mapping_drops_are_not_looked_at(shared, tmp_path):
    text = (shared / "pdp" / "INSTXYZ_STUDENT_SEMESTER_AR_DEIDENTIFIED.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "cohort.csv"
    path.write_text("\n".join(["First Name," + text[0], *("Zoe," + line for line in text[1:])]), encoding="utf-8")
    assert read_cohort(path, file="cohort.csv").problems
    kept = read_cohort(path, file="cohort.csv", drop=("First Name",))
    assert (kept.problems, len(kept.frame)) == ((), 10)
