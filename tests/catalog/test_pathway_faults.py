import pandas as pd
import pytest

from onward.catalog.pathway_faults import fault_notes, pathway_faults
from onward.data.simulated_catalogue import made_up_catalogue

CREDENTIALS = pd.DataFrame({"credential_id": ["a", "b", "c", "d"], "credits": [6.0, 30.0, 60.0, None]})


def faults(*rows):
    edges = pd.DataFrame(rows, columns=["from_id", "to_id", "relation", "credits_recognised"])
    return pathway_faults(edges, CREDENTIALS)


def requires(first, then):
    return (first, then, "requires", None)


def counts(first, then, credits_):
    return (first, then, "recognised_for", credits_)


def test_sound_edges_have_no_fault():
    assert faults(requires("a", "b"), counts("a", "b", 6.0), counts("b", "c", 24.0), counts("a", "d", 3.0)) == []


def test_the_made_up_catalogue_has_no_fault():
    made = made_up_catalogue()
    assert pathway_faults(made.pathways, made.credentials) == []


def test_no_edges_have_no_fault():
    assert faults() == []


@pytest.mark.parametrize(
    ("rows", "kind", "words"),
    [
        ([requires("a", "b"), requires("b", "c"), requires("c", "a")], "cycle", "a, b, c require each other"),
        ([requires("a", "a")], "self", "a is required for a, which is the same"),
        ([requires("z", "b")], "missing end", "z is required for b, but z is not in the catalogue"),
        ([("y", "z", "leads_to", None)], "missing end", "y leads to z, but y and z are not in the catalogue"),
        ([counts("b", "a", 12.0)], "too many credits", "b is recognised for 12 credits in a, which has 6"),
        ([counts("a", "b", 3.0), counts("b", "a", 3.0)], "both ways", "a and b are recognised in each other"),
        ([requires("a", "b"), counts("a", "b", 30.0)], "nothing left", "recognised for all of its 30 credits"),
        ([requires("b", "a"), counts("a", "b", 3.0)], "disagree", "a is recognised in b, but requires it"),
        ([counts("a", "b", 3.0), counts("a", "b", 4.0)], "disagree", "a is recognised in b for different numbers"),
        ([("a", "b", "leads_to", 3.0)], "disagree", "a leads to b with a number of credits"),
        ([counts("a", "b", None)], "no credits", "a is recognised in b, but for no number of credits"),
        ([counts("a", "b", 0.0)], "no credits", "so it counts for none"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_a_fault_is_told_with_the_credentials_it_concerns(rows, kind, words):
    found = faults(*rows)
    assert [fault.kind for fault in found] == [kind]
    assert words in str(found[0])


def test_each_circle_is_told_once_and_apart():
    found = faults(requires("a", "b"), requires("b", "a"), requires("c", "d"), requires("d", "c"), requires("a", "c"))
    assert [str(fault)[:4] for fault in found] == ["a, b", "c, d"]


def test_faults_come_in_the_same_order_whatever_that_of_the_rows():
    rows = [requires("z", "b"), counts("b", "a", 12.0), counts("a", "b", 0.0), requires("c", "c")]
    assert faults(*rows) == faults(*rows[::-1])


def test_of_a_long_circle_a_few_are_named():
    ids = [f"c{number:02d}" for number in range(12)]
    edges = pd.DataFrame(
        {"from_id": ids, "to_id": [*ids[1:], ids[0]], "relation": "requires", "credits_recognised": None}
    )
    (found,) = pathway_faults(edges, pd.DataFrame({"credential_id": ids, "credits": 1.0}))
    assert "c07 and 4 more require each other" in str(found)


def test_a_run_notes_the_first_faults_and_counts_the_rest():
    edges = pd.DataFrame({"from_id": [f"z{n:02d}" for n in range(13)], "to_id": "b", "relation": "leads_to"})
    notes = fault_notes(edges.assign(credits_recognised=None), CREDENTIALS)
    assert len(notes) == 11
    assert notes[0].startswith("pathways: z00 leads to b, but z00 is not in the catalogue")
    assert notes[-1] == "pathways: 3 more faults; run onward check for all of them"


def test_sound_edges_leave_no_note():
    made = made_up_catalogue()
    assert fault_notes(made.pathways, made.credentials) == ()
