import json

import pandas as pd
import pytest

from onward.data.mapping import read
from onward.data.pdp.columns import COLUMNS
from onward.data.simulated import World, simulate
from onward.data.simulated_files import write_as_sent

WORLDS = {
    "of a dozen years": (World(learners=600, limits=0.3), 11),
    "of few years, nearly all of them under way": (
        World(learners=300, first_entry="2015-01-15", cohorts=5, data_through="2018-06-30", overlap=3.0),
        12,
    ),
    "of one learner": (World(learners=1, cohorts=1), 6),
}


@pytest.fixture(scope="module", params=list(WORLDS))
def sent(request, tmp_path_factory):
    world, seed = WORLDS[request.param]
    tables, _ = simulate(world, seed=seed)
    folder = tmp_path_factory.mktemp("sent")
    mapping = write_as_sent(tables, folder, data_through=pd.Timestamp(world.through))
    return tables, folder, mapping, read(folder, mapping=mapping)


def in_order(frame, table):
    return frame.sort_values(list(table.key)).reset_index(drop=True)


def test_what_colleges_send_is_read_back_to_the_same_tables(sent):
    tables, _, _, source = sent
    for (table, frame), (_, back) in zip(tables.items(), source.tables.items(), strict=True):
        pd.testing.assert_frame_equal(in_order(back, table), in_order(frame, table), check_exact=True, obj=table.name)


def test_the_files_are_not_half_the_story_for_awards_and_cohort_files_agree(sent):
    *_, source = sent
    assert not [note for note in source.notes if note.startswith("awards")]


def test_pdp_files_have_nscs_columns_in_nscs_order(sent):
    _, folder, _, source = sent
    for kind, columns in COLUMNS.items():
        for path in folder.glob(f"*_{kind.upper()}_*.csv"):
            assert pd.read_csv(path, nrows=0).columns.tolist() == [column.heading for column in columns]
    assert source.counts["course students without a cohort row"] == 0


def test_a_learner_is_in_the_cohort_file_of_every_institution_they_go_to(sent):
    tables, folder, *_ = sent
    rows = pd.concat([pd.read_csv(path, dtype="str") for path in folder.glob("*_COHORT_*.csv")])
    assert not rows.duplicated(["Student GUID", "Institution ID"]).any()
    assert set(rows["Student GUID"]) == set(tables.learners["learner_id"])
    assert (rows["Enrollment Type"] == "First-Time").sum() == len(tables.learners)


def test_a_laboratory_shares_the_number_of_its_lecture(sent):
    _, folder, *_ = sent
    rows = pd.concat([pd.read_csv(path, dtype="str") for path in folder.glob("*_COURSE_*.csv")])
    key = ["Student GUID", "Academic Year", "Academic Term", "Course Prefix", "Course Number", "Course Begin Date"]
    assert rows.duplicated(key).any() == (rows["Section ID"] == "L1").any()


def test_the_catalogue_is_ctdl_and_outreach_is_wide(sent):
    tables, folder, *_ = sent
    assert "@graph" in json.loads((folder / "catalogue.jsonld").read_text(encoding="utf-8"))
    outreach = pd.read_csv(folder / "outreach.csv", dtype="str")
    days = [name for name in outreach if name.endswith("On")]
    assert int(outreach[days].notna().sum().sum()) == len(tables.offers)
    assert len(outreach) == (tables.offers["stage"] == "eligible").sum()


def test_the_same_tables_give_the_same_files(tmp_path):
    world = World(learners=60)
    for name in ("one", "two"):
        tables, _ = simulate(world, seed=3)
        write_as_sent(tables, tmp_path / name, data_through=pd.Timestamp(world.through))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
