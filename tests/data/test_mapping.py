import hashlib
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.data.checks import SENSITIVE
from onward.data.mapping import read
from onward.data.privacy import REMOVE
from onward.data.problems import NOT_SHOWN, ProblemsFound
from onward.data.schema import schema
from onward.data.simulated import World, simulate
from onward.data.tables import CREDENTIALS, LEARNERS, Tables, conform, write
from onward.errors import DataError

UCI = Path(__file__).parents[2] / "training" / "mappings" / "uci697.toml"
GOOD = {
    "learners": "learner_id,entry_date,age_at_entry\nann,2023-09-01,31\nbo,2023-09-01,\n",
    "demographics": "learner_id,gender,race_ethnicity,pell\nann,woman,asian|white,true\n",
    "attempts": "learner_id,credential_id,started_on,ended_on,status\nann,weld,2023-09-01,2024-05-30,completed\n",
    "awards": "learner_id,credential_id,awarded_on\nann,elsewhere,2024-05-30\n",
    "credentials": "credential_id,name,kind,award_level,cip,weeks\nweld,Welding,Certificate,21,480508,30\n",
    "values": "credential_id,median_earnings,benchmark_earnings,basis\nweld,45000,36000,published\n",
}
WIDE = """
nominal_dates = true
notes = ["made up"]
[tables.learners]
file = "wide.csv"
separator = ";"
[tables.learners.columns]
learner_id = { number_rows = "u" }
entry_date = { column = "Start", date_format = "%d/%m/%Y" }
prior_gpa = "Grade"
math_ready = { column = "Placed", recode = { Y = true, N = false } }
x_city = { column = "City", type = "category" }
[[tables.attempts]]
file = "wide.csv"
separator = ";"
only = { column = "Program", not_equals = ["", "none"] }
[tables.attempts.columns]
learner_id = { number_rows = "u" }
credential_id = { column = "Program", prefix = "p-" }
started_on = { column = "Start", date_format = "%d/%m/%Y" }
status = { constant = "in_progress" }
[tables.enrollments]
file = "wide.csv"
separator = ";"
decimal = ","
[tables.enrollments.columns]
learner_id = { number_rows = "u" }
institution_id = { constant = "here" }
[[tables.enrollments.unpivot]]
columns.term_start = { constant = 2023-09-01 }
columns.term_end = { constant = 2023-12-20 }
columns.credits_attempted = "Fall"
missing_when = { column = "Fall", equals = ["0"] }
[[tables.enrollments.unpivot]]
only = { column = "Spring", not_equals = [""] }
columns.term_start = { constant = 2024-01-10 }
columns.term_end = { constant = 2024-05-20 }
columns.credits_attempted = "Spring"
[tables.credentials]
file = "credentials.csv"
beside_mapping = true
[tables.values]
file = "values.csv"
beside_mapping = true
"""
WIDE_CSV = (
    "\ufeffStart;Grade;Placed;City;Program;Fall;Spring\r\n01/09/2023;3.5;Y;Faro;7;12,5;9\r\n31/08/2023;;N;;none;0;\r\n"
)


def put(folder, **changes):
    folder.mkdir(exist_ok=True)
    for name, text in {**GOOD, **changes}.items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def found(folder, mapping=None):
    with pytest.raises(ProblemsFound) as refusal:
        read(folder, mapping=mapping)
    return refusal.value.problems


def only(folder, mapping=None):
    (problem,) = found(folder, mapping)
    return problem


def wide(folder, *, data=WIDE_CSV, rules=WIDE):
    (folder / "rules").mkdir()
    put(
        folder / "rules",
        credentials=GOOD["credentials"].replace("weld", "p-7"),
        values=GOOD["values"].replace("weld", "p-7"),
    )
    (folder / "rules" / "college.toml").write_text(rules)
    (folder / "college").mkdir()
    (folder / "college" / "wide.csv").write_text(data, encoding="utf-8", newline="")
    return folder / "college", folder / "rules" / "college.toml"


