import numpy as np
import pandas as pd

from onward.audit.linked import withheld_together
from onward.audit.persistence import FLAGGED, NEGATIVES, POSITIVES, SCORED, persistence
from onward.audit.suppression import withheld

GROUPS = {"woman": 400, "man": 300, "nonbinary_or_other": 60}


def scored():
    """Persistence of 760 learners, of whom only four nonbinary learners did not persist."""
    random = np.random.default_rng(3)
    who = pd.DataFrame({"gender": [name for name, n in GROUPS.items() for _ in range(n)]})
    who.index = [f"l{number}" for number in range(len(who))]
    few = (who["gender"] == "nonbinary_or_other").to_numpy()
    stopped = np.where(few, np.cumsum(few) <= 4, random.random(len(who)) < 0.4)
    shown = np.clip(0.7 - 0.3 * stopped + random.normal(0, 0.15, len(who)), 0.02, 0.98)
    scores = pd.DataFrame(
        {"learner_id": who.index, "as_of": "2024-09-01", "probability": shown, "outcome": ~stopped.astype(bool)}
    )
    return persistence(scores, who, capacity=250)


def hidden(mask, name, measure):
    return mask.hides(name, "gender", "nonbinary_or_other", measure)


def test_where_few_did_not_persist_alone_their_number_follows_from_the_other_tables():
    found = scored()
    apart = withheld(found.populations, minimum=10)
    assert hidden(apart, POSITIVES, "missed")
    assert not hidden(apart, SCORED, "persisted")


def test_what_is_withheld_of_those_who_did_not_persist_is_withheld_of_all_that_tells_it():
    mask = withheld_together(scored().populations, minimum=10)
    tables = {SCORED: "persisted", POSITIVES: "missed", NEGATIVES: "flagged_wrongly", FLAGGED: "needed"}
    assert all(hidden(mask, name, measure) for name, measure in tables.items())
    assert hidden(mask, SCORED, "flagged")


def test_the_number_scored_and_what_was_shown_stay():
    mask = withheld_together(scored().populations, minimum=10)
    assert not hidden(mask, SCORED, None)
    assert not hidden(mask, SCORED, "shown")


def test_a_group_that_is_small_in_one_fifth_is_withheld_in_all_fifths():
    found = scored()
    mask = withheld_together((*found.populations, *found.fifths), minimum=10)
    in_fifths = {part.name: mask.hides(part.name, "gender", "nonbinary_or_other") for part in found.fifths}
    assert all(in_fifths.values())
