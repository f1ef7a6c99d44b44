"""What a check of files tells, besides how many of what they hold."""

import json

from onward.release.checking import check_files

CATALOGUE = {
    "@type": "ceterms:Certificate",
    "ceterms:ctid": "ce-00000000-0000-4000-8000-000000000001",
    "ceterms:name": "Welding",
    "ceterms:instructionalProgramType": [{"ceterms:codedNotation": "48.0508"}],
    "ceterms:estimatedDuration": [{"ceterms:exactDuration": "P30W"}],
}
LEARNERS = "learner_id,entry_date\nann,2023-09-01\n"
MAPPING = """
[ctdl]
files = ["our catalogue.json"]
[tables.learners]
file = "learners.csv"
"""


def college(folder):
    (folder / "our catalogue.json").write_text(json.dumps(CATALOGUE), encoding="utf-8")
    (folder / "learners.csv").write_text(LEARNERS, encoding="utf-8")
    (folder / "prices.csv").write_text("what,price\nweld,300\n", encoding="utf-8")
    (folder / "college.toml").write_text(MAPPING, encoding="utf-8")
    return folder


def test_a_folder_is_told_what_its_files_were_taken_for_and_which_are_not_known(tmp_path):
    checked = check_files(college(tmp_path), mapping=None)
    assert checked.read == {"learners": 1, "credentials": 1}
    assert checked.notes[0] == "our catalogue.json: CTDL"
    assert checked.notes[-1] == "prices.csv: of no known kind, so it was not read"


def test_with_a_mapping_only_what_it_names_is_read(tmp_path):
    folder = college(tmp_path)
    checked = check_files(folder, mapping=folder / "college.toml")
    assert checked.read == {"learners": 1, "credentials": 1}
    assert not any("prices.csv" in note for note in checked.notes)