def test_a_good_folder_is_read_with_the_digest_of_each_file(tmp_path):
    source = read(put(tmp_path), mapping=None)
    expected = {f"{name}.csv": hashlib.sha256(text.encode()).hexdigest() for name, text in GOOD.items()}
    assert (source.digests, len(source.tables.learners), source.nominal_dates) == (expected, 2, False)


def test_four_planted_faults_are_all_listed_and_nothing_is_written(tmp_path):
    put(
        tmp_path,
        learners="learner_id,entry_date,age_at_entry\nann,2023-09-01,thirty\nbo,2023-09-01,20\nann,2023-09-02,20\n",
        attempts="learner_id,credential_id,started_on,ended_on,status\nann,weld,2023-02-30,,in_progress\n",
        values="credential_id,median_earning,benchmark_earnings,basis\nweld,45000,36000,published\n",
    )
    before = sorted(tmp_path.iterdir())
    problems = found(tmp_path)
    told = {(problem.file, problem.column, problem.row) for problem in problems}
    assert told == {
        ("learners.csv", "age_at_entry", 2),
        ("learners.csv", "learner_id", 4),
        ("attempts.csv", "started_on", 2),
        ("values.csv", "median_earnings", 1),
        ("values.csv", "median_earning", 1),
    }
    assert all(problem.expected and problem.came and problem.remedy for problem in problems)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("learners", "31", "old", ("age_at_entry", 2, "a number from 10 to 110", "a text of 3 characters, not shown")),
        ("learners", "31", "7", ("age_at_entry", 2, "a number from 10 to 110", "'7'")),
        ("learners", "bo,2023-09-01", "bo,", ("entry_date", 3, "a date as YYYY-MM-DD in every row", "an empty cell")),
        ("learners", "bo,", "ann,", ("learner_id", 3, "each learner_id once in learners", "the same as in row 2")),
        (
            "attempts",
            "2024-05-30",
            "2024-02-30",
            ("ended_on", 2, "a day that exists, from 1900 to 2100", "'2024-02-30'"),
        ),
        ("attempts", "2024-05-30", "5/30/24", ("ended_on", 2, "a date as YYYY-MM-DD", "'5/30/24'")),
        (
            "attempts",
            "2024-05-30",
            "2022-05-30",
            ("ended_on", 2, "a day on or after started_on", "2022-05-30, before 2023-09-01"),
        ),
        (
            "attempts",
            "completed",
            "done",
            ("status", 2, "one of completed, stopped, transferred, in_progress", "a text of 4 characters, not shown"),
        ),
        ("attempts", "2024-05-30", "", ("ended_on", 2, "a day, since status is completed", "nothing")),
        ("attempts", "completed", "in_progress", ("ended_on", 2, "nothing, since status is in_progress", "a day")),
        ("credentials", ",30\n", ",some\n", ("weeks", 2, "a number of at least 0.1", "'some'")),
        ("attempts", "ann", "cy", ("learner_id", 2, "a learner that is in learners.csv", NOT_SHOWN)),
        ("attempts", "weld", "web", ("credential_id", 2, "a credential that is in credentials.csv", NOT_SHOWN)),
        ("demographics", "true", "maybe", ("pell", 2, "true or false", NOT_SHOWN)),
        ("credentials", "480508", "48.0508", ("cip", 2, "a code of digits alone, such as 513801", "'48.0508'")),
        ("awards", ",2024-05-30", "", ("", 2, "3 cells, as in the first line", "2 cells")),
        ("awards", "awarded_on", "awarded_on,", None),
    ],
)
def test_a_fault_is_told_with_its_column_row_and_what_was_expected(tmp_path, table, old, new, told):
    put(tmp_path, **{table: GOOD[table].replace(old, new, 1)})
    if told is None:
        assert read(tmp_path, mapping=None)
        return
    problem = only(tmp_path)
    assert (problem.file, problem.column, problem.row, problem.expected, problem.came) == (f"{table}.csv", *told)


