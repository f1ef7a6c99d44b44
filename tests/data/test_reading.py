import hashlib

import pytest

from onward.data.reading import read_sheet


def sheet(folder, data, **how):
    path = folder / "a.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_sheet(path, file="a.csv", **how)


def only_problem(folder, data, **how):
    (problem,) = sheet(folder, data, **how).problems
    return problem


def test_a_file_saved_by_a_spreadsheet_is_read(tmp_path):
    got = sheet(tmp_path, "\ufeffid ; name\t\r\n1 ; Ann\r\n", separator=";")
    assert got.cells.to_dict("list") == {"id": ["1"], "name": ["Ann"]}


def test_the_digest_is_that_of_the_bytes(tmp_path):
    assert sheet(tmp_path, "id\n1\n").digest == hashlib.sha256(b"id\n1\n").hexdigest()


def test_a_row_keeps_its_number_past_empty_rows(tmp_path):
    assert sheet(tmp_path, "id,name\n1,a\n\n,\n2,b\n").rows.tolist() == [2, 5]


def test_empty_cells_beyond_the_last_column_are_nothing(tmp_path):
    assert sheet(tmp_path, "id,name,\n1,a,,\n").cells.to_dict("list") == {"id": ["1"], "name": ["a"]}


def test_a_text_that_pandas_would_call_missing_stays_a_text(tmp_path):
    assert sheet(tmp_path, "id\nNA\nnull\n007\n1e3\n").cells["id"].tolist() == ["NA", "null", "007", "1e3"]


def test_every_ragged_row_is_listed(tmp_path):
    got = sheet(tmp_path, "id,name\n1\n2,b\n3,c,d\n")
    assert [(problem.row, problem.came) for problem in got.problems] == [(2, "1 cells"), (4, "3 cells")]


def test_a_file_that_is_not_utf8_is_told_where(tmp_path):
    problem = only_problem(tmp_path, "id\nJose\nJosé\n".encode("latin-1"))
    assert (problem.row, problem.expected) == (3, "text in utf-8")


def test_a_stated_encoding_is_used(tmp_path):
    assert sheet(tmp_path, "id\nJosé\n".encode("cp1252"), encoding="cp1252").cells["id"].tolist() == ["José"]


@pytest.mark.parametrize(("sign", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_wrong_separator_is_named(tmp_path, sign, name):
    assert only_problem(tmp_path, f"id{sign}name\n1{sign}a\n").came == f"one column with {name} in its name"


def test_an_open_quotation_mark_is_told(tmp_path):
    assert "quotation mark" in only_problem(tmp_path, 'id,name\n1,"a\n2,b\n').came


@pytest.mark.parametrize("data", ["", "\n1,2\n"])
def test_a_file_without_a_first_line_is_told(tmp_path, data):
    assert only_problem(tmp_path, data).expected == "a first line with the names of the columns"


def test_a_missing_file_is_a_problem_and_not_a_crash(tmp_path):
    (problem,) = read_sheet(tmp_path / "b.csv", file="b.csv").problems
    assert problem.came == "no such file in the folder"
