import pandas as pd
import pytest

from onward.audit.groups import GENDER, INTERSECTION, LABELS, RACE, groups, ipeds_1997, label, stated_gender, subject
from onward.data.tables import GENDERS, RACES
from onward.errors import DataError


@pytest.mark.parametrize(
    ("selections", "reported"),
    [
        ("nonresident|hispanic|black", "nonresident"),
        ("black|hispanic", "hispanic"),
        ("asian|white", "two_or_more"),
        ("black", "black"),
        ("middle_eastern_or_north_african", "white"),
        ("middle_eastern_or_north_african|white", "white"),
        ("black|middle_eastern_or_north_african", "two_or_more"),
        ("unknown|asian", "asian"),
        ("unknown", "unknown"),
        ("", "unknown"),
    ],
)
def test_selections_are_reported_as_ipeds_does(selections, reported):
    assert ipeds_1997(selections) == reported


def test_a_selection_that_is_no_race_is_refused():
    with pytest.raises(DataError, match="holds martian; use american_indian"):
        ipeds_1997("martian|black")


def test_a_gender_that_is_not_a_listed_one_is_refused():
    with pytest.raises(DataError, match="column gender of demographics holds F; use one of woman"):
        stated_gender(pd.Series(["F"]))


def test_a_learner_without_demographics_is_unknown_and_not_dropped():
    people = pd.DataFrame({"learner_id": ["a"], "race_ethnicity": [None], "gender": ["woman"]})
    found = groups(people, learners=pd.Index(["a", "b"]), attributes=(RACE, GENDER))
    assert found[INTERSECTION].tolist() == ["unknown:woman", "unknown:unknown"]


def test_one_attribute_has_no_intersection():
    people = pd.DataFrame({"learner_id": ["a"], "race_ethnicity": ["black"], "gender": ["woman"]})
    assert list(groups(people, learners=pd.Index(["a"]), attributes=(GENDER,))) == [GENDER]


def test_every_group_that_can_be_reported_has_words():
    reported = {ipeds_1997(race) for race in RACES} | {"two_or_more"} | set(GENDERS)
    assert all(label(group) and subject(group) for group in reported)
    assert reported <= set(LABELS)