def test_what_a_learner_did_elsewhere_before_entering_is_read(tmp_path):
    put(
        tmp_path,
        enrollments="learner_id,institution_id,term_start,term_end\nann,elsewhere,2021-08-31,2021-12-20\n",
        awards=GOOD["awards"].replace("2024", "2020"),
        experiences="learner_id,kind,started_on\nann,job,2019-01-01\n",
    )
    assert len(read(tmp_path, mapping=None).tables.enrollments) == 1


@pytest.mark.parametrize(("end", "status"), [("", "completed"), ("2024-05-30", "in_progress")])
def test_an_attempt_with_or_without_an_end_wrongly_shows_no_id(tmp_path, end, status):
    put(tmp_path, attempts=GOOD["attempts"].replace("2024-05-30,completed", f"{end},{status}"))
    assert not {"ann", "weld"} & set(str(only(tmp_path)).replace(",", " ").split())


def test_ids_like_numbers_or_missing_values_stay_texts(tmp_path):
    ids = ["NA", "007", "7", "1e3", "null"]
    put(
        tmp_path,
        learners="learner_id,entry_date\n" + "".join(f"{one},2023-09-01\n" for one in ids),
        demographics="learner_id,pell\n007,true\n",
        attempts=None,
        awards="learner_id,credential_id,awarded_on\nNA,010,2024-05-30\n",
    )
    tables = read(tmp_path, mapping=None).tables
    assert tables.learners["learner_id"].tolist() == ids
    assert tables.awards[["learner_id", "credential_id"]].to_numpy().tolist() == [["NA", "010"]]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("age_at_entry", "John Smith"),
        ("age_at_entry", "1999-05-17"),
        ("age_at_entry", "5551234"),
        ("math_ready", "ann@example.org"),
        ("employment", "John Smith"),
        ("goal_cip", "Smith-12"),
        ("entry_date", "John Smith"),
        ("entry_date", "555-1234"),
    ],
)
def test_no_cell_of_a_learner_is_repeated_that_may_be_a_person_s(tmp_path, column, cell):
    learner = {"learner_id": "ann", "entry_date": "2023-09-01", column: cell}
    put(tmp_path, learners=f"{','.join(learner)}\n{','.join(learner.values())}\n")
    problem = next(problem for problem in found(tmp_path) if problem.file == "learners.csv")
    assert problem.column == column
    assert cell not in str(problem)
    assert "not shown" in problem.came


IDENTIFYING = ["email", "SSN", "Student Name", "lastName", "birth_date", "cell_phone", "home-address", "zip"]


@pytest.mark.parametrize("name", [*IDENTIFYING, "gender", "Age", "nationality", "pell"])
@pytest.mark.parametrize("prefix", ["", "x_"])
@pytest.mark.parametrize("table", ["learners", "enrollments"])
def test_a_sensitive_column_is_refused_and_never_offered_as_an_extra(tmp_path, table, prefix, name):
    enrollments = "learner_id,institution_id,term_start,term_end\nann,here,2023-09-01,2023-12-20\n"
    head, *rows = {**GOOD, "enrollments": enrollments}[table].splitlines()
    put(tmp_path, **{table: "\n".join([f"{head},{prefix}{name}", *(f"{row},secret" for row in rows)])})
    problem = only(tmp_path)
    assert problem.column == f"{prefix}{name}"
    assert problem.remedy in {SENSITIVE, REMOVE}
    assert "secret" not in str(problem)


@pytest.mark.parametrize("name", IDENTIFYING)
def test_demographics_are_not_told_to_keep_what_identifies(tmp_path, name):
    put(tmp_path, demographics=f"learner_id,{name}\nann,secret\n")
    assert only(tmp_path).remedy in {SENSITIVE, REMOVE}


def test_demographics_may_hold_extras(tmp_path):
    put(tmp_path, demographics="learner_id,x_nationality\nann,here\n")
    assert read(tmp_path, mapping=None).tables.demographics["x_nationality"].tolist() == ["here"]


@pytest.mark.parametrize("name", ["x_course_name", "x_classroom_size", "x_stage", "x_tournaments"])
def test_an_extra_that_only_sounds_like_it_is_kept(tmp_path, name):
    put(tmp_path, learners=f"learner_id,entry_date,{name}\nann,2023-09-01,a\nbo,2023-09-01,b\n")
    assert name in read(tmp_path, mapping=None).tables.learners


