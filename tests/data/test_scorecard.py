"""The reader of Scorecard field-of-study files: what it takes, what it sets aside, what it refuses."""

import pandas as pd
import pytest

from onward.data.scorecard import BY_AWARD_LEVEL, read
from onward.data.tables import LEVELS
from onward.errors import DataError

ROW = {
    "unitid": "194240",
    "opeid6": "002876",
    "cip_code": "5139",
    "credential_level": "1",
    "completers_count": 40.0,
    "earnings_median_4yr": 50_000.0,
    "earnings": 50_000.0,
    "debt_median": 9_000.0,
}


def file_of(tmp_path, *changes, name="value_check.csv"):
    frame = pd.DataFrame([ROW | change for change in changes])
    path = tmp_path / name
    frame.to_csv(path, index=False) if name.endswith(".csv") else frame.to_parquet(path)
    return path


def test_the_shared_file_reads_with_the_counts_of_its_readme(shared):
    scorecard = read(shared / "scorecard" / "value_check.parquet")
    assert scorecard.rows == 227_980
    assert scorecard.one_year_only == 4_790
    assert 62_902 - scorecard.one_year_only == 58_112
    assert len(scorecard.digest) == 64
    assert scorecard.find("194240", "510801", "2").to_dict() == {
        "earnings": 50_894.0,
        "completers": 51.0,
        "debt": 9_500.0,
    }


def test_the_shared_files_have_the_shape_of_their_readme(shared):
    frame = pd.read_parquet(shared / "scorecard" / "value_check.parquet", columns=["earnings", "earnings_median_4yr"])
    assert frame.notna().sum().to_dict() == {"earnings": 62_902, "earnings_median_4yr": 58_112}
    assert pd.read_parquet(shared / "scorecard" / "institutions.parquet").shape == (6273, 17)
    assert pd.read_csv(shared / "scorecard" / "cip4_credential_value.csv").shape == (2744, 12)


@pytest.mark.parametrize("name", ["value_check.csv", "value_check.parquet"])
def test_a_program_is_found_by_unitid_by_opeid_and_by_opeid_with_its_branch(tmp_path, name):
    scorecard = read(file_of(tmp_path, {}, name=name))
    found = [scorecard.find(one, "513901", "1")["earnings"] for one in ("194240", "002876", "00287600")]
    assert found == [50_000.0] * 3


def test_a_one_year_figure_is_counted_and_never_taken(tmp_path):
    scorecard = read(file_of(tmp_path, {"earnings_median_4yr": None, "earnings": 41_000.0}))
    assert scorecard.one_year_only == 1
    assert pd.isna(scorecard.find("194240", "5139", "1")["earnings"])


def test_campuses_under_one_opeid_have_their_median_and_their_completers_together(tmp_path):
    scorecard = read(file_of(tmp_path, {}, {"unitid": "194241", "earnings_median_4yr": 60_000.0}))
    assert scorecard.find("002876", "5139", "1").to_dict() == {
        "earnings": 55_000.0,
        "completers": 80.0,
        "debt": 9_000.0,
    }
    assert scorecard.find("194241", "5139", "1")["earnings"] == 60_000.0


def test_an_institution_without_an_id_is_nobodys(tmp_path):
    scorecard = read(file_of(tmp_path, {"unitid": "NA"}))
    assert scorecard.find("NA", "5139", "1") is None
    assert scorecard.find(None, "5139", "1") is None
    assert scorecard.find("002876", "5139", "1")["debt"] == 9_000.0


def test_what_the_institution_does_not_teach_is_not_found(tmp_path):
    scorecard = read(file_of(tmp_path, {}))
    assert scorecard.find("194240", "5138", "1") is None
    assert scorecard.find("194240", "5139", "2") is None


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "other.csv"
    pd.DataFrame([ROW]).drop(columns="debt_median").to_csv(path, index=False)
    with pytest.raises(DataError, match="it lacks debt_median; name the file value_check"):
        read(path)


@pytest.mark.parametrize("name", ["value_check.parquet", "value_check.csv"])
def test_a_file_of_something_else_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x00\xffnothing of the kind")
    with pytest.raises(DataError, match="it cannot be read as one"):
        read(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"there is none; check value\.scorecard"):
        read(tmp_path / "none.parquet")


def test_another_kind_of_file_is_refused(tmp_path):
    (tmp_path / "value_check.xlsx").write_bytes(b"")
    with pytest.raises(DataError, match=r"\.parquet or \.csv file; got \.xlsx"):
        read(tmp_path / "value_check.xlsx")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cip_code": "51.39"}, "cip_code .* a CIP code of four digits; 1 rows differ"),
        ({"credential_level": "12"}, "credential_level .* one of 1, 2"),
        ({"earnings_median_4yr": -1.0}, "earnings_median_4yr .* at least 0"),
        ({"debt_median": "much"}, "expected numbers in .*; some cells hold none"),
    ],
)
def test_cells_that_are_not_of_the_layout_are_refused_without_being_repeated(tmp_path, change, words):
    with pytest.raises(DataError, match=words) as refused:
        read(file_of(tmp_path, change))
    assert "much" not in str(refused.value)
    assert "51.39" not in str(refused.value)


def test_every_award_level_has_a_scorecard_level():
    assert set(BY_AWARD_LEVEL) == set(LEVELS)
