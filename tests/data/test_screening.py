import numpy as np
import pandas as pd

from onward.data.reading import Sheet
from onward.data.screening import screened


def sheet(**cells):
    frame = pd.DataFrame(cells, dtype="str")
    return Sheet("intake.csv", frame, np.arange(2, 2 + len(frame)), "digest", (), tuple(frame))


def test_a_column_that_is_dropped_is_not_looked_at():
    found = screened(sheet(learner_id=["a"], Email=["zoe@example.org"]), drop=("Email",), ids_replaced=False)
    assert (list(found.cells), found.problems) == (["learner_id"], ())


def test_what_identifies_people_is_told_once_and_never_repeated():
    found = screened(sheet(learner_id=["a"], Email=["zoe@example.org"]), ids_replaced=False)
    assert [problem.column for problem in found.problems] == ["Email"]
    assert list(found.cells) == ["learner_id"]
    assert "zoe" not in str(found.problems)


def test_a_heading_that_is_somebodys_is_not_repeated():
    found = screened(sheet(learner_id=["a"], **{"219-09-9177": ["x"]}), ids_replaced=False)
    assert "219-09-9177" not in str(found.problems)
    assert list(found.cells) == ["learner_id"]


def test_ids_that_become_pseudonyms_may_be_anything():
    ids = ["219099177", "457555462", "078051120"]
    assert screened(sheet(learner_id=ids), ids_replaced=False).problems
    assert not screened(sheet(learner_id=ids), ids_replaced=True).problems


def test_a_sheet_that_could_not_be_read_stays_as_it_is():
    lost = Sheet("a.csv", None, np.array([], dtype=np.int64), None, (), ())
    assert screened(lost, ids_replaced=False) is lost
