import pytest

from onward.data.problems import ProblemsFound
from onward.data.reading import read_sheet
from onward.data.state_list_files import (
    looks_like_degree_types,
    looks_like_industry_credentials,
    looks_like_licences,
    looks_like_outcomes,
    looks_like_programs,
    read_degree_types,
    read_industry_credentials,
    read_licences,
    read_outcomes,
)

FILES = {
    "outcomes_schcip.csv": (1565, 18, looks_like_outcomes),
    "TBLLICENSE_DATA_TABLE.csv": (228, 7, looks_like_licences),
    "TBLINDUSTRYCREDENTIAL_DATA_TABLE.csv": (2041, 8, looks_like_industry_credentials),
    "TBLDEGREELU_DATA_TABLE.csv": (12, 2, looks_like_degree_types),
}
TESTS = (
    looks_like_outcomes,
    looks_like_licences,
    looks_like_industry_credentials,
    looks_like_degree_types,
    looks_like_programs,
)


def test_the_states_files_have_the_rows_and_columns_that_are_told_of_them(shared):
    for name, (rows, columns, test) in FILES.items():
        cells = read_sheet(shared / "nj_etpl" / name, file=name).cells
        assert cells.shape == (rows, columns)
        assert [one for one in TESTS if one(cells)] == [test]


def test_the_states_outcomes_agree_with_their_check_figures(shared):
    read = read_outcomes(shared / "nj_etpl" / "outcomes_schcip.csv")
    assert read.shape == (1565, 18)
    assert (read["providerid"].nunique(), read["cipcode"].nunique()) == (417, 263)
    assert not read.duplicated(["providerid", "cipcode"]).any()
    assert read["cipcode"].str.len().eq(6).all()
    assert (read["PerEmployed2"].count(), round(read["PerEmployed2"].mean(), 6)) == (1089, 0.640833)
    assert (read["AvgQuarterlyWage2"].count(), round(read["AvgQuarterlyWage2"].mean(), 2)) == (909, 6546.10)
    assert read["NumCompleted2"].sum() == 61_752


def test_the_states_lists_say_what_was_withdrawn(shared):
    licences = read_licences(shared / "nj_etpl" / "TBLLICENSE_DATA_TABLE.csv")
    others = read_industry_credentials(shared / "nj_etpl" / "TBLINDUSTRYCREDENTIAL_DATA_TABLE.csv")
    degrees = read_degree_types(shared / "nj_etpl" / "TBLDEGREELU_DATA_TABLE.csv")
    assert (len(licences), licences["withdrawn"].sum(), set(licences["kind"])) == (228, 22, {"License"})
    assert licences.loc[licences["name"] == "ACCOUNTANT (CPA)", "soc"].tolist() == ["132011"]
    assert (len(others), others["withdrawn"].sum(), set(others["kind"])) == (2041, 264, {"Certification"})
    assert degrees.set_index("id")["award_level"]["200"] == "3"
    assert degrees.loc[degrees["kind"] == "", "name"].tolist() == ["High School Diploma or Equivalent"]


def test_a_file_without_the_states_columns_is_refused_with_each_that_is_missing(tmp_path):
    (tmp_path / "a.csv").write_text("providerid,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ProblemsFound, match=r"a\.csv, column cipcode, row 1: expected a column cipcode; came no such"):
        read_outcomes(tmp_path / "a.csv")


def test_two_columns_of_one_name_in_any_case_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text("ID,NAME,id\n1,2,3\n", encoding="utf-8")
    with pytest.raises(ProblemsFound, match="expected each column once; came 2 columns of this name"):
        read_degree_types(tmp_path / "a.csv")


def test_the_states_codes_of_missing_values_become_missing(tmp_path):
    lines = "ID,NAME,CODE,ISDELETED\n1,NULL,-99999,0\n2,B,47-2111.00,1\n"
    (tmp_path / "a.csv").write_text(lines, encoding="utf-8")
    read = read_licences(tmp_path / "a.csv")
    assert read[["name", "soc", "withdrawn"]].to_numpy().tolist() == [["", "", False], ["B", "472111", True]]
