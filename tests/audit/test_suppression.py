import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from onward.audit.groups import GENDER, INTERSECTION, RACE
from onward.audit.population import Population
from onward.audit.suppression import TOTAL, Mask, Release, release_of, table_of, withheld
from onward.errors import DataError

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import audit_privacy as attacker

MINIMUM = 10


def population(counts, *, attribute=GENDER, figures=None, bounds=None, seed=0):
    """Learners of one attribute, so many of each group, with values that differ unless figures are given."""
    who = pd.DataFrame({attribute: [group for group, n in counts.items() for _ in range(n)]})
    if figures is None:
        figures = {"value": np.random.default_rng(seed).uniform(0, 100, len(who))}
    frame = pd.DataFrame(figures)
    return Population("advice", who, np.ones(len(who), int), frame, bounds or dict.fromkeys(frame, (0.0, 100.0)))


def mask_of(one, previous=None):
    return withheld([one], minimum=MINIMUM, previous=previous)


def later_mask(first, later):
    return mask_of(later, Release.from_json(release_of([first], mask_of(first))))


def drawn(seed, n=600):
    random = np.random.default_rng(seed)
    return attacker.learners(attacker.kind(random), random, n)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_withheld_can_be_worked_out_from_one_release(seed):
    one = drawn(seed)
    assert list(islice(attacker.broken_in(one, mask_of(one)), 1)) == []


@pytest.mark.parametrize("seed", [0, 3])
def test_nothing_withheld_and_no_newcomer_can_be_worked_out_from_two_releases(seed):
    random = np.random.default_rng(seed)
    college = attacker.kind(random)
    first = attacker.learners(college, random, 500)
    later = attacker.joined(first, attacker.learners(college, random, 150))
    masks = mask_of(first), later_mask(first, later)
    assert not masks[1].hides("advice", *TOTAL)
    assert list(islice(attacker.broken_between(first, later, masks), 1)) == []


def test_the_attack_succeeds_where_only_what_is_small_or_alike_is_withheld():
    small = [attacker.small_or_alike(drawn(seed), MINIMUM) for seed in range(4)]
    assert all(any(attacker.broken_in(drawn(seed), mask)) for seed, mask in enumerate(small) if mask.cells("advice"))


def test_the_attack_finds_newcomers_where_a_release_is_masked_as_if_it_were_the_only_one():
    first = population({"woman": 40, "man": 60, "unknown": 40})
    later = attacker.joined(first, population({"woman": 20, "man": 20, "unknown": 3}, seed=1))
    assert any(attacker.broken_between(first, later, (mask_of(first), mask_of(later))))


def test_one_small_group_takes_the_next_smallest_with_it():
    mask = mask_of(population({"woman": 40, "man": 30, "declined": 4}))
    assert mask.cells("advice") == {(GENDER, "declined"), (GENDER, "man")}


def test_two_small_groups_that_are_small_together_take_a_third():
    mask = mask_of(population({"woman": 40, "man": 30, "declined": 4, "unknown": 3}))
    assert mask.cells("advice") == {(GENDER, "declined"), (GENDER, "unknown"), (GENDER, "man")}


def test_nothing_is_withheld_where_all_groups_are_large_and_mixed():
    one = population({"woman": 40, "man": 40})
    mask = mask_of(one)
    assert (mask.cells("advice"), mask.measures("advice")) == (frozenset(), frozenset())


def test_a_count_that_is_withheld_hides_every_mean():
    mask = mask_of(population({"woman": 40, "man": 30, "declined": 4}))
    assert mask.hides("advice", GENDER, "declined", "value")
    assert not mask.hides("advice", GENDER, "woman", "value")


def test_a_population_too_small_as_a_whole_shows_nothing():
    one = population({"woman": 4, "man": 4})
    assert mask_of(one).cells("advice") == set(table_of(one).cells)


def test_groups_of_shared_figures_lose_that_mean_alone_and_others_keep_it_in_doubt():
    spread = np.linspace(1, 99, 160)
    same = np.r_[np.full(40, 50.0), spread[:120]]
    one = population(
        {"woman": 40, "man": 40, "unknown": 80},
        figures={"value": same, "completion": np.random.default_rng(0).permutation(spread)},
    )
    mask = mask_of(one)
    assert not mask.cells("advice")
    assert mask.measures("advice") == {(GENDER, "woman", "value"), (GENDER, "man", "value")}


def test_what_is_so_rare_that_no_mean_is_in_doubt_is_withheld_altogether():
    rare = np.r_[np.zeros(150), np.ones(2), np.zeros(148)]
    one = population({"woman": 100, "man": 200}, figures={"referred": rare}, bounds={"referred": (0.0, 1.0)})
    mask = mask_of(one)
    assert mask.hides("advice", *TOTAL, "referred")
    assert not mask.hides("advice", *TOTAL)


@pytest.mark.parametrize(("missing", "hidden"), [(0, False), (3, True), (20, False), (37, True), (40, False)])
def test_a_mean_of_too_few_or_of_all_but_too_few_is_withheld(missing, hidden):
    figures = np.random.default_rng(0).uniform(0, 100, 120)
    figures[:missing] = np.nan
    figures[40:55] = figures[80:95] = np.nan
    one = population({"woman": 40, "man": 40, "unknown": 40}, figures={"value": figures})
    assert mask_of(one).hides("advice", GENDER, "woman", "value") == hidden


