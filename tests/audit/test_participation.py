import pandas as pd
import pytest

from onward.audit.groups import GENDER, INTERSECTION, RACE, groups
from onward.audit.participation import (
    EITHER,
    MINORITISED_BY_GENDER,
    PARTNER,
    STAGES,
    STEPS,
    WORK_BASED,
    groups_of,
    minoritised_by_gender,
    participation,
)
from onward.data.tables import GENDERS, OFFERS, RACES
from onward.errors import DataError

LEARNERS = ["ana", "ben", "cleo", "dan"]


@pytest.fixture
def credentials():
    return pd.DataFrame(
        {
            "credential_id": ["work", "partner", "both", "neither"],
            "name": "a name",
            "kind": "Certificate",
            "award_level": "21",
            "cip": "480508",
            "weeks": 30,
            "work_based": [True, None, True, False],
            "partners": [None, "hospital", "plant|council", " "],
        }
    )


@pytest.fixture
def who():
    people = pd.DataFrame(
        {
            "learner_id": LEARNERS,
            "race_ethnicity": ["black", "hispanic|white", "white", None],
            "gender": ["woman", "man", "man", None],
        }
    )
    return groups(people, learners=pd.Index(LEARNERS, name="learner_id"), attributes=(RACE, GENDER))


def steps(*rows):
    """Offers from (learner, credential, stage)."""
    learner, credential, stage = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "learner_id": learner,
            "credential_id": credential,
            "stage": stage,
            "channel": "email",
            "on_date": "2024-05-01",
        }
    )


def named(found, name):
    return next(population for population in found.populations if population.name == name)


def test_a_learner_counts_as_eligible_with_any_step_and_in_each_later_step_on_record(credentials, who):
    offers = steps(("ana", "work", "eligible"), ("ben", "work", "contacted"), ("ben", "work", "enrolled"))
    found = named(participation(offers, credentials, who), EITHER)
    assert found.learners == 2
    assert found.figures.to_dict("list") == {
        "contacted": [0.0, 1.0],
        "applied": [0.0, 0.0],
        "offered": [0.0, 0.0],
        "enrolled": [0.0, 1.0],
    }


def test_a_learner_eligible_for_several_programmes_counts_once(credentials, who):
    offers = steps(
        *(("cleo", "work", "contacted"), ("cleo", "partner", "applied"), ("cleo", "both", "contacted")),
        ("ana", "partner", "eligible"),
    )
    found = named(participation(offers, credentials, who), EITHER)
    assert found.learners == 2
    assert found.figures.loc[1, ["contacted", "applied", "offered"]].tolist() == [1.0, 1.0, 0.0]
    assert found.who["gender"].tolist() == ["woman", "man"]


def test_each_kind_of_programme_has_those_who_were_eligible_for_it(credentials, who):
    offers = steps(("ana", "work", "contacted"), ("ben", "partner", "contacted"), ("cleo", "both", "applied"))
    found = participation(offers, credentials, who)
    assert {part.name: part.learners for part in found.populations} == {EITHER: 3, WORK_BASED: 2, PARTNER: 2}
    assert named(found, PARTNER).figures["applied"].tolist() == [0.0, 1.0]


def test_a_kind_that_nobody_was_eligible_for_is_left_out(credentials, who):
    found = participation(steps(("ana", "partner", "contacted")), credentials, who)
    assert [part.name for part in found.populations] == [EITHER, PARTNER]


def test_an_experience_is_work_based(credentials, who):
    offers = steps(("ana", None, "contacted")).assign(experience="internship")
    assert [part.name for part in participation(offers, credentials, who).populations] == [EITHER, WORK_BASED]


def test_outreach_for_other_credentials_is_set_aside_and_counted(credentials, who):
    offers = steps(("ana", "neither", "contacted"), ("ben", "neither", "applied"), ("ana", "work", "eligible"))
    found = participation(offers, credentials, who)
    assert (found.other_rows, named(found, EITHER).learners) == (2, 1)


@pytest.mark.parametrize("offers", [None, pd.DataFrame()])
def test_no_offers_are_not_evaluated(offers, credentials, who):
    assert participation(offers, credentials, who) is None


def test_offers_of_no_such_programme_are_not_evaluated(credentials, who):
    assert participation(steps(("ana", "neither", "contacted")), credentials, who) is None


def test_the_stages_are_those_of_the_table():
    assert OFFERS.column("stage").values == STAGES
    assert STAGES[1:] == STEPS


