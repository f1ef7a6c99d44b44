import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.data.headings import EMAIL, PHONE, SSN
from onward.data.privacy import PSEUDONYMS, REMOVE, private_kinds, private_problems
from onward.data.reading import read_sheet

DAYS = pd.date_range("1970-01-15", "2004-06-01", periods=40).strftime("%Y-%m-%d").tolist()


def series(*texts):
    return pd.Series(texts, dtype="str")


def found(skip=(), **columns):
    cells = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    return private_problems("sent.csv", cells, np.arange(2, 2 + len(cells)), skip=skip)


def told(problems):
    return [(problem.column, problem.row, problem.expected) for problem in problems]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("zoe.quill@example.org", EMAIL),
        ("write to <z_q+1@mail.example.co.uk>.", EMAIL),
        ("219-09-9999", SSN),
        ("her number is 219 09 9999", SSN),
        ("XXX-XX-9999", SSN),
        ("912-73-1234", SSN),
        ("(212) 555-0134", PHONE),
        ("212-555-0134", PHONE),
        ("212.555.0134 ext 7", PHONE),
        ("+1 212 555 0134", PHONE),
        ("+12125550134", PHONE),
        ("1-212-555-0134", PHONE),
    ],
)
def test_one_clear_text_is_enough_among_many(text, kind):
    assert private_kinds(series(*map(str, range(500)), text)) == (kind,)
    assert private_kinds(series(text, None)) == (kind,)


@pytest.mark.parametrize(
    "text",
    [
        "2023-09-01",
        "09/01/2023",
        "13-2011.00",
        "000-12-3456",
        "666-12-3456",
        "912-00-1234",
        "219-00-9999",
        "219-09-0000",
        "1219-09-9999",
        "219-09-99991",
        "112-555-0134",
        "212-155-0134",
        "513801",
        "ce-6c2f5f0e-6e3b-4f57-9d3a-0d6f4e7f3c11",
        "978-0-306-40615-7",
        "cohort@2023",
        "@00123456",
        "2023-2024",
        "192.168.101.1234",
        "12125550134567",
        "-99999",
        "45,000.50",
    ],
)
def test_other_numbers_dates_and_signs_are_nobodys(text):
    assert private_kinds(series(text)) == ()


def test_sections_of_courses_that_end_in_a_year_are_no_numbers_of_people():
    assert private_kinds(series("101-01-2023", "101-02-2023", "205-01-2024")) == ()
    assert private_kinds(series("101-01-2023", "219-09-9999", "205-01-2024")) == (SSN,)


def test_ten_bare_digits_are_phone_numbers_where_half_of_the_cells_are_and_the_heading_does_not_say_otherwise():
    phones = ["2125550134", "2125550135", "", "none"]
    assert private_kinds(series(*phones)) == (PHONE,)
    assert private_kinds(series("2125550134", "a", "b")) == ()
    assert private_kinds(series(*phones), bare_numbers=False) == ()
    assert told(found(reached=phones)) == [("reached", 2, "no phone number")]
    assert not found(npi=phones, opeid=phones, learner_id=phones)


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_at_all_is_looked_at(text):
    private_kinds(series(text, None))
    private_problems("any.csv", pd.DataFrame({text: series(text)}), np.array([2]))


def test_each_column_and_kind_is_one_problem_with_its_first_row_and_its_count():
    problems = found(
        learner_id=["a", "b", "c"],
        note=["", "zoe@example.org", "call 212-555-0134, or yan@example.org"],
        DOB=["", "", ""],
        Last_Name=["", "Quill", "Ross"],
    )
    assert [str(problem) for problem in problems] == [
        f"sent.csv, column note, row 3: expected no e-mail address; came 2 cells, not shown; {REMOVE}",
        f"sent.csv, column note, row 4: expected no phone number; came 1 cell, not shown; {REMOVE}",
        f"sent.csv, column DOB, row 1: expected no birth date; came a column of that name; {REMOVE}",
        f"sent.csv, column Last_Name, row 3: expected no name; came 2 cells, not shown; {REMOVE}",
    ]


