"""Groups beside history and beside no constraint: planted shortfalls are found, chance and thin evidence are not."""

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from onward.audit.groups import LABELS
from onward.policy.prospects import Prospects
from onward.release.evaluator import Opinion
from onward.release.floors import COLUMNS, MARGIN, floors
from onward.release.judge import Judged

OWN, ADVISED, FREE, LEARNERS = 0, 1, 2, 600
HISTORY, FREELY = "history", "advice without the constraint"


def people(gender=("woman", "man")):
    """Genders in turn, all of one race."""
    ids = [f"s{number}" for number in range(LEARNERS)]
    return pd.DataFrame({"learner_id": ids, "race_ethnicity": "white", "gender": np.resize(gender, LEARNERS)})


def judged(small, demographics, *, lost, given_up=None, propensity=0.2, spread=0.05):
    """Everyone chose one credential and is advised another, likelier by 0.1 less what their gender has ``lost``.

    Where the constraint has their gender ``given_up`` something, a third, likelier by that, is what it keeps from them.
    """
    size = len(small.catalogue)
    p_complete = np.full((LEARNERS, size), 0.5)
    gain = 0.1 - demographics["gender"].map(lost).fillna(0.0).to_numpy()
    noise = np.random.default_rng(0).normal(0, spread, (2, LEARNERS))
    p_complete[:, ADVISED] += gain + noise[0]
    apart = demographics["gender"].map(given_up or {}).fillna(0.0).to_numpy()
    p_complete[:, FREE] = p_complete[:, ADVISED] + apart + (apart > 0) * noise[1]
    usual = np.full((LEARNERS, size), propensity)
    prospects = Prospects(p_complete, usual, usual > 0, np.full(LEARNERS, "s"), np.ones_like(usual))
    chosen = {"history": OWN, "unconstrained": FREE, "onward": ADVISED}
    choices = {name: np.full((LEARNERS, 1), at) for name, at in chosen.items()}
    nothing = pd.DataFrame(index=range(LEARNERS))
    opinion, allowed = Opinion(p_complete, usual), np.ones_like(usual, dtype=bool)
    return Judged(demographics[["learner_id"]], prospects, choices, nothing, 0.0, opinion, allowed)


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
    assert set(zip(table["beside"], table["group"], table["measure"], strict=True)) == {
        (HISTORY, "woman", "completion"),
        (HISTORY, "woman", "expected benefit"),
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
    prospects = dataclasses.replace(planted.prospects, p_complete=np.full_like(planted.p_complete, 0.9))
    rosy = dataclasses.replace(planted, prospects=prospects)
    assert len(floors(rosy, adviser, demographics, settings).below) == 2


def test_a_shortfall_beside_no_constraint_is_found_for_its_group_though_all_gain_on_history(small, adviser, settings):
    table = found(small, adviser, settings, lost={}, given_up={"woman": 0.05}).below
    beside, group = set(table["beside"]), set(table["group"])
    assert (beside, group - {"white"}) == ({FREELY}, {"woman"})
    apart = table[table["group"] == "woman"].set_index("measure")["difference"]
    assert apart["completion"] == pytest.approx(-0.05, abs=0.01)
    assert apart["expected benefit"] == pytest.approx(10_000 * apart["completion"])


def test_every_group_is_compared_with_both(small, adviser, settings):
    table = found(small, adviser, settings, lost={}).judged
    assert {tuple(sorted(rows)) for _, rows in table.groupby(["attribute", "group", "measure"])["beside"]} == {
        (FREELY, HISTORY)
    }


def test_a_constraint_that_changes_nobody_s_first_choice_is_no_shortfall(small, adviser, settings):
    demographics = people()
    steered = judged(small, demographics, lost={"woman": 0.2})
    kept = steered.choices | {"unconstrained": steered.choices["onward"]}
    same = dataclasses.replace(steered, choices=kept)
    table = floors(same, adviser, demographics, settings)
    assert (table.judged.loc[table.judged["beside"] == FREELY, "difference"] == 0).all()
    assert set(table.below["beside"]) == {HISTORY}


def test_where_all_gain_nothing_is_found(small, adviser, settings):
    table = found(small, adviser, settings, lost={}).below
    assert table.empty
    assert list(table.columns) == COLUMNS == ["beside", "attribute", "group", "measure", "difference", "high", "n"]


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
    alone = dataclasses.replace(judged(small, demographics, lost={"woman": 0.2}), opinion=None)
    told = floors(alone, adviser, demographics, settings).words
    assert told == "not evaluated; no group has enough learners for whom history can tell"


def test_words_of_a_shortfall_count_groups_and_name_none(small, adviser, settings):
    told = found(small, adviser, settings, lost={"woman": 0.2}).words
    assert told == (
        "of 3 judged groups, below history: 1 in completion and 1 in expected benefit; none is below advice without "
        "the constraint in expected benefit or completion; each by more than chance"
    )
    named = {word for group, labels in LABELS.items() for word in (group, *labels)}
    assert not [name for name in named if re.search(rf"\b{re.escape(name)}\b", told, re.IGNORECASE)]


def test_words_count_several_groups(small, adviser, settings):
    told = found(small, adviser, settings, lost={"woman": 0.2, "man": 0.2}).words
    assert told.startswith("of 3 judged groups, below history: 3 in completion and 3 in expected benefit; none is")


def test_words_of_a_shortfall_beside_no_constraint_say_beside_what(small, adviser, settings):
    told = found(small, adviser, settings, lost={}, given_up={"woman": 0.05, "man": 0.05}).words
    assert "none is below history in" in told
    assert "below advice without the constraint: 3 in completion and 3 in expected benefit; each by" in told


def test_words_of_no_shortfall_say_so(small, adviser, settings):
    told = found(small, adviser, settings, lost={}).words
    assert told == (
        "of 3 judged groups, none is below history in expected benefit or completion; none is below advice without the "
        "constraint in expected benefit or completion; each by more than chance"
    )
