"""What each source advises on locked decisions, within the limits that learners set and without them."""

import numpy as np
import pandas as pd
import pytest

from onward.audit import audit
from onward.audit.sections import levels
from onward.audit.tables_of_report import LookUp
from onward.data.tables import LIMITS, conform
from onward.history.decision_points import positions
from onward.history.views import LearnerView
from onward.policy.bounds import Bounds
from onward.policy.ranking import NONE
from onward.release.histories import Histories, in_part, latest_per_learner
from onward.release.judge import judge
from onward.release.plans import plan_of_run

WITHIN = ("onward", "unconstrained", "stretch")


@pytest.fixture(scope="module")
def locked(histories):
    return latest_per_learner(in_part(histories.starts, "test"))


@pytest.fixture(scope="module")
def limits(locked):
    """Every third learner sets limits; those of one in thirty leave nothing."""
    ids = locked["learner_id"].to_numpy(object)[::3]
    weeks = np.where(np.arange(len(ids)) % 10 == 0, 0.5, 40.0)
    frame = pd.DataFrame({"learner_id": ids, "max_weeks": weeks, "max_cost": 6_000.0})
    return conform(frame.sample(frac=1.0, random_state=0), LIMITS)


@pytest.fixture(scope="module")
def limited(locked, histories, fitted, settings, limits):
    return judge(
        locked, timeline=histories.timeline, adviser=fitted.adviser, opinion=None, k=settings.policy.k, limits=limits
    )


@pytest.fixture(scope="module")
def free(locked, histories, fitted, settings):
    return judge(locked, timeline=histories.timeline, adviser=fitted.adviser, opinion=None, k=settings.policy.k)


def test_where_nobody_set_limits_no_source_is_without_them(free, locked, histories, fitted, settings):
    none = conform(pd.DataFrame({"learner_id": []}), LIMITS)
    again = judge(
        locked, timeline=histories.timeline, adviser=fitted.adviser, opinion=None, k=settings.policy.k, limits=none
    )
    assert "without_limits" not in free.choices
    assert again.decisions(fitted.adviser.catalogue.ids).equals(free.decisions(fitted.adviser.catalogue.ids))
    assert free.allowed.all()
    assert free.none_within_limits == 0


def test_nothing_that_is_advised_goes_beyond_a_limit(limited, histories, fitted, limits):
    view = LearnerView(histories.timeline, positions(limited.points, histories.timeline), fitted.adviser.catalogue)
    allowed = Bounds.of_table(limits, limited.points["learner_id"]).allow(view)
    assert (allowed == limited.allowed).all()
    assert not allowed.all()
    for source in WITHIN:
        row, rank = np.nonzero(limited.choices[source] != NONE)
        assert allowed[row, limited.choices[source][row, rank]].all()


def test_without_limits_is_what_would_be_advised_otherwise(limited, free):
    kept = free.points["learner_id"].isin(limited.points["learner_id"]).to_numpy()
    assert (limited.choices["without_limits"] == free.choices["onward"][kept]).all()
    first = [limited.choices[source][:, 0] for source in ("onward", "without_limits")]
    moved = first[0] != first[1]
    assert 0.05 < moved.mean() < 0.5
    assert not limited.allowed[np.flatnonzero(moved), first[1][moved]].any()


def test_learners_who_set_no_limit_are_advised_as_before(limited, free, limits):
    unlimited = limited.points["learner_id"][~limited.points["learner_id"].isin(limits["learner_id"])]
    of = [judged.points["learner_id"].isin(unlimited).to_numpy() for judged in (limited, free)]
    for source in WITHIN:
        assert (limited.choices[source][of[0]] == free.choices[source][of[1]]).all()


def test_who_is_left_nothing_by_their_own_limits_is_left_out_and_counted(limited, free, limits):
    nothing = limits.loc[limits["max_weeks"] < 1, "learner_id"]
    assert not limited.points["learner_id"].isin(nothing).any()
    assert limited.none_within_limits == len(free.points) - len(limited.points)
    assert limited.none_within_limits >= free.points["learner_id"].isin(nothing).sum() > 0


def test_history_and_what_lies_open_know_of_no_limits(limited, free):
    kept = free.points["learner_id"].isin(limited.points["learner_id"]).to_numpy()
    assert (limited.prospects.open_to == free.prospects.open_to[kept]).all()
    for source in ("history", "imitation"):
        assert (limited.choices[source] == free.choices[source][kept]).all()


def test_the_order_of_the_limits_rows_changes_nothing(limited, locked, histories, fitted, settings, limits):
    turned = judge(
        locked,
        timeline=histories.timeline,
        adviser=fitted.adviser,
        opinion=None,
        k=settings.policy.k,
        limits=limits.iloc[::-1],
    )
    ids = fitted.adviser.catalogue.ids
    assert turned.decisions(ids).equals(limited.decisions(ids))


def test_decisions_hold_a_row_for_each_source_and_rank(limited, fitted):
    decisions = limited.decisions(fitted.adviser.catalogue.ids)
    assert set(decisions["source"]) == {"history", "imitation", *WITHIN, "without_limits"}
    assert limited.strata()["learner_id"].is_unique


def test_what_a_college_recognises_at_most_comes_from_the_settings(small, settings):
    policy = settings.policy.model_copy(update={"recognised_cap": 0.5})
    stricter = Histories.of(small.tables, settings.model_copy(update={"policy": policy}))
    assert stricter.catalogue.recognised_cap == 0.5


def test_the_audit_shows_what_limits_do_group_by_group(limited, small, fitted, settings):
    advised = limited.decisions(fitted.adviser.catalogue.ids)
    advised = advised[advised["source"].isin(["history", "onward", "without_limits"]) & (advised["rank"] == 1)]
    found = audit(
        advised,
        demographics=small.tables.demographics,
        values=small.tables.values,
        strata=limited.strata()[["learner_id", "stratum"]],
        plan=plan_of_run(settings, notes=()),
    ).public
    shown = found.cells[(found.cells["measure"] == "value") & (found.cells["attribute"] == "gender")]
    means = shown.pivot_table(index="group", columns="source", values="mean").dropna()
    assert len(means) >= 2
    assert (means["onward"] < means["without_limits"]).all()
    rows = [
        row[0]
        for part in levels(LookUp(found))
        for table in part.tables
        for block in table.blocks
        for row in block.rows
    ]
    assert rows.count("Onward less Without limits") >= len(means)
