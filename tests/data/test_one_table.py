import pytest

from onward.data import tables
from onward.data.one_table import read_table
from onward.data.problems import ProblemsFound


def read(path, text, **how):
    path.write_text(text, encoding="utf-8")
    return read_table(path, tables.VALUES, **({"needs": ("credential_id", "median_earnings")} | how))


def test_a_file_may_say_less_than_the_table_asks_of_a_college(tmp_path):
    frame, digest = read(tmp_path / "values.csv", "credential_id,median_earnings\nc1,50000\n")
    assert frame["median_earnings"].tolist() == [50_000.0]
    assert frame["basis"].isna().all()
    assert len(digest) == 64


def test_a_column_that_is_needed_and_absent_is_asked_for(tmp_path):
    with pytest.raises(ProblemsFound, match=r"values\.csv, column median_earnings"):
        read(tmp_path / "values.csv", "credential_id\nc1\n")


def test_a_cell_that_is_not_what_it_must_be_is_named_with_its_row(tmp_path):
    with pytest.raises(ProblemsFound, match="column median_earnings, row 2: expected a number of at least 0"):
        read(tmp_path / "values.csv", "credential_id,median_earnings\nc1,-3\n")


def test_a_key_that_stands_twice_is_refused_where_a_key_is_asked_for(tmp_path):
    text = "credential_id,median_earnings\nc1,1\nc1,2\n"
    with pytest.raises(ProblemsFound, match="each credential_id once in values"):
        read(tmp_path / "values.csv", text)
    frame, _ = read(tmp_path / "values.csv", text, key=())
    assert len(frame) == 2


@pytest.mark.parametrize(("text", "message"), [("", "an empty file"), ("credential_id,median_earnings\n", "no row")])
def test_a_file_without_rows_is_refused(text, message, tmp_path):
    with pytest.raises(ProblemsFound, match=message):
        read(tmp_path / "values.csv", text)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ProblemsFound, match="no such file"):
        read_table(tmp_path / "values.csv", tables.VALUES, needs=("credential_id",))