def test_births_are_not_offered_for_the_entry_date(tmp_path):
    put(tmp_path, learners="learner_id,birth_date\nann,2003-09-01\nbo,2003-09-01\n")
    assert {problem.remedy for problem in found(tmp_path) if problem.file == "learners.csv"} == {
        "add it, or rename the one that holds it to entry_date",
        REMOVE,
    }


def test_a_declared_column_in_other_letters_is_renamed_and_not_removed(tmp_path):
    put(tmp_path, learners=GOOD["learners"].replace("age_at_entry", "Age at Entry"))
    assert only(tmp_path).remedy == "rename it to age_at_entry"


def test_an_award_may_be_of_a_credential_from_elsewhere(tmp_path):
    assert read(put(tmp_path), mapping=None).tables.awards["credential_id"].tolist() == ["elsewhere"]


def test_a_required_file_that_is_absent_is_told(tmp_path):
    put(tmp_path, learners=None)
    assert ("learners.csv", "no such file in the folder") in {(one.file, one.came) for one in found(tmp_path)}


def test_a_required_table_without_rows_is_told(tmp_path):
    put(tmp_path, learners=GOOD["learners"].splitlines()[0] + "\n")
    assert "at least one row, each a learner" in {one.expected for one in found(tmp_path)}


def test_a_file_whose_name_is_misspelt_is_not_passed_over(tmp_path):
    put(tmp_path, attempts=None, atempts=GOOD["attempts"])
    assert only(tmp_path).remedy == "rename it to attempts.csv"


def test_a_misspelt_column_has_its_nearest_name_told(tmp_path):
    put(tmp_path, learners=GOOD["learners"].replace("entry_date", "entry date"))
    assert [problem.remedy for problem in found(tmp_path)] == [
        "add it, or rename entry date to entry_date",
        "rename it to entry_date",
    ]


def test_an_unknown_column_may_be_kept_as_an_extra(tmp_path):
    put(tmp_path, learners="learner_id,entry_date,hall\nann,2023-09-01,east\nbo,2023-09-01,west\n")
    assert only(tmp_path).remedy == "remove it, or keep it as an extra named x_hall"


def test_an_unknown_heading_that_may_be_a_persons_name_is_told_by_its_place(tmp_path):
    put(tmp_path, learners="learner_id,entry_date,Ada Lovelace,Gender Identity\nann,2023-09-01,east,\n")
    place, gender = found(tmp_path)
    assert (place.column, gender.column) == ("3", "Gender Identity")
    assert "not shown" in place.came
    assert "Ada" not in str(place)


def test_the_place_of_an_unknown_heading_counts_the_columns_that_were_dropped(tmp_path):
    catalogue(tmp_path, learners="note,learner_id,entry_date,Ada Lovelace\n,ann,2023-09-01,east\n")
    rules = '[ctdl]\nfiles = ["catalogue.json"]\n[tables.learners]\nfile = "learners.csv"\ndrop = ["note"]\n'
    (tmp_path / "college.toml").write_text(rules, encoding="utf-8")
    assert [problem.column for problem in found(tmp_path, tmp_path / "college.toml")] == ["4"]


def test_a_file_without_a_header_has_no_row_repeated(tmp_path):
    put(tmp_path, demographics="Ann Lee,woman,asian,true\n")
    assert "Ann" not in str(only(tmp_path))


def test_no_message_repeats_an_id_or_a_value_of_demographics(tmp_path):
    put(
        tmp_path,
        demographics="learner_id,gender,race_ethnicity,pell\nsecret1,secret2,secret3,secret4\nsecret1,,,\nx,secret5\n",
        attempts=GOOD["attempts"].replace("ann,weld", "secret6,secret7"),
    )
    with pytest.raises(ProblemsFound, match="9 problems in 2 files") as refusal:
        read(tmp_path, mapping=None)
    assert "secret" not in str(refusal.value)


