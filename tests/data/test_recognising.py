import json
from pathlib import Path

import pytest

from onward.data.recognising import kind, passed_over, recognised, standard

CATALOGUE = {"@context": "https://credreg.net/ctdl/schema/context/json", "@type": "ceterms:Badge"}
BADGE = {"type": ["VerifiableCredential", "OpenBadgeCredential"]}
KINDS = {
    "ctdl/Kansas_Credential_WithAggregateDataProfile_API_Output.json": "ctdl",
    "ctdl/CredentialEnvelope.json": "ctdl",
    "pdp/INSTXYZ_STUDENT_SEMESTER_AR_DEIDENTIFIED.csv": "cohort",
    "pdp/INSTXYZ_COURSE_LEVEL_AR_DEID.csv": "course",
    "pdp/DataKind_School1_CourseFile.csv": None,
    "pdp/base_schema.json": None,
    "nj_etpl/outcomes_schcip.csv": "outcomes",
    "nj_etpl/TBLLICENSE_DATA_TABLE.csv": "licences",
    "nj_etpl/TBLINDUSTRYCREDENTIAL_DATA_TABLE.csv": "industry_credentials",
    "nj_etpl/TBLDEGREELU_DATA_TABLE.csv": "degree_types",
    "uci697/data.csv": None,
}


@pytest.mark.parametrize(("file", "found"), KINDS.items())
def test_a_published_file_is_known_by_its_contents(shared, file, found):
    assert kind(shared / file) == found


def test_a_table_is_known_by_its_name():
    assert [kind(Path(name)) for name in ("learners.csv", "decisions.csv", "notes.txt")] == ["learners", None, None]


def test_a_folder_of_standard_files_needs_no_mapping(tmp_path, shared):
    (tmp_path / "c.json").write_text(json.dumps(CATALOGUE), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps(BADGE), encoding="utf-8")
    (tmp_path / "awards.csv").write_text("learner_id\n", encoding="utf-8")
    cohort = "INSTXYZ_STUDENT_SEMESTER_AR_DEIDENTIFIED.csv"
    (tmp_path / "cohort.csv").write_bytes((shared / "pdp" / cohort).read_bytes())
    plan = recognised(tmp_path)
    assert (plan.pdp.cohort, plan.ctdl.files, plan.badges.files) == (("cohort.csv",), ("c.json",), ("b.jsonl",))
    assert list(plan.tables) == ["awards"]


def test_a_table_that_no_standard_file_gives_is_asked_for_by_name(tmp_path):
    assert list(recognised(tmp_path).tables) == ["learners", "credentials"]


def test_a_course_file_without_a_cohort_file_gives_no_learners():
    assert standard({"course": ["course.csv"]}).pdp is None


def test_a_binary_file_with_a_known_ending_is_not_known(tmp_path):
    for name in ("a.csv", "a.json"):
        (tmp_path / name).write_bytes(bytes(range(256)) * 40)
        assert kind(tmp_path / name) is None


def test_a_table_is_read_whatever_the_case_of_its_ending(tmp_path):
    (tmp_path / "learners.CSV").write_text("learner_id\n", encoding="utf-8")
    assert recognised(tmp_path).tables["learners"][0].file == "learners.CSV"


def test_a_catalogue_in_utf_16_is_known(tmp_path):
    (tmp_path / "my catalogue.JSON").write_bytes(json.dumps(CATALOGUE).encode("utf-16"))
    assert kind(tmp_path / "my catalogue.JSON") == "ctdl"


def _folder(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


PROGRAMS = "providerid,programid,officialname,cipcode,totalclockhours\n1,2,Welding,480508,600\n"


def test_a_file_of_no_known_kind_is_a_note_where_nothing_lacks(tmp_path):
    (tmp_path / "empty.json").touch()
    folder = _folder(tmp_path, learners="learner_id\n", credentials="credential_id\n", prices="what,price\n")
    assert passed_over(folder) == (
        [],
        ["empty.json: of no known kind, so it was not read", "prices.csv: of no known kind, so it was not read"],
    )


def test_a_file_of_no_known_kind_is_a_problem_where_a_table_lacks(tmp_path):
    (tmp_path / "number.json").write_text("5", encoding="utf-8")
    (problem,), notes = passed_over(_folder(tmp_path, learners="learner_id\n"))
    assert str(problem).startswith("number.json: expected a file of a known kind; came none of them; name it after a")
    assert notes == []


def test_a_second_list_of_programs_is_not_passed_over_in_silence(tmp_path):
    (problem,), _ = passed_over(_folder(tmp_path, learners="learner_id\n", a=PROGRAMS, b=PROGRAMS))
    assert "b.csv: expected one file of a state list, programs; came a second one beside a.csv" in str(problem)


def test_a_course_file_without_a_cohort_file_is_told(tmp_path, shared):
    (tmp_path / "course.csv").write_bytes((shared / "pdp" / "INSTXYZ_COURSE_LEVEL_AR_DEID.csv").read_bytes())
    folder = _folder(tmp_path, learners="learner_id\n", credentials="credential_id\n")
    (problem,), _ = passed_over(folder)
    assert "course.csv: expected a PDP cohort file beside it" in str(problem)
