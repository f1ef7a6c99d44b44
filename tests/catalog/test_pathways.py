import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from onward.catalog.pathways import THOUSANDTHS, Pathways

IDS = pd.Index(["badge", "certificate", "degree"])


def edges(*rows):
    return pd.DataFrame(rows, columns=["from_id", "to_id", "relation", "credits_recognised"])


def test_a_requirement_is_read_from_the_side_that_requires():
    compiled = Pathways.compile(edges(("badge", "certificate", "requires", None)), IDS)
    assert np.argwhere(compiled.requires).tolist() == [[1, 0]]


def test_recognised_credits_stand_at_the_credential_they_count_toward():
    compiled = Pathways.compile(edges(("badge", "degree", "recognised_for", 6.0)), IDS)
    assert compiled.recognised[2, 0] == 6.0


def test_recognition_without_credits_counts_none():
    compiled = Pathways.compile(edges(("badge", "degree", "recognised_for", None)), IDS)
    assert compiled.recognised.sum() == 0.0


def test_credits_of_another_relation_are_not_recognised():
    compiled = Pathways.compile(edges(("badge", "degree", "leads_to", 6.0)), IDS)
    assert compiled.recognised.sum() == 0.0


def test_every_kind_of_edge_is_a_step():
    rows = [("badge", "certificate", "requires", None), ("badge", "degree", "recognised_for", 3.0)]
    compiled = Pathways.compile(edges(*rows, ("certificate", "degree", "leads_to", None)), IDS)
    assert np.argwhere(compiled.leads_to).tolist() == [[0, 1], [0, 2], [1, 2]]


def test_an_edge_to_a_credential_outside_the_catalogue_does_not_count():
    compiled = Pathways.compile(edges(("badge", "elsewhere", "leads_to", None)), IDS)
    assert not compiled.leads_to.any()


def test_a_dead_end_leads_nowhere():
    compiled = Pathways.compile(edges(("badge", "degree", "leads_to", None)), IDS)
    assert IDS[compiled.dead_ends].tolist() == ["certificate", "degree"]


def test_an_edge_to_itself_does_not_count():
    compiled = Pathways.compile(edges(("badge", "badge", "requires", None), ("badge", "badge", "leads_to", None)), IDS)
    assert not compiled.requires.any()
    assert compiled.dead_ends.all()


def credits_of(held, *rows, target="degree") -> float:
    compiled = Pathways.compile(edges(*((start, end, "recognised_for", n) for start, end, n in rows)), IDS)
    found = compiled.recognised_of(np.isin(IDS, held)[None, :])
    return float(found[0, IDS.get_loc(target)]) / THOUSANDTHS


BOTH = ["badge", "certificate"]
INSIDE = (("badge", "certificate", 6.0), ("certificate", "degree", 20.0))


def test_what_is_held_counts_for_what_its_edge_says():
    assert credits_of(["badge"], *INSIDE) == 0.0
    assert credits_of(["badge"], *INSIDE, target="certificate") == 6.0


def test_two_that_have_nothing_in_common_add_up():
    assert credits_of(BOTH, ("badge", "degree", 8.0), ("certificate", "degree", 20.0)) == 28.0


def test_what_came_through_another_held_credential_counts_once():
    assert credits_of(BOTH, *INSIDE, ("badge", "degree", 8.0)) == 22.0
    assert credits_of(BOTH, *INSIDE, ("badge", "degree", 5.0)) == 20.0


def test_what_is_not_held_takes_nothing_off():
    assert credits_of(["badge"], *INSIDE, ("badge", "degree", 8.0)) == 8.0


def test_no_more_is_taken_off_than_the_whole_brings():
    rows = (("badge", "certificate", 6.0), ("badge", "degree", 8.0), ("certificate", "degree", 2.0))
    assert credits_of(BOTH, *rows) == 8.0


def test_two_that_are_recognised_in_each_other_count_for_the_larger():
    rows = (("badge", "certificate", 9.0), ("certificate", "badge", 9.0), ("badge", "degree", 4.0))
    assert credits_of(BOTH, *rows, ("certificate", "degree", 7.0)) == 7.0


held_sets = st.lists(st.booleans(), min_size=5, max_size=5)
credit_tables = arrays(float, (5, 5), elements=st.sampled_from([0.0, 0.0, 3.0, 6.5, 12.0]))


@settings(max_examples=60, deadline=None)
@given(held_sets, credit_tables)
def test_what_counts_lies_between_the_most_of_one_and_the_sum_of_all(held, recognised):
    pathways = Pathways(np.zeros((5, 5), bool), recognised, recognised.T > 0)
    found = pathways.recognised_of(np.array([held]))[0] / THOUSANDTHS
    alone = recognised * np.array(held)
    assert (found >= alone.max(axis=1)).all()
    assert (found <= alone.sum(axis=1)).all()
