import numpy as np
import pandas as pd
import pytest

from onward.audit.groups import GENDER, INTERSECTION, RACE
from onward.audit.suppression import TOTAL, homogeneous, lattice, recoverable, withheld

MINIMUM = 10


def people(seed, *, n=900):
    random = np.random.default_rng(seed)
    races, genders = list("abcdefg"), ["woman", "man", "other", "unknown"]
    who = pd.DataFrame(
        {
            RACE: random.choice(races, n, p=random.dirichlet(np.full(7, 0.5))),
            GENDER: random.choice(genders, n, p=[0.55, 0.42, 0.01, 0.02]),
        }
    )
    return who.assign(**{INTERSECTION: who[RACE] + ":" + who[GENDER]}), pd.DataFrame({"value": random.normal(size=n)})


def attack(who, hidden):
    """Return which withheld cells anybody can work out: those in the span of the published ones.

    The unknowns are one sum per learner group of the intersection; each published cell is one equation. A withheld cell
    is pinned down exactly where no direction that leaves every equation as it is moves it.
    """
    finest = sorted(who[INTERSECTION].unique())
    cells = [(name, group) for name in who for group in who[name].unique()]
    member = {
        cell: np.array([(who.loc[who[INTERSECTION] == f, cell[0]] == cell[1]).any() for f in finest]) for cell in cells
    }
    member[TOTAL] = np.ones(len(finest), bool)
    published = np.array([row for cell, row in member.items() if cell not in hidden], float).reshape(-1, len(finest))
    _, sizes, directions = np.linalg.svd(published, full_matrices=True)
    free = directions[(sizes > 1e-9).sum() :]
    return [cell for cell in hidden if np.abs(free @ member[cell].astype(float)).max(initial=0) < 1e-9]


@pytest.mark.parametrize("seed", range(12))
def test_no_withheld_cell_can_be_worked_out_from_published_ones(seed):
    who, figures = people(seed)
    hidden = withheld(who, figures, minimum=MINIMUM)
    assert hidden
    assert attack(who, hidden) == []


@pytest.mark.parametrize("seed", range(12))
def test_the_withheld_parts_of_a_published_whole_hold_enough_learners_together(seed):
    who, figures = people(seed)
    hidden, sums = withheld(who, figures, minimum=MINIMUM), lattice(who)
    together = [
        sum(sums.n[part] for part in parts if part in hidden)
        for (whole, _), parts in sums.parts.items()
        if whole not in hidden and set(parts) & hidden
    ]
    assert min(together) >= MINIMUM


def test_the_attack_succeeds_where_only_small_cells_are_withheld():
    who, _ = people(3)
    small = {cell for cell, n in lattice(who).n.items() if n < MINIMUM}
    assert attack(who, small)


def test_our_own_check_agrees_with_the_attack():
    who, _ = people(3)
    small = {cell for cell, n in lattice(who).n.items() if n < MINIMUM}
    assert set(recoverable(lattice(who), small)) == set(attack(who, small))


def test_one_small_group_takes_the_next_smallest_with_it():
    who = pd.DataFrame({GENDER: ["woman"] * 40 + ["man"] * 30 + ["declined"] * 4})
    assert withheld(who, pd.DataFrame({"value": range(74)}), minimum=MINIMUM) == {(GENDER, "declined"), (GENDER, "man")}


def test_two_small_groups_that_are_small_together_take_a_third():
    who = pd.DataFrame({GENDER: ["woman"] * 40 + ["man"] * 30 + ["declined"] * 4 + ["unknown"] * 3})
    found = withheld(who, pd.DataFrame({"value": range(77)}), minimum=MINIMUM)
    assert found == {(GENDER, "declined"), (GENDER, "unknown"), (GENDER, "man")}


def test_nothing_is_withheld_where_all_groups_are_large_and_mixed():
    who = pd.DataFrame({GENDER: ["woman", "man"] * 40})
    assert withheld(who, pd.DataFrame({"value": range(80)}), minimum=MINIMUM) == set()


def test_a_large_group_whose_learners_share_one_figure_is_withheld():
    who = pd.DataFrame({GENDER: ["woman"] * 40 + ["man"] * 40})
    figures = pd.DataFrame({"value": [7.0] * 40 + list(range(40)), "completion": np.linspace(0, 1, 80)})
    assert homogeneous(figures, who) == {(GENDER, "woman")}
    assert (GENDER, "woman") in withheld(who, figures, minimum=MINIMUM)


def test_an_audience_too_small_as_a_whole_shows_nothing():
    who = pd.DataFrame({GENDER: ["woman"] * 4 + ["man"] * 4})
    assert withheld(who, pd.DataFrame({"value": range(8)}), minimum=MINIMUM) == set(lattice(who).n)
