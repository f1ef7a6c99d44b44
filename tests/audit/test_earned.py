import numpy as np
import pandas as pd
import pytest

from onward.audit.earned import LENGTHS, earned
from onward.audit.groups import GENDER
from onward.data.tables import LEVELS, RUNGS
from onward.errors import DataError

LEVEL = {"badge": "20", "certificate": "2", "associate": "3", "bachelor": "5"}


@pytest.fixture
def credentials():
    return pd.DataFrame(
        {
            "credential_id": list(LEVEL),
            "name": list(LEVEL),
            "kind": "Certificate",
            "award_level": list(LEVEL.values()),
            "cip": "480508",
            "weeks": 30,
        }
    )


@pytest.fixture
def values():
    return pd.DataFrame(
        {
            "credential_id": ["badge", "associate", "bachelor", "elsewhere"],
            "median_earnings": [37_000, 44_000, 58_000, 99_000],
            "benchmark_earnings": 36_000,
            "basis": "published",
        }
    )


@pytest.fixture
def who():
    return pd.DataFrame({GENDER: ["woman", "man", "woman"]}, index=["ana", "ben", "cleo"])


def awards(*rows, **more):
    """Awards from (learner, credential, date)."""
    return pd.DataFrame(rows, columns=["learner_id", "credential_id", "awarded_on"]).assign(**more)


def named(found, name):
    return next(population for population in found.populations if population.name == name)


def test_every_award_level_has_one_length_and_longer_ones_stack_higher():
    assert sorted(level for levels in LENGTHS.values() for level in levels) == sorted(LEVELS)
    assert max(RUNGS[level] for level in LENGTHS["short"]) < min(RUNGS[level] for level in LENGTHS["middle"])
    assert max(RUNGS[level] for level in LENGTHS["middle"]) < min(RUNGS[level] for level in LENGTHS["long"])


def test_each_year_has_those_who_earned_anything_in_it(credentials, who):
    given = awards(("ana", "badge", "2022-05-01"), ("ben", "associate", "2021-12-31"), ("cleo", "badge", "2021-01-01"))
    found = earned(given, credentials, who)
    assert [(part.name, part.learners) for part in found.populations] == [("awards 2021", 2), ("awards 2022", 1)]
    first = found.populations[0]
    assert first.who[GENDER].tolist() == ["man", "woman"]
    assert first.figures.to_dict("list") == {"short": [0.0, 1.0], "middle": [0.0, 0.0], "long": [1.0, 0.0]}


def test_a_learner_counts_once_a_year_and_in_every_length_they_earned(credentials, values, who):
    given = awards(
        *(("ana", "badge", "2021-02-01"), ("ana", "badge", "2021-03-01"), ("ana", "associate", "2021-06-01")),
        ("ben", "certificate", "2021-06-01"),
    )
    found = named(earned(given, credentials, who, values=values), "awards 2021")
    assert found.learners == 2
    assert found.figures.loc[0].to_dict() == {
        "short": 1.0,
        "middle": 0.0,
        "long": 1.0,
        "value": pytest.approx((1_000 + 1_000 + 8_000) / 3),
    }


def test_a_value_that_is_not_known_is_missing_and_not_0(credentials, values, who):
    given = awards(("ana", "certificate", "2021-02-01"), ("ben", "certificate", "2021-02-01"))
    given = pd.concat([given, awards(("ben", "bachelor", "2021-06-01"))])
    figures = named(earned(given, credentials, who, values=values), "awards 2021").figures
    assert np.isnan(figures["value"][0])
    assert figures["value"][1] == 22_000


def test_the_bounds_of_value_can_be_read_off_the_catalogue(credentials, values, who):
    found = earned(awards(("ana", "associate", "2021-02-01")), credentials, who, values=values)
    assert found.populations[0].bounds == {
        "short": (0.0, 1.0),
        "middle": (0.0, 1.0),
        "long": (0.0, 1.0),
        "value": (1_000.0, 22_000.0),
    }


def test_without_values_value_is_no_measure(credentials, values, who):
    given = awards(("ana", "associate", "2021-02-01"))
    for absent in (None, values.head(0), values.tail(1)):
        found = earned(given, credentials, who, values=absent)
        assert found.populations[0].figures.columns.tolist() == ["short", "middle", "long"]


