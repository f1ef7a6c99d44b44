"""Groups beside history: a shortfall that was planted is found, and nothing is made of chance or of thin evidence."""

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from onward.audit.groups import LABELS
from onward.policy.prospects import Prospects
from onward.release.floors import MARGIN, floors
from onward.release.judge import Judged

OWN, ADVISED, LEARNERS = 0, 1, 600


def people(gender=("woman", "man")):
    """Genders in turn, all of one race."""
    ids = [f"s{number}" for number in range(LEARNERS)]
    return pd.DataFrame({"learner_id": ids, "race_ethnicity": "white", "gender": np.resize(gender, LEARNERS)})


def judged(small, demographics, *, lost, propensity=0.2, spread=0.05):
    """Everyone chose one credential and is advised another, likelier by 0.1 less what their gender has ``lost``."""
    size = len(small.catalogue)
    p_complete = np.full((LEARNERS, size), 0.5)
    gain = 0.1 - demographics["gender"].map(lost).fillna(0.0).to_numpy()
    p_complete[:, ADVISED] += gain + np.random.default_rng(0).normal(0, spread, LEARNERS)
    usual = np.full((LEARNERS, size), propensity)
    prospects = Prospects(p_complete, usual, usual > 0, np.full(LEARNERS, "s"))
    choices = {name: np.full((LEARNERS, 1), at) for name, at in (("history", OWN), ("onward", ADVISED))}
    return Judged(demographics[["learner_id"]], prospects, choices, 0.0, p_complete, second_opinion=True)


@pytest.fixture(scope="module")
def adviser(small):
    """What the comparison reads of an adviser: one value for all and no price, so that completion decides."""
    value = np.full(len(small.catalogue), 10_000.0)
    cost = np.zeros(len(small.catalogue))
    return SimpleNamespace(
        catalogue=SimpleNamespace(value=value, cost_of_failing=lambda price_share: cost * price_share)
    )


def found(small, adviser, settings, *, gender=("woman", "man"), **planted):
    demographics = people(gender)
    return floors(judged(small, demographics, **planted), adviser, demographics, settings)


def test_a_planted_shortfall_is_found_for_its_group_alone(small, adviser, settings):
    table = found(small, adviser, settings, lost={"woman": 0.2}).below
    assert set(zip(table["group"], table["measure"], strict=True)) == {
        ("woman", "completion"),
        ("woman", "expected benefit"),
    }
    assert (table["high"] < 0).all()


def test_the_shortfall_comes_with_its_size_its_bound_and_its_n(small, adviser, settings):
    table = found(small, adviser, settings, lost={"woman": 0.2}).below.set_index("measure")
    demographics = people()
    inside = (demographics["gender"] == "woman").to_numpy()
    p_complete = judged(small, demographics, lost={"woman": 0.2}).p_complete[inside]
    apart = p_complete[:, ADVISED] - p_complete[:, OWN]
    row = table.loc["completion"]
    assert (row["difference"], row["n"]) == (pytest.approx(apart.mean()), inside.sum())
    assert row["high"] == pytest.approx(apart.mean() + MARGIN * apart.std(ddof=1) / np.sqrt(len(apart)))
    assert table.loc["expected benefit", "difference"] == pytest.approx(10_000 * apart.mean())


def test_it_is_judged_by_the_opinion_the_audit_shows_and_not_by_the_ranking(small, adviser, settings):
    demographics = people()
    planted = judged(small, demographics, lost={"woman": 0.2})
    rosy = Judged(
        planted.points,
        Prospects(
            np.full_like(planted.p_complete, 0.9),
            planted.prospects.propensity,
            planted.prospects.open_to,
            planted.prospects.stratum,
        ),
        planted.choices,
        0.0,
        planted.p_complete,
        second_opinion=True,
    )
    assert len(floors(rosy, adviser, demographics, settings).below) == 2


def test_where_all_gain_nothing_is_found(small, adviser, settings):
    table = found(small, adviser, settings, lost={}).below
    assert table.empty
    assert list(table.columns) == ["attribute", "group", "measure", "difference", "high", "n"]


def test_what_chance_may_have_made_is_not_found(small, adviser, settings):
    assert found(small, adviser, settings, lost={"woman": 0.1005}, spread=0.5).below.empty


def test_where_there_is_little_evidence_history_cannot_tell(small, adviser, settings):
    assert found(small, adviser, settings, lost={"woman": 0.2}, propensity=0.005).judged.empty


def test_a_group_too_small_to_be_judged_is_not_judged(small, adviser, settings):
    table = found(small, adviser, settings, gender=("woman", *["man"] * 19), lost={"woman": 0.4}).judged
    assert "woman" not in set(table["group"])


@pytest.mark.parametrize("gender", ["unknown", "declined"])
def test_who_did_not_say_is_not_judged(gender, small, adviser, settings):
    table = found(small, adviser, settings, gender=(gender, "man"), lost={gender: 0.4}).judged
    assert gender not in set(table["group"])


def test_without_a_second_opinion_nothing_is_evaluated(small, adviser, settings):
    demographics = people()
    alone = dataclasses.replace(judged(small, demographics, lost={"woman": 0.2}), second_opinion=False)
    told = floors(alone, adviser, demographics, settings).words
    assert told == "not evaluated; no group has enough learners for whom history can tell"


def test_words_of_a_shortfall_count_groups_and_name_none(small, adviser, settings):
    told = found(small, adviser, settings, lost={"woman": 0.2}).words
    assert told == "completion and expected benefit of 1 of 3 judged groups are below history's by more than chance"
    named = {word for group, labels in LABELS.items() for word in (group, *labels)}
    assert not [name for name in named if re.search(rf"\b{re.escape(name)}\b", told, re.IGNORECASE)]


def test_words_count_several_groups(small, adviser, settings):
    told = found(small, adviser, settings, lost={"woman": 0.2, "man": 0.2}).words
    assert " of 3 of 3 judged groups are below history's" in told


def test_words_of_no_shortfall_say_so(small, adviser, settings):
    told = found(small, adviser, settings, lost={}).words
    assert told == "of 3 judged groups, none has expected benefit or completion below history's by more than chance"