def test_ragged_learners_do_not_make_every_reference_a_fault(tmp_path):
    put(tmp_path, learners="learner_id,entry_date\nann\nbo,2023-09-01\n")
    assert only(tmp_path).row == 2


def test_tables_written_are_read_back_the_same(tmp_path):
    first = read(put(tmp_path / "a"), mapping=None).tables
    write(first, tmp_path / "b")
    second = read(tmp_path / "b", mapping=None).tables
    for table, frame in first.items():
        pd.testing.assert_frame_equal(frame, getattr(second, table.name))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
NUMBERS = st.none() | st.floats(0, 1e12)
DAYS = st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2100-12-31")).map(
    lambda day: pd.Timestamp(day).normalize()
)
LEARNER = st.fixed_dictionaries(
    {
        "learner_id": WORDS,
        "entry_date": DAYS,
        "age_at_entry": st.none() | st.floats(10, 110),
        "prior_gpa": NUMBERS,
        "math_ready": st.sampled_from([True, False, None]),
        "employment": st.sampled_from(["none", "part_time", None]),
        "x_score": NUMBERS,
        "x_hall": WORDS.map(lambda word: f"h{word}"),
    }
)


@settings(max_examples=15, deadline=None)
@given(st.lists(LEARNER, min_size=1, max_size=8, unique_by=lambda learner: learner["learner_id"]))
def test_any_table_survives_writing_and_reading(tmp_path_factory, learners):
    folder = tmp_path_factory.mktemp("any")
    frame = conform(pd.DataFrame(learners).astype({"x_score": "float64", "x_hall": "str"}), LEARNERS)
    put(folder, learners="learner_id,entry_date\nann,2023-09-01\n", demographics=None, attempts=None, awards=None)
    catalogue = read(folder, mapping=None).tables
    write(Tables(learners=frame, credentials=catalogue.credentials, values=catalogue.values), folder)
    pd.testing.assert_frame_equal(read(folder, mapping=None).tables.learners, frame)


def test_a_wide_file_with_a_byte_order_mark_and_semicolons_is_mapped(tmp_path):
    folder, mapping = wide(tmp_path)
    learners = read(folder, mapping=mapping).tables.learners
    assert learners[["learner_id", "prior_gpa", "math_ready", "x_city"]].to_csv(index=False).split() == [
        "learner_id,prior_gpa,math_ready,x_city",
        "u000001,3.5,True,Faro",
        "u000002,,False,",
    ]


def test_wide_columns_become_rows_with_the_ids_of_the_other_tables(tmp_path):
    folder, mapping = wide(tmp_path)
    terms = read(folder, mapping=mapping).tables.enrollments
    assert terms[["learner_id", "term_start", "credits_attempted"]].to_csv(index=False).split() == [
        "learner_id,term_start,credits_attempted",
        "u000001,2023-09-01,12.5",
        "u000002,2023-09-01,",
        "u000001,2024-01-10,9.0",
    ]


def test_a_condition_keeps_rows_out_and_a_prefix_makes_ids(tmp_path):
    folder, mapping = wide(tmp_path)
    attempts = read(folder, mapping=mapping).tables.attempts
    assert attempts[["learner_id", "credential_id"]].to_numpy().tolist() == [["u000001", "p-7"]]


def test_a_mapped_source_says_that_dates_are_nominal_and_digests_the_mapping_too(tmp_path):
    folder, mapping = wide(tmp_path)
    source = read(folder, mapping=mapping)
    assert (source.nominal_dates, source.notes) == (True, ("made up",))
    assert set(source.digests) == {"wide.csv", "credentials.csv", "values.csv", "college.toml"}


def test_faults_of_a_mapped_file_are_told_by_its_own_columns(tmp_path):
    data = WIDE_CSV.replace("31/08/2023", "31/09/2023").replace(";N;", ";maybe;").replace("3.5", "high")
    folder, mapping = wide(tmp_path, data=data)
    assert [(problem.column, problem.row, problem.expected) for problem in found(folder, mapping)] == [
        ("Start", 3, "a day that exists, written as %d/%m/%Y (it becomes learners.entry_date)"),
        ("Grade", 2, "a number of at least 0 (it becomes learners.prior_gpa)"),
        ("Placed", 3, "one of Y, N (it becomes learners.math_ready)"),
    ]