def test_men_of_racially_minoritised_groups_can_be_read(credentials, who):
    offers = steps(*((learner, "work", "contacted") for learner in LEARNERS), ("ben", "work", "enrolled"))
    found = named(participation(offers, credentials, who), EITHER)
    assert found.who[MINORITISED_BY_GENDER].tolist() == [
        "minoritised:woman",
        "minoritised:man",
        "white_or_asian:man",
        "unknown:unknown",
    ]
    assert INTERSECTION in found.who
    enrolled = found.figures["enrolled"].groupby(found.who[MINORITISED_BY_GENDER]).mean()
    assert (enrolled["minoritised:man"], enrolled["white_or_asian:man"]) == (1.0, 0.0)


def test_without_race_there_is_no_such_group(credentials, who):
    found = participation(steps(("ana", "work", "contacted")), credentials, who[[GENDER]])
    assert found.populations[0].who.columns.tolist() == [GENDER]


@pytest.mark.parametrize("reporting", ["ipeds_1997", "spd15_2024"])
def test_every_race_and_gender_that_is_reported_has_its_place(reporting):
    pairs = [(race, gender) for race in (*RACES, "two_or_more") for gender in GENDERS]
    learners = pd.Index([f"p{i}" for i in range(len(pairs))])
    people = pd.DataFrame(pairs, columns=[RACE, GENDER]).assign(learner_id=learners)
    who = groups(people, learners=learners, attributes=(RACE, GENDER), reporting=reporting)
    found = minoritised_by_gender(who)
    assert set(found.str.partition(":")[0]) == {"minoritised", "white_or_asian", "unknown", "nonresident"}
    assert set(found.str.partition(":")[2]) == set(GENDERS)
    # the group is a sum of cells of the intersection, so that it can be masked with them
    assert (pd.crosstab(who[INTERSECTION], found) > 0).sum(axis=1).eq(1).all()


def test_a_race_without_a_place_is_refused():
    with pytest.raises(DataError, match="holds martian, which minoritised x gender does not place; build who with"):
        minoritised_by_gender(pd.DataFrame({RACE: ["martian"], GENDER: ["man"]}))


def test_an_unknown_stage_is_refused(credentials, who):
    with pytest.raises(DataError, match="column stage of offers holds hired; use one of eligible, contacted"):
        participation(steps(("ana", "work", "hired")), credentials, who)


def test_a_missing_stage_is_refused(credentials, who):
    with pytest.raises(DataError, match="column stage of offers holds nothing; use one of eligible"):
        participation(steps(("ana", "work", None)), credentials, who)


def test_a_step_with_nobody_is_refused(credentials, who):
    with pytest.raises(DataError, match=r"column learner_id of offers is missing in 1 row\(s\)"):
        participation(steps((None, "work", "contacted"), ("ana", "work", "contacted")), credentials, who)


def test_an_offer_of_nothing_is_refused(credentials, who):
    with pytest.raises(DataError, match=r"offers has 1 row\(s\) with neither credential_id nor experience"):
        participation(steps(("ana", None, "contacted")), credentials, who)


def test_a_credential_that_the_catalogue_lacks_is_refused_by_name(credentials, who):
    offers = steps(*(("ana", f"gone{i}", "contacted") for i in range(7)))
    with pytest.raises(DataError, match=r"lacks credential\(s\) gone0, .*gone4 and 2 more of offers; add them"):
        participation(offers, credentials, who)


def test_a_learner_without_groups_is_refused_without_being_named(credentials, who):
    with pytest.raises(DataError, match=r"who lacks 1 learner\(s\) of offers") as refusal:
        participation(steps(("ana", "work", "contacted")), credentials, who.drop(index="ana"))
    assert "ana" not in str(refusal.value)


def test_groups_given_twice_are_refused(who):
    with pytest.raises(DataError, match="who holds a learner twice; give one row for each"):
        groups_of(pd.concat([who, who]), pd.Series(["ana"]), table="offers")


def test_the_figures_are_shares_and_stand_beside_their_groups(credentials, who):
    offers = steps(*((learner, "both", stage) for learner in LEARNERS for stage in STAGES))
    for part in participation(offers, credentials, who).populations:
        assert part.bounds == dict.fromkeys(STEPS, (0.0, 1.0))
        assert part.who.index.equals(part.figures.index)
        assert part.count.tolist() == [1] * 4
