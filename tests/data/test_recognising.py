import json
from pathlib import Path

import pytest

from onward.data.recognising import kind, recognised, standard

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