def test_a_column_that_the_mapping_needs_and_the_file_lacks_is_told_once(tmp_path):
    folder, mapping = wide(tmp_path, data=WIDE_CSV.replace("Program", "Programme"))
    problem = only(folder, mapping)
    assert (problem.column, problem.remedy) == ("Program", "add it, or rename Programme to Program")


def test_columns_that_no_rule_reads_are_ignored(tmp_path):
    data = "".join(line + ";Ann Lee;Ann Lee\n" for line in WIDE_CSV.splitlines())
    assert len(read(*wide(tmp_path, data=data)[:1], mapping=tmp_path / "rules" / "college.toml").tables.learners) == 2


@pytest.mark.parametrize(("otherwise", "cells"), [("keep", ["seven", "none"]), ("missing", ["seven", ""])])
def test_a_code_that_is_not_named_is_kept_or_missing_as_stated(tmp_path, otherwise, cells):
    rule = f'x_p = {{ column = "Program", recode = {{ 7 = "seven" }}, otherwise = "{otherwise}", type = "category" }}'
    folder, mapping = wide(tmp_path, rules=WIDE.replace('prior_gpa = "Grade"', rule))
    assert read(folder, mapping=mapping).tables.learners["x_p"].fillna("").tolist() == cells


def test_files_of_two_years_are_put_together_and_a_duplicate_across_them_is_told(tmp_path):
    put(tmp_path, awards=None, awards22=GOOD["awards"], awards23=GOOD["awards"])
    parts = "".join(f'[[tables.awards]]\nfile = "awards{year}.csv"\n' for year in (22, 23))
    others = "".join(f'[tables.{name}]\nfile = "{name}.csv"\n' for name in ("learners", "credentials", "values"))
    mapping = tmp_path / "college.toml"
    mapping.write_text(parts + others)
    problem = only(tmp_path, mapping)
    assert (problem.file, problem.row, problem.came) == ("awards23.csv", 2, "the same as in row 2 of awards22.csv")


def test_a_hundred_thousand_rows_are_read_in_seconds(tmp_path):
    days = pd.date_range("2020-01-01", periods=1000).strftime("%Y-%m-%d")
    rows = "\n".join(f"u{number},{days[number % 1000]},{20 + number % 40},x{number % 9}" for number in range(100_000))
    put(tmp_path, learners="learner_id,entry_date,age_at_entry,x_hall\nann,2023-09-01,20,x\n" + rows)
    start = time.perf_counter()
    read(tmp_path, mapping=None)
    assert time.perf_counter() - start < 5


def test_a_simulated_system_reads_without_a_problem(tmp_path):
    tables, _ = simulate(World(learners=2000, cohorts=12), seed=1)
    write(tables, tmp_path)
    assert len(read(tmp_path, mapping=None).tables.attempts) == len(tables.attempts)


@pytest.fixture(scope="module")
def uci(shared):
    return read(shared / "uci697", mapping=UCI)


def test_every_student_of_uci_is_a_learner_with_a_programme(uci):
    assert (len(uci.tables.learners), len(uci.tables.demographics)) == (4424, 4424)
    assert uci.tables.attempts["status"].value_counts().to_dict() == {
        "completed": 2209,
        "stopped": 1421,
        "in_progress": 794,
    }


def test_a_student_still_enrolled_has_no_end(uci):
    attempts = uci.tables.attempts
    assert attempts["ended_on"].isna().equals(attempts["status"] == "in_progress")


def test_every_programme_has_a_value_and_the_thin_field_is_marked(uci):
    values = uci.tables.values
    assert (len(values), set(values["credential_id"])) == (17, set(uci.tables.credentials["credential_id"]))
    assert values.loc[values["basis"] == "imputed", "credential_id"].tolist() == ["uci-33"]