def test_a_column_that_is_dropped_is_not_looked_at():
    assert not found(skip=["Email"], learner_id=["a"], Email=["zoe@example.org"])


def test_a_column_called_name_holds_people_only_in_a_file_about_people():
    assert not found(credential_id=["c1"], name=["Welding"])
    assert told(found(learner_id=["a"], name=["Zoe"])) == [("name", 2, "no name")]


def test_the_entries_of_a_file_without_rows_are_counted_as_entries():
    cells = pd.DataFrame({"note": series("", "zoe@example.org")})
    [problem] = private_problems("badges.json", cells, np.array([1, 2]), unit="entry")
    assert str(problem).startswith("badges.json, column note, entry 2: ")


def test_surname_and_given_name_in_nearly_every_cell_are_names_in_a_file_about_people():
    people = [f"{chr(65 + n)}ornell, {'Ada' if n % 2 else 'Zoe'}" for n in range(24)]
    assert told(found(learner_id=[*map(str, range(24))], who=people)) == [("who", 2, "no name")]
    assert not found(credential_id=[*map(str, range(24))], who=people)
    assert not found(learner_id=[*map(str, range(24))], town=[f"{chr(65 + n)}ewark, NJ" for n in range(24)])
    assert not found(learner_id=[*map(str, range(24))], major=["Biology, General"] * 24)


def test_dates_that_lie_a_generation_before_the_rest_are_birth_dates():
    starts = ["2023-09-01"] * 40
    ids = [*map(str, range(40))]
    assert told(found(learner_id=ids, entry_date=starts, when=DAYS)) == [("when", 2, "no birth date")]
    usual = [day.replace("-", "/") for day in DAYS]
    american = [f"{month}/{day}/{year}" for year, month, day in (one.split("/") for one in usual)]
    assert told(found(learner_id=ids, entry_date=starts, when=american)) == [("when", 2, "no birth date")]
    assert not found(learner_id=ids, entry_date=starts, graduated=["2019-06-01", "1999-06-01"] * 20)


def test_a_learners_id_may_not_be_what_a_government_gave():
    numbers = [str(219_099_999 + 7_654_321 * n) for n in range(30)]
    [problem] = found(learner_id=numbers)
    assert (problem.expected, problem.came, problem.remedy) == (
        "no social security number",
        "30 cells, not shown",
        PSEUDONYMS,
    )
    assert not found(skip=["learner_id"], learner_id=numbers)
    assert not found(learner_id=[f"8001{n:05d}" for n in range(30)])
    assert not found(learner_id=[f"000{n:06d}" for n in range(30)])
    assert not found(credential_id=numbers)


def test_a_learners_id_that_is_an_address_is_made_a_pseudonym():
    [problem] = found(student_id=["zoe@example.org"])
    assert problem.remedy == PSEUDONYMS


def test_a_first_line_that_is_a_persons_row_is_not_repeated():
    problems = found(**{"zoe@example.org": ["yan@example.org"], "Quill": ["Ross"]})
    assert [problem.column for problem in problems] == ["", ""]
    assert "expected the names of the columns; came an e-mail address among them, not shown" in str(problems[0])
    assert "zoe" not in "".join(map(str, problems))


def test_two_columns_of_one_name_are_both_looked_at():
    cells = pd.DataFrame([["a", "zoe@example.org"]], columns=["note", "note"], dtype="str")
    assert told(private_problems("sent.csv", cells, np.array([2]))) == [("note", 2, "no e-mail address")]


def test_no_public_file_is_refused(shared):
    for path in sorted(shared.glob("[!i]*/*.csv")):
        separator = ";" if path.parts[-2:] == ("uci697", "data.csv") else ","
        if path.name != "studentAssessment.csv":
            sheet = read_sheet(path, file=path.name, separator=separator)
            assert not private_problems(path.name, sheet.cells, sheet.rows)


def test_a_million_rows_take_little_time():
    ids = pd.Series(np.char.add("s", np.arange(1_000_000).astype(str)), dtype="str")
    started = time.perf_counter()
    assert private_kinds(ids) == ()
    assert time.perf_counter() - started < 3
