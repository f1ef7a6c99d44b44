import numpy as np
import pandas as pd

from onward.catalog.pathways import Pathways

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
