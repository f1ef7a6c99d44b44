import numpy as np

from onward.policy.groups import Groups

LABELS = {"gender": np.array(["w", "w", "w", "m", "m", "unknown", "unknown"]), "pell": np.array(list("yyyyynn"))}


def binding(smallest=2, unjudged=("unknown",)):
    return {name: names for name, _, names in Groups(LABELS, frozenset(unjudged), smallest).binding()}


def test_groups_large_enough_bind():
    assert binding() == {"gender": ["m", "w"], "pell": ["n", "y"]}


def test_a_group_of_exactly_the_smallest_size_binds():
    assert binding(smallest=3) == {"gender": ["w"], "pell": ["y"]}


def test_a_group_that_says_nothing_of_identity_does_not_bind():
    assert "unknown" in binding(unjudged=())["gender"]
    assert "unknown" not in binding()["gender"]


def test_an_attribute_none_of_whose_groups_binds_is_still_named():
    assert binding(smallest=100) == {"gender": [], "pell": []}


def test_the_labels_come_with_each_attribute():
    found = [label.tolist() for _, label, _ in Groups(LABELS, frozenset(), 1).binding()]
    assert found == [label.tolist() for label in LABELS.values()]


def test_members_are_marked_in_the_order_that_was_asked():
    found = Groups(LABELS, frozenset(), 2).members({"pell": ["n"], "gender": ["w", "m"]})
    assert found.T.tolist() == [[0, 0, 0, 0, 0, 1, 1], [1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 0, 0]]


def test_a_group_that_nobody_is_in_has_no_members():
    assert not Groups(LABELS, frozenset(), 2).members({"gender": ["nobody"]}).any()