def test_a_row_counts_as_many_learners_as_it_stands_for(credentials, values, who):
    given = awards(
        *(("ana", "badge", "2021-06-30"), ("ana", "associate", "2021-06-30"), ("ben", "badge", "2021-06-30")),
        count=[120, 40, 30],
    )
    found = named(earned(given, credentials, who, values=values), "awards 2021")
    assert (found.learners, found.count.tolist()) == (190, [120, 40, 30])
    women = (found.who[GENDER] == "woman").to_numpy()
    assert np.average(found.figures["short"][women], weights=found.count[women]) == 0.75
    assert np.average(found.figures["value"][women], weights=found.count[women]) == (120 * 1_000 + 40 * 8_000) / 160


def test_a_missing_count_is_one_learner(credentials, who):
    given = awards(("ana", "badge", "2021-06-30"), ("ben", "badge", "2021-06-30"), count=pd.array([None, 3], "Int64"))
    assert earned(given, credentials, who).populations[0].count.tolist() == [1, 3]


def test_awards_of_credentials_that_the_catalogue_lacks_are_left_out_and_counted(credentials, who):
    given = awards(("ana", "badge", "2021-06-30"), ("ben", "foreign", "2021-06-30"), ("cleo", "old", "2020-06-30"))
    found = earned(given, credentials, who)
    assert (found.absent, [part.learners for part in found.populations]) == (2, [1])
    assert earned(given.assign(count=[1, 25, 2]), credentials, who).absent == 27
    nothing = earned(given.iloc[1:], credentials, who)
    assert (nothing.populations, nothing.absent) == ((), 2)


@pytest.mark.parametrize("given", [None, pd.DataFrame()])
def test_no_awards_are_not_evaluated(given, credentials, who):
    assert earned(given, credentials, who) is None


@pytest.mark.parametrize("name", ["learner_id", "credential_id", "awarded_on"])
def test_an_award_of_nobody_of_nothing_or_of_no_day_is_refused(name, credentials, who):
    given = awards(("ana", "badge", "2021-06-30"))
    with pytest.raises(DataError, match=rf"column {name} of awards is missing in 1 row\(s\)"):
        earned(given.assign(**{name: None}), credentials, who)
    with pytest.raises(DataError, match=rf"awards lacks the column\(s\) {name}; add them"):
        earned(given.drop(columns=name), credentials, who)


def test_a_row_that_stands_for_nobody_is_refused(credentials, who):
    with pytest.raises(DataError, match=r"column count of awards is below 1 in 1 row\(s\); leave these rows out"):
        earned(awards(("ana", "badge", "2021-06-30"), count=0), credentials, who)


def test_an_award_level_without_a_length_is_refused(credentials, who):
    with pytest.raises(DataError, match="column award_level of credentials holds 99; use one of 1, 17"):
        earned(awards(("ana", "badge", "2021-06-30")), credentials.assign(award_level="99"), who)


def test_a_credential_with_two_entries_or_two_values_is_refused(credentials, values, who):
    given = awards(("ana", "badge", "2021-06-30"))
    with pytest.raises(DataError, match="table credentials holds a credential twice; keep one row for each"):
        earned(given, pd.concat([credentials, credentials]), who)
    with pytest.raises(DataError, match="table values holds a credential twice; keep one row for each"):
        earned(given, credentials, who, values=pd.concat([values, values]))


def test_a_learner_without_groups_is_refused_without_being_named(credentials, who):
    with pytest.raises(DataError, match=r"who lacks 1 learner\(s\) of awards") as refusal:
        earned(awards(("zoe", "badge", "2021-06-30")), credentials, who)
    assert "zoe" not in str(refusal.value)


def test_a_canonical_awards_table_is_read_as_it_is(credentials, who):
    given = awards(("ana", "badge", "2021-06-30"), issuer="state college system")
    given["awarded_on"] = given["awarded_on"].astype("datetime64[us]")
    assert earned(given, credentials, who).populations[0].figures["short"].tolist() == [1.0]
