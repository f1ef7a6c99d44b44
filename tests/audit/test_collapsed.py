import numpy as np
import pandas as pd

from onward.audit.collapsed import collapsed
from onward.audit.groups import TOO_FEW


def people(**groups):
    return pd.DataFrame({name: np.repeat([*sizes], [*sizes.values()]) for name, sizes in groups.items()})


def everyone(who):
    return np.ones(len(who), dtype=bool)


def test_groups_that_are_large_enough_stay_apart():
    who = people(gender={"woman": 40, "man": 30})
    assert collapsed(who, sizes=[everyone(who)], events=[], minimum=10)["gender"].tolist() == who["gender"].tolist()


def test_one_small_group_takes_the_smallest_of_the_others_with_it():
    who = people(gender={"woman": 40, "man": 30, "declined": 4, "unknown": 20})
    found = collapsed(who, sizes=[everyone(who)], events=[], minimum=10)["gender"].value_counts().to_dict()
    assert found == {"woman": 40, "man": 30, TOO_FEW: 24}


def test_small_groups_that_are_large_together_take_nobody_with_them():
    who = people(gender={"woman": 40, "man": 30, "declined": 6, "unknown": 7})
    found = collapsed(who, sizes=[everyone(who)], events=[], minimum=10)["gender"].value_counts().to_dict()
    assert found == {"woman": 40, "man": 30, TOO_FEW: 13}


def test_a_group_without_a_single_event_does_not_stand_alone():
    who = people(gender={"woman": 40, "man": 30, "unknown": 30})
    enrolled = (who["gender"] != "unknown").to_numpy() & (who.index % 2 == 0)
    found = collapsed(who, sizes=[everyone(who)], events=[enrolled, ~enrolled], minimum=10)
    assert set(found["gender"]) == {"woman", TOO_FEW}


def test_an_attribute_in_which_nothing_can_be_told_apart_is_left_out():
    who = people(gender={"woman": 40, "man": 33}, pell={"yes": 4, "no": 69})
    assert list(collapsed(who, sizes=[everyone(who)], events=[], minimum=10)) == ["gender"]


def test_where_nothing_at_all_can_be_told_apart_everyone_stands_together():
    who = people(pell={"yes": 4, "no": 69})
    assert set(collapsed(who, sizes=[everyone(who)], events=[], minimum=10)["pell"]) == {TOO_FEW}


def test_a_group_whose_learners_are_all_alike_does_not_stand_alone():
    who = people(disability={"no": 60, "yes": 20}, pell={"yes": 40, "no": 40})
    value = np.r_[np.arange(60.0), np.full(20, 7.0)]
    found = collapsed(who, sizes=[everyone(who)], varied=[value], minimum=10)
    assert list(found) == ["pell"]
    assert set(found["pell"]) == {"yes", "no"}