def test_no_result_of_a_semester_is_dated_before_its_end(uci):
    terms = uci.tables.enrollments.groupby("term_end")["x_evaluations"].sum()
    assert {f"{day:%Y-%m-%d}": total for day, total in terms.items()} == {"2019-01-31": 36715, "2019-07-31": 35672}


def test_nothing_of_either_semester_is_known_of_a_learner_at_entry(uci):
    assert [name for name in uci.tables.learners if "unit" in name or "evaluation" in name] == []


def test_units_that_were_not_recorded_are_missing(uci):
    assert uci.tables.enrollments["credits_attempted"].isna().sum() == 2 * 180


def test_uci_says_that_its_dates_are_nominal_and_its_values_american(uci):
    assert uci.nominal_dates
    assert any("say nothing about earnings in Portugal" in note for note in uci.notes)


def test_what_is_read_meets_the_schema_of_each_table(uci):
    assert [schema(table).validate(frame).shape for table, frame in uci.tables.items()]


def test_uci_survives_writing_and_reading(uci, tmp_path):
    write(uci.tables, tmp_path)
    again = read(tmp_path, mapping=None).tables
    pd.testing.assert_frame_equal(again.learners, uci.tables.learners)
    assert again.credentials.equals(conform(uci.tables.credentials, CREDENTIALS))


CTDL = """
{"@graph": [{"@type": "ceterms:Certificate", "@id": "weld", "ceterms:name": "Welding", "ceterms:estimatedDuration":
[{"ceterms:exactDuration": "P30W"}], "ceterms:instructionalProgramType": [{"ceterms:codedNotation": "48.0508"}]}]}
"""


def catalogue(folder, text=CTDL, **files):
    put(folder, **{**dict.fromkeys(GOOD), "learners": GOOD["learners"], **files})
    (folder / "catalogue.json").write_text(text, encoding="utf-8")
    return folder


def test_a_file_with_canonical_columns_needs_only_the_key_to_complete_a_catalogue(tmp_path):
    schedule = "credential_id,hours_per_week\nweld,12\n"
    frame = read(catalogue(tmp_path, credentials=schedule), mapping=None).tables.credentials
    assert frame[["name", "hours_per_week"]].to_numpy().tolist() == [["Welding", 12.0]]


@pytest.mark.parametrize("text", ['{"@context": "https://credreg.net/ctdl", "@graph": []}', CTDL.replace("P30W", "")])
def test_a_catalogue_that_gives_no_credential_is_a_problem(tmp_path, text):
    problem = only(catalogue(tmp_path, text))
    assert str(problem).startswith("catalogue.json: expected at least one row of credentials")


def test_conditions_and_combining_hold_of_files_with_canonical_columns_too(tmp_path):
    learners = 'learner_id,entry_date,prior_gpa,Status\nann,2023-09-01,"3,5",ok\nann,2023-08-01,2,ok\nbo,soon,1,draft\n'
    rules = """
[ctdl]
files = ["catalogue.json"]
[tables.learners]
file = "learners.csv"
decimal = ","
only = { column = "Status", equals = ["ok"] }
combine = { entry_date = "least", prior_gpa = "most" }
"""
    folder = catalogue(tmp_path, learners=learners)
    (folder / "college.toml").write_text(rules, encoding="utf-8")
    frame = read(folder, mapping=folder / "college.toml").tables.learners
    assert frame["learner_id"].tolist() == ["ann"]
    assert (str(frame["entry_date"][0].date()), frame["prior_gpa"][0]) == ("2023-08-01", 3.5)


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    put(tmp_path)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"learners.csv cannot \(Permission denied\)"):
        read(tmp_path, mapping=None)


def test_a_catalogue_that_cannot_be_read_does_not_make_every_reference_a_fault(tmp_path):
    schedule = "credential_id,hours_per_week\nother,12\n"
    offers = "learner_id,credential_id,stage,on_date\nann,weld,applied,2023-09-01\n"
    problem = only(catalogue(tmp_path, CTDL[:-3], credentials=schedule, offers=offers))
    assert str(problem).startswith("catalogue.json, entry 1: expected a JSON document")
