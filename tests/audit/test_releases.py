from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from onward.audit.groups import GENDER
from onward.audit.population import Population
from onward.audit.releases import Release, newcomers
from onward.audit.suppression import TOTAL, Mask, release_of, table_of
from onward.errors import DataError

BOUNDS = {"value": (0.0, 100.0)}
NOTHING = Mask({"advice": frozenset()}, {})


def population(groups, seed=0):
    figures = pd.DataFrame({"value": np.random.default_rng(seed).uniform(0, 100, len(groups))})
    return Population("advice", pd.DataFrame({GENDER: groups}), np.ones(len(groups), int), figures, BOUNDS)


def shown(one, mask=NOTHING):
    return Release.from_json(release_of([one], mask)).populations["advice"]


def both(first, later):
    figures = pd.concat([first.figures, later.figures], ignore_index=True)
    who = pd.concat([first.who, later.who], ignore_index=True)
    return Population("advice", who, np.ones(len(who), int), figures, BOUNDS)


FIRST = population(["woman"] * 40 + ["man"] * 30 + ["unknown"] * 20)
LATER = population(["woman"] * 20 + ["man"] * 10, seed=1)


def test_newcomers_are_counted_and_summed():
    found = newcomers(table_of(both(FIRST, LATER)), shown(FIRST), BOUNDS)
    assert dict(zip(found.cells, found.n.tolist(), strict=True)) == {
        TOTAL: 30,
        (GENDER, "man"): 10,
        (GENDER, "unknown"): 0,
        (GENDER, "woman"): 20,
    }
    assert found.sums[0, 0] == pytest.approx(LATER.figures["value"].sum() / 100, abs=1e-2)


def test_what_was_withheld_is_given_newcomers_who_fit():
    mask = Mask({"advice": frozenset({(GENDER, "man"), (GENDER, "unknown")})}, {})
    found = newcomers(table_of(both(FIRST, LATER)), shown(FIRST, mask), BOUNDS)
    assert found.n[0] == found.n[1:].sum()
    assert found.sums[0, 0] == pytest.approx(found.sums[1:, 0].sum(), abs=found.slack)


def test_nobody_can_subtract_where_learners_have_left():
    assert newcomers(table_of(LATER), shown(both(FIRST, LATER)), BOUNDS) is None


def test_a_measure_computed_anew_tells_nothing_of_newcomers():
    later = both(FIRST, LATER)
    anew = replace(later, figures=100 - later.figures)
    assert newcomers(table_of(later), shown(FIRST), BOUNDS).part.any()
    assert not newcomers(table_of(replace(anew, figures=anew.figures * 0.01)), shown(FIRST), BOUNDS).part.any()


def test_of_an_attribute_that_is_new_nobody_knows_newcomers_and_one_that_is_gone_is_no_matter():
    first, later = (replace(one, who=one.who.assign(pell="yes")) for one in (FIRST, LATER))
    new = newcomers(table_of(both(first, later)), shown(FIRST), BOUNDS)
    gone = newcomers(table_of(both(FIRST, LATER)), shown(first), BOUNDS)
    assert len(new.networks) == len(gone.networks) == 1


def test_nobody_can_subtract_where_a_group_is_gone():
    first = population(["woman"] * 40 + ["declined"] * 12)
    assert newcomers(table_of(both(FIRST, LATER)), shown(first), BOUNDS) is None


def test_a_release_reads_what_was_written():
    mask = Mask({"advice": frozenset({(GENDER, "man")})}, {"advice": frozenset({(GENDER, "woman", "value")})})
    found = shown(FIRST, mask)
    assert found.hidden == {(GENDER, "man")}
    assert found.unseen == {((GENDER, "man"), "value"), ((GENDER, "woman"), "value")}
    assert found.n[GENDER, "woman"] == 40
    assert set(found.means) == {(TOTAL, "value"), ((GENDER, "unknown"), "value")}


@pytest.mark.parametrize("content", [{}, {"populations": {"a": {}}}, {"populations": {"a": {"cells": [{"n": 3}]}}}, []])
def test_what_is_no_release_is_refused(content):
    with pytest.raises(DataError, match="expected a release"):
        Release.from_json(content)