def test_a_figure_that_can_be_but_one_thing_is_no_secret():
    one = population({"woman": 40, "man": 40}, figures={"value": np.full(80, 7.0)}, bounds={"value": (7.0, 7.0)})
    assert not mask_of(one).measures("advice")


def test_a_row_that_stands_for_several_learners_counts_as_them():
    who = pd.DataFrame({GENDER: ["woman", "woman", "man", "man"]})
    figures = pd.DataFrame({"value": [1.0, 60.0, 20.0, 80.0]})
    one = Population("advice", who, np.array([20, 30, 4, 5]), figures, {"value": (0.0, 100.0)})
    assert table_of(one).n.tolist() == [59, 9, 50]
    assert mask_of(one).hides("advice", GENDER, "man")


def test_cells_of_the_intersection_take_others_of_their_row_and_column_with_them():
    counts = {"a:woman": 50, "a:man": 40, "b:woman": 30, "b:man": 4}
    one = population(counts, attribute=INTERSECTION)
    sides = one.who[INTERSECTION].str.split(":", expand=True)
    one.who[RACE], one.who[GENDER] = sides[0], sides[1]
    mask = mask_of(one)
    assert {(INTERSECTION, cell) for cell in counts} <= mask.cells("advice")
    assert not mask.hides("advice", GENDER, "man")


def test_what_was_withheld_stays_withheld():
    first = population({"woman": 60, "man": 50, "unknown": 30, "declined": 4})
    later = attacker.joined(first, population({"woman": 30, "man": 30, "unknown": 30, "declined": 30}, seed=1))
    assert not mask_of(later).cells("advice")
    assert later_mask(first, later).cells("advice") == {(GENDER, "declined"), (GENDER, "unknown")}


def test_a_group_that_grew_by_a_few_is_withheld_with_another_that_grew():
    first = population({"woman": 60, "man": 50, "unknown": 40})
    later = attacker.joined(first, population({"woman": 30, "man": 20, "unknown": 3}, seed=1))
    assert later_mask(first, later).cells("advice") == {(GENDER, "unknown"), (GENDER, "man")}


def test_everything_is_withheld_where_the_whole_grew_by_a_few():
    first = population({"woman": 60, "man": 50})
    later = attacker.joined(first, population({"woman": 3, "man": 2}, seed=1))
    assert later_mask(first, later).cells("advice") == set(table_of(later).cells)


def test_the_same_release_again_withholds_no_more():
    one = drawn(2)
    assert later_mask(one, one) == mask_of(one)


def test_a_mean_of_newcomers_who_are_all_alike_is_withheld():
    figures = {"common": np.random.default_rng(0).permutation(np.r_[np.zeros(90), np.ones(90)])}
    first = population({"woman": 60, "man": 60, "unknown": 60}, figures=figures, bounds={"common": (0.0, 1.0)})
    more = {"common": np.r_[np.ones(20), np.tile([0.0, 1.0], 20)]}
    new = population({"woman": 20, "man": 20, "unknown": 20}, figures=more, bounds=first.bounds)
    mask = later_mask(first, attacker.joined(first, new))
    assert mask.hides("advice", GENDER, "woman", "common")
    assert not mask.cells("advice")


def test_a_release_tells_what_was_shown():
    one = population({"woman": 40, "man": 30, "declined": 4})
    cells = release_of([one], mask_of(one))["populations"]["advice"]["cells"]
    shown = {cell["group"]: (cell["n"], cell["means"]["value"]) for cell in cells}
    assert shown["declined"] == shown["man"] == (None, None)
    assert shown["woman"] == (40, round(one.figures["value"][:40].mean(), 2))


def test_a_release_does_not_tell_of_a_withheld_group_that_a_measure_counts_nobody():
    figures = np.r_[np.random.default_rng(0).uniform(0, 100, 70), np.full(24, np.nan)]
    one = population({"woman": 40, "man": 30, "unknown": 20, "declined": 4}, figures={"value": figures})
    mask = Mask({"advice": frozenset({(GENDER, "declined")})}, {})
    cells = release_of([one], mask)["populations"]["advice"]["cells"]
    means = {cell["group"]: cell["means"] for cell in cells}
    assert (means["declined"], means["unknown"]) == ({"value": None}, {})


def test_figures_beyond_their_bounds_are_refused():
    one = population({"woman": 40, "man": 40}, bounds={"value": (0.0, 10.0)})
    with pytest.raises(DataError, match="value of advice go beyond"):
        mask_of(one)


def test_a_measure_without_bounds_is_refused():
    one = population({"woman": 40, "man": 40}, bounds={"other": (0.0, 10.0)})
    with pytest.raises(DataError, match="value have none"):
        mask_of(one)


def test_a_population_the_mask_was_not_made_for_is_refused():
    with pytest.raises(DataError, match=r"populations \(none\), which the mask was made for; advice came"):
        Mask({}, {}).hides("advice", GENDER, "woman", "value")


def test_populations_are_masked_each_by_itself():
    one = population({"woman": 40, "man": 30, "declined": 4})
    other = replace(population({"woman": 40, "man": 30}), name="other")
    mask = withheld([one, other], minimum=MINIMUM)
    assert mask.cells("advice")
    assert not mask.cells("other")
