import pytest

from onward.data.one_file import read_alone
from onward.data.problems import ProblemsFound
from onward.errors import DataError

COUNTS = {
    "pdp/INSTXYZ_STUDENT_SEMESTER_AR_DEIDENTIFIED.csv": ("PDP cohort file", {"students": 10}),
    "pdp/INSTXYZ_COURSE_LEVEL_AR_DEID.csv": ("PDP course file", {"course rows": 95}),
    "ctdl/Kansas_Credential_WithAggregateDataProfile_API_Input.json": ("CTDL", {"credentials left out": 1}),
    "ctdl/Kansas_Credential_WithAggregateDataProfile_API_Output.json": ("CTDL", {"credentials left out": 1}),
    "ctdl/Indiana_University_South_Bend-B.S._in_Nursing_(Pre-Licensure)_API_Input.json": ("CTDL", {"credentials": 1}),
    "ctdl/Indiana_University_South_Bend-B.S._in_Nursing_(Pre-Licensure)_API_Output_CTDL.json": (
        "CTDL",
        {"credentials": 1, "organisations": 1},
    ),
    "ctdl/CredentialEnvelope.json": ("CTDL", {"credentials left out": 1, "organisations": 4}),
    "ctdl/registry_3_import.json": ("CTDL", {"credentials left out": 1}),
    "ctdl/registry_4_import.json": ("CTDL", {"credentials left out": 1}),
    "ctdl/registry_cer-credential.json": ("CTDL", {"credentials left out": 1}),
    "nj_etpl/outcomes_schcip.csv": ("state list: outcomes", {"outcomes without a program": 1_565}),
    "nj_etpl/TBLLICENSE_DATA_TABLE.csv": ("state list: licences", {"licences": 228, "licences withdrawn": 22}),
    "nj_etpl/TBLINDUSTRYCREDENTIAL_DATA_TABLE.csv": (
        "state list: industry credentials",
        {"industry credentials": 2_041, "industry credentials withdrawn": 264},
    ),
    "nj_etpl/TBLDEGREELU_DATA_TABLE.csv": ("state list: degree types", {"degree types": 12}),
}


@pytest.mark.parametrize(("file", "told"), COUNTS.items())
def test_a_published_file_reads_alone_with_its_rows_counted(shared, file, told):
    what, found = read_alone(shared / file)
    assert what == told[0]
    assert told[1].items() <= found.counts.items()
    assert len(found.digests) == 1


def test_a_table_alone_is_counted(tmp_path):
    (tmp_path / "awards.csv").write_text("learner_id,credential_id,awarded_on\na,c,2024-05-01\n", encoding="utf-8")
    what, found = read_alone(tmp_path / "awards.csv")
    assert (what, found.counts) == ("table awards", {"awards": 1})


def test_a_fault_of_a_file_alone_is_told(tmp_path):
    (tmp_path / "awards.csv").write_text("learner_id,credential_id,awarded_on\na,c,May\n", encoding="utf-8")
    with pytest.raises(ProblemsFound, match="awarded_on, row 2: expected a date"):
        read_alone(tmp_path / "awards.csv")


def test_a_file_of_no_known_kind_is_refused_with_what_is_known(tmp_path):
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"odd\.csv is none; name it after a table, such as awards.csv"):
        read_alone(tmp_path / "odd.csv")
