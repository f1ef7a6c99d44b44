import re

import pytest

from onward.data.rules import load
from onward.errors import SettingsError

GOOD = """
[tables.learners]
file = "students.csv"
[tables.learners.columns]
learner_id = "ID"
entry_date = "Start"
[tables.credentials]
file = "credentials.csv"
[tables.values]
file = "values.csv"
"""


def loaded(folder, text):
    path = folder / "college.toml"
    path.write_text(text)
    return load(path)


def refused(folder, text, match):
    with pytest.raises(SettingsError, match=match):
        loaded(folder, text)


def test_a_text_alone_is_a_column_of_the_file(tmp_path):
    assert loaded(tmp_path, GOOD).tables["learners"][0].columns["learner_id"].column == "ID"


def test_a_constant_may_be_a_date_a_number_or_a_flag_of_toml(tmp_path):
    text = GOOD.replace('"Start"', "{ constant = 2018-09-01 }").replace(
        'learner_id = "ID"', 'learner_id = "ID"\nmath_ready = { constant = true }\nage_at_entry = { constant = 20.5 }'
    )
    columns = loaded(tmp_path, text).tables["learners"][0].columns
    assert [columns[name].constant for name in ("entry_date", "math_ready", "age_at_entry")] == [
        "2018-09-01",
        "true",
        "20.5",
    ]


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("file = ", "fille = ", "tables.learners.0.fille: expected a key .* did you mean file?"),
        ("tables.values", "tables.value", "tables.value: expected the name of a table; .* did you mean values?"),
        ("entry_date", "entry_dat", "came 'entry_dat'; did you mean entry_date?"),
        ("entry_date", "entry_dat", "columns.entry_date: expected a rule for this column, which learners requires"),
        ('"Start"', "{ constant = 2023-02-03T00 }", "expected a TOML file"),
        ('"Start"', '{ constant = "2023-02-30" }', "expected a day that exists.*came '2023-02-30'; correct it in the"),
        ('"Start"', '{ column = "S", recode = { a = "May" } }', "came 'May'; correct it in the mapping"),
        ('"Start"', '{ column = "S", constant = "2023-02-03" }', "state exactly one of column, join, constant"),
        ('"Start"', '{ column = "S", type = "category" }', "expected no type, for the column is a date"),
        ('"Start"', '"Start"\nx_hall = "Hall"', "columns.x_hall: expected the type of this extra column"),
        (
            '"Start"',
            '"Start"\nx_email = { column = "E", type = "text" }',
            "columns.x_email: .*it identifies people or is",
        ),
        (
            '"Start"',
            '"Start"\nx_Gender = { column = "G", type = "category" }',
            "x_Gender: expected an extra that learners",
        ),
        ('"students.csv"', '"students.csv"\nonly = { column = "A" }', "state either equals or not_equals"),
        ('"students.csv"', '"../students.csv"', "expected the name of a file; came '../students.csv'"),
        ('"students.csv"', '"values.csv"\nbeside_mapping = true', "it is both in the folder and beside the mapping"),
    ],
)
def test_a_mistake_in_a_mapping_is_told(tmp_path, old, new, match):
    refused(tmp_path, GOOD.replace(old, new, 1), match)


def test_an_extra_of_demographics_may_be_sensitive(tmp_path):
    text = GOOD + '[tables.demographics]\nfile = "students.csv"\n[tables.demographics.columns]\nlearner_id = "ID"\n'
    rule = 'x_nationality = { column = "Nation", type = "category" }\n'
    assert "x_nationality" in loaded(tmp_path, text + rule).tables["demographics"][0].columns


def test_every_mistake_is_told_at_once(tmp_path):
    text = GOOD.replace("entry_date", "entry_dat").replace("tables.values", "tables.value")
    with pytest.raises(SettingsError, match="entry_dat") as refusal:
        loaded(tmp_path, text)
    assert len(str(refusal.value).splitlines()) == 3


def test_a_mapping_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SettingsError, match=re.escape("cannot be read (No such file or directory); correct the path")):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize("form", ["%Q", "YYYY-MM-DD", "%m/%d", "%Y-%m-%d %z", ""])
def test_a_form_in_which_no_day_can_be_read_is_refused(tmp_path, form):
    refused(tmp_path, GOOD.replace('"Start"', f'{{ column = "S", date_format = "{form}" }}'), "write the year as %Y or")


@pytest.mark.parametrize("form", ["%m/%d/%Y", "%d-%b-%y", "%Y%m", "%Y-%m-%d %H:%M:%S"])
def test_a_form_in_which_a_day_can_be_read_is_kept(tmp_path, form):
    mapping = loaded(tmp_path, GOOD.replace('"Start"', f'{{ column = "S", date_format = "{form}" }}'))
    assert mapping.tables["learners"][0].columns["entry_date"].date_format == form


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ('entry_date = "sum"', "combine.entry_date: expected least or most or first, since the column is a date"),
        ('employment = "mean"', "combine.employment: expected first, since the column is a category; came 'mean'"),
        ('entry_dat = "first"', "combine.entry_dat: expected a column of learners"),
    ],
)
def test_values_are_combined_as_their_kind_allows(tmp_path, how, match):
    refused(tmp_path, GOOD.replace('"students.csv"', f'"students.csv"\ncombine = {{ {how} }}'), match)


@pytest.mark.parametrize(
    "rules",
    [
        '[ctdl]\nfiles = ["../c.json"]',
        '[badges]\nfiles = [""]',
        '[pdp]\ncohort = ["a/b.csv"]',
        '[state_list]\nprograms = "a/b"',
    ],
)
def test_a_standard_file_lies_in_the_folder_too(tmp_path, rules):
    refused(tmp_path, GOOD + rules, "expected the name of a file; came .* put the file into the folder")


def test_a_mapping_nested_beyond_reading_is_refused(tmp_path):
    refused(tmp_path, "a = " + "[" * 5_000, "expected a TOML file")
