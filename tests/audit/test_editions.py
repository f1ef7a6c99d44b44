import numpy as np
import pandas as pd
import pytest

from onward.audit import AuditPlan, audit

PLAN = AuditPlan(attributes=("gender",))


@pytest.fixture
def alike(world):
    """The made world, in which twenty learners with a disability are all advised the same by everybody."""
    disabled = world["strata"]["learner_id"].head(20)
    rows = world["decisions"]
    same = rows["credential_id"].mask(rows["learner_id"].isin(disabled), "c07")
    people = world["demographics"]
    people = people.assign(disability=people["learner_id"].isin(disabled))
    return world | {"decisions": rows.assign(credential_id=same), "demographics": people}


def shown(found, **where):
    frame = found.cells[found.cells["population"] == "advice"]
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    return frame["mean"]


def test_a_small_group_that_is_all_alike_does_not_take_everyone_with_it(alike):
    found = audit(**alike, plan=PLAN)
    assert shown(found.restricted, attribute="disability", group="yes", measure="value").notna().all()
    assert shown(found.public, attribute="disability", group="yes").isna().all()
    assert shown(found.public, attribute="everyone", measure="value").notna().all()
    assert shown(found.public, attribute="gender", group="woman", measure="value").notna().all()


def test_what_is_put_together_is_listed_as_withheld_in_both_editions(alike):
    found = audit(**alike, plan=PLAN)
    for edition in (found.public, found.restricted):
        whole = edition.withheld[edition.withheld["measure"] == ""]
        rows = whole[whole["attribute"] == "disability"]
        assert set(rows["group"]) == {"yes", "unknown"}


def test_no_gap_and_no_ratio_of_a_withheld_group_is_public(alike):
    found = audit(**alike, plan=PLAN).public
    here = {"attribute": ["disability"], "group": ["yes"]}
    gaps, ratios = (frame[frame[list(here)].isin(here).all(axis=1)] for frame in (found.gaps, found.impact))
    assert gaps[["n", "gap", "low", "high", "covered"]].isna().all(axis=None)
    assert ratios[["n", "share", "mean", "ratio"]].isna().all(axis=None)


def test_a_release_notes_what_was_put_together_so_that_the_next_does_not_show_it_alone(alike):
    cells = audit(**alike, plan=PLAN).public.release["populations"]["advice"]["cells"]
    kept = [cell for cell in cells if cell["attribute"] == "disability" and cell["group"] == "yes"]
    assert kept == [{"attribute": "disability", "group": "yes", "n": None, "means": {}}]


def test_the_public_edition_holds_no_sheet_for_officers(editions):
    assert not editions.restricted.case_review.empty
    assert not editions.restricted.composition.empty
    for name in ("case_review", "value_drivers", "composition"):
        assert getattr(editions.public, name).empty


def test_shares_of_all_learners_do_not_change_with_what_is_withheld(editions):
    both = [
        one.impact.set_index(["source", "attribute", "group"])["share"]
        for one in (editions.public, editions.restricted)
    ]
    stays = both[0].notna()
    pd.testing.assert_series_equal(both[0][stays], both[1][stays])
    assert not stays.all()


def test_both_editions_give_the_same_verdict(editions):
    assert editions.public.verdict.status == editions.restricted.verdict.status
    assert np.isclose(editions.public.level, editions.restricted.level)
