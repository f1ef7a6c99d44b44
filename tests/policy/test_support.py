import json
from functools import cache

import numpy as np
import pytest

from onward.errors import DataError, NotServableError, SettingsError
from onward.policy.support import ALL_STRATA, NEEDED, NOT_SEEN, SUPPORT_NEEDED, TOO_FEW, SupportTable

GROUPS = ("river", "hill", "shore")
UNJUDGED = frozenset({"unknown"})
STRATA = ("low", "middle", "high")


def attempts(seed: int = 0, m: int = 9_000) -> dict:
    """Attempts at three credentials by learners of three groups, each group completing as often as predicted."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.3, 0.95, m)
    return {
        "p_complete": p,
        "completed": (rng.random(m) < p).astype(int),
        "credential": rng.integers(0, 3, m),
        "stratum": rng.choice(STRATA, m),
        "labels": {"place": rng.choice(GROUPS, m), "song": rng.choice(["lark", "wren", "unknown"], m)},
        "learner": np.arange(m).astype(str),
    }


def fit(given: dict, **options):
    return SupportTable.fit(**{"unjudged": UNJUDGED, "credentials": 3} | given | options)


def planted(where, by: float = 0.25, seed: int = 0, m: int = 9_000) -> dict:
    """The same, with the completions of those ``where`` says lowered by a share ``by`` of all attempts."""
    given = attempts(seed, m)
    rng = np.random.default_rng(seed + 1)
    lowered = np.where(where(given), given["p_complete"] - by, given["p_complete"])
    return given | {"completed": (rng.random(len(lowered)) < lowered).astype(int)}


def river(given: dict):
    return given["labels"]["place"] == "river"


def river_at_0(given: dict):
    return river(given) & (given["credential"] == 0)


def river_at_0_low(given: dict):
    return river_at_0(given) & (given["stratum"] == "low")


@cache
def barrier():
    return fit(planted(river_at_0))


def states(audit, credential: int) -> set[str]:
    return set(audit.table.lookup(np.full(3, credential), np.array(STRATA)).tolist())


def test_a_planted_shortfall_is_found_in_every_stratum():
    assert states(barrier(), 0) == {NEEDED}


def test_credentials_without_a_shortfall_are_not_marked():
    assert NEEDED not in states(barrier(), 1) | states(barrier(), 2)


def test_the_shortfall_is_the_mean_probability_less_the_share_completed():
    given = planted(river_at_0)
    here = river_at_0_low(given)
    rows = barrier().rows.query("credential == 0 and stratum == 'low' and group == 'river'")
    assert np.isclose(rows["shortfall"].item(), np.mean(given["p_complete"][here]) - np.mean(given["completed"][here]))


def test_a_shortfall_of_one_stratum_is_not_said_of_strata_that_rule_it_out():
    table = fit(planted(river_at_0_low, by=0.3, m=40_000)).table
    assert table.lookup(np.zeros(3, int), np.array(STRATA)).tolist() == [NEEDED, NOT_SEEN, NOT_SEEN]


def test_a_shortfall_smaller_than_the_limit_is_never_marked():
    rows = fit(planted(river, by=0.03, m=50_000)).rows
    assert (rows["p_value"] < 1e-6).any()
    assert not rows["needed"].any()


def test_where_nothing_falls_short_anything_is_marked_in_few_runs():
    marked = sum(fit(attempts(seed, m=1_500)).rows["needed"].any() for seed in range(40))
    # The 99.9% point of a binomial of 40 runs at 5%.
    assert marked <= 7


def test_groups_that_are_too_small_are_never_marked():
    given = planted(river_at_0, by=0.3)
    few = np.flatnonzero(river_at_0(given))[29:]
    kept = np.setdiff1d(np.arange(9_000), few)
    smaller = {name: given[name][kept] for name in given if name != "labels"}
    labels = {"place": given["labels"]["place"][kept]}
    rows = fit(smaller | {"labels": labels, "completed": np.zeros(len(kept))}).rows
    assert rows.query("credential == 0 and group == 'river'").empty


def test_many_attempts_of_few_learners_are_few():
    given = attempts()
    assert fit(given | {"learner": np.array([f"{i % 20}" for i in range(9_000)])}).rows.empty


def test_attempts_of_one_learner_count_as_one_draw():
    given = attempts(m=3_000)
    twice = {name: np.tile(array, 4) for name, array in given.items() if name != "labels"}
    labels = {name: np.tile(label, 4) for name, label in given["labels"].items()}
    once, more = fit(given).rows, fit(twice | {"labels": labels}).rows
    assert np.allclose(more["error"], once["error"])


def test_groups_that_say_nothing_of_identity_are_not_judged_nor_are_their_intersections():
    given = attempts()
    crossed = np.char.add(np.char.add(given["labels"]["place"], ":"), given["labels"]["song"])
    rows = fit(given | {"labels": given["labels"] | {"place x song": crossed}}).rows
    assert not rows["group"].str.contains("unknown").any()


def test_a_group_too_small_in_a_stratum_is_judged_by_its_credential():
    given = planted(river_at_0)
    thin = np.array([f"{name} {i % 60}" for i, name in enumerate(given["stratum"])])
    audit = fit(given | {"stratum": thin})
    assert (audit.rows.query("group == 'river'")["stratum"] == ALL_STRATA).all()
    assert audit.table.lookup(np.array([0]), thin[:1]).item() == NEEDED


def test_a_stratum_that_was_not_seen_has_the_state_of_its_credential():
    assert barrier().table.lookup(np.array([0]), np.array(["another"])).item() == NEEDED


def test_a_credential_that_nobody_started_is_too_few_to_say():
    assert states(fit(attempts(), credentials=4), 3) == {TOO_FEW}


def test_little_evidence_is_not_an_absence_of_barriers():
    assert states(fit(attempts(m=600)), 0) == {TOO_FEW}


def test_much_evidence_of_no_shortfall_is_not_seen():
    assert states(fit(attempts(m=60_000)), 0) == {NOT_SEEN}


def test_thirty_learners_of_whom_nobody_completes_still_have_an_error():
    given = attempts(m=3_000)
    rows = fit(given | {"p_complete": np.full(3_000, 0.1), "completed": np.zeros(3_000)}).rows
    assert np.allclose(rows["error"], np.sqrt(0.09 / rows["n"]))


@pytest.mark.parametrize("given", [{"labels": {}}, {"smallest": 10_000}])
def test_without_groups_nothing_is_known(given):
    audit = fit(attempts() | given)
    assert audit.rows.empty
    assert set(audit.table.over_all) == {TOO_FEW}


def test_the_table_holds_the_name_of_no_group_and_no_attribute():
    written = json.dumps(fit(planted(river_at_0_low, by=0.3, m=40_000)).table.to_json())
    assert not [name for name in (*GROUPS, "lark", "wren", "unknown", "place", "song") if name in written]


def test_the_table_survives_json():
    table = fit(planted(river_at_0_low, by=0.3, m=40_000)).table
    assert SupportTable.from_json(json.loads(json.dumps(table.to_json()))) == table


def test_the_order_of_attempts_changes_nothing():
    given = planted(river_at_0)
    order = np.random.default_rng(3).permutation(9_000)
    labels = {name: label[order] for name, label in given["labels"].items()}
    turned = {name: array[order] for name, array in given.items() if name != "labels"} | {"labels": labels}
    assert fit(turned).table == barrier().table


def test_any_subset_is_looked_up_as_those_rows_of_the_whole():
    given = attempts()
    some = np.random.default_rng(4).choice(9_000, 50)
    whole = barrier().table.lookup(given["credential"], given["stratum"])
    assert (barrier().table.lookup(given["credential"][some], given["stratum"][some]) == whole[some]).all()


def test_the_sentence_for_learners_names_support_and_no_group():
    assert "support" in SUPPORT_NEEDED
    assert "group" not in SUPPORT_NEEDED


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"learner": np.array(["a"])}, r"one shape \(m,\).*learner \(1,\).*align"),
        ({"labels": {"place": np.array(["a", "b"])}}, r"labels place \(2,\)"),
        ({"p_complete": np.full(9_000, 1.2)}, "p_complete: expected numbers from 0 to 1"),
        ({"p_complete": np.full(9_000, np.nan)}, "p_complete: expected numbers from 0 to 1; got others or missing"),
        ({"completed": np.full(9_000, np.nan)}, "completed: expected 0 or 1; got others or missing ones; leave out"),
        ({"credential": np.full(9_000, 3)}, "credential: expected positions from 0 to 2; got 3"),
        ({"credential": np.full(9_000, -1)}, "credential: expected positions from 0 to 2; got -1"),
        ({"stratum": np.full(9_000, ALL_STRATA)}, "stratum: expected names other than all strata"),
    ],
)
def test_attempts_that_do_not_fit_are_refused(changed, match):
    given = attempts() | changed
    with pytest.raises(DataError, match=match):
        fit(given)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"smallest": 1}, "smallest: expected 2 learners or more; got 1"),
        ({"shortfall": 0.0}, "shortfall: expected a share between 0 and 1; got 0.0"),
        ({"confidence": 95}, "confidence: expected a share between 0 and 1; got 95"),
    ],
)
def test_options_out_of_range_are_refused(options, match):
    given = attempts()
    with pytest.raises(SettingsError, match=match):
        fit(given, **options)


def test_a_lookup_of_unequal_lengths_is_refused():
    table = barrier().table
    with pytest.raises(DataError, match=r"credential \(2,\), stratum \(1,\)"):
        table.lookup(np.array([0, 1]), np.array(["low"]))


def test_a_state_that_no_table_writes_is_refused():
    with pytest.raises(NotServableError, match=r"support: expected the states needed, .*; got perhaps; train again"):
        SupportTable.from_json({"over_all": ["perhaps"], "cells": []})
