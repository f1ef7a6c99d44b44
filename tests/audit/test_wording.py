from types import SimpleNamespace

import pytest

from onward.audit import AuditPlan, Finding, Valuation, audit
from onward.audit.wording import (
    bases,
    count,
    decided,
    dollars,
    ends,
    few,
    figure,
    needed,
    opening,
    publications,
    reasons,
    source_meaning,
    values_alone,
    watched,
    with_interval,
)

MINUS = "\N{MINUS SIGN}"


def cell(**changes):
    return SimpleNamespace(**({"n": 40, "mean": 0.03, "low": -0.02, "high": 0.08, "measure": "completion"} | changes))


@pytest.mark.parametrize(
    ("amount", "measure", "difference", "words"),
    [
        (-1_234.4, "value", False, f"{MINUS}$1,234"),
        (-0.3, "benefit", False, "$0"),
        (0.6213, "flagged", False, "62.1%"),
        (-0.031, "completion", True, f"{MINUS}3.1"),
        (-0.0001, "completion", True, "0.0"),
        (2.345, "level", False, "2.35"),
        (-12.04, "stacking", True, f"{MINUS}12.0"),
        (1_500.0, "value_change", True, "$1,500"),
    ],
)
def test_a_figure_is_written_in_the_unit_of_its_measure(amount, measure, difference, words):
    assert figure(amount, measure, difference=difference) == words


def test_the_interval_of_a_share_stays_between_nothing_and_all():
    assert with_interval(cell()) == "3.0% (0.0% to 8.0%)"
    assert ends(0.9, 1.2, "missed") == "90.0% to 100.0%"
    assert ends(-2.1, 2.2, "completion", difference=True) == f"{MINUS}100.0 to 100.0"
    assert ends(-2_000.0, 10.0, "value") == f"{MINUS}$2,000 to $10"


def test_an_interval_without_width_is_none():
    assert with_interval(cell(mean=0.0, low=0.0, high=0.0)) == "0.0% (no interval)"


def test_a_missing_figure_is_withheld_where_its_n_is_and_else_there_is_none():
    gone = float("nan")
    assert with_interval(cell(n=None, mean=gone)) == "withheld"
    assert with_interval(cell(n=0, mean=gone)) == "none"
    assert with_interval(None) == "none"


def test_counts_say_what_is_withheld():
    assert (count(1_234), count(None), few(1_234, minimum=10), few(None, minimum=10)) == (
        "1,234",
        "withheld",
        "1,234",
        "fewer than 10",
    )


@pytest.mark.parametrize(
    ("gap", "finding", "words"),
    [
        (-1_352.0, Finding("gender", "woman", "cannot_tell"), "more learners would more likely show it outside"),
        (-700.0, Finding("gender", "woman", "cannot_tell", 2_363), "about 2,363"),
        (-700.0, Finding("gender", "woman", "cannot_tell"), "not known: there is no interval"),
        (
            -700.0,
            Finding("gender", "woman", "cannot_tell", by_values=True),
            "better values would tell, not more learners",
        ),
        (
            -700.0,
            Finding("gender", "woman", "cannot_tell", 1_200),
            "enough for a true gap of zero; this estimate is near the limit",
        ),
        (None, Finding("gender", "woman", "cannot_tell", 2_363), "withheld"),
        (-100.0, Finding("gender", "woman", "inside"), ""),
    ],
)
def test_what_more_learners_would_tell(gap, finding, words):
    assert needed(finding, SimpleNamespace(n=1_500, gap=gap), limit=1_000) == words


def test_a_finding_names_the_interval_that_decides_it():
    assert decided("outside") == "\N{BLACK UP-POINTING TRIANGLE} outside by the 95% interval"


def test_a_source_nobody_knows_keeps_its_name():
    assert source_meaning("Acme") == "Acme"
    assert source_meaning("unconstrained").startswith("Without the constraint (")


def test_publications_of_many_entries_are_named_once():
    assert publications(("OEWS, cooks", "OEWS, guards", "Scorecard")) == "OEWS (2 entries); Scorecard"


def test_publications_that_differ_in_how_they_begin_are_joined_by_how_they_end():
    entries = tuple(f"Mean of {place} fields. Scorecard, release of June" for place in range(9))
    assert publications(entries) == "Scorecard, release of June (9 entries)"
    many = publications(tuple(f"List {place}" for place in range(9)))
    assert many.startswith("List 0; List 1; ")
    assert many.endswith("List 5; and 3 more, in column source of values")


def test_a_basis_that_is_not_known_is_not_explained_away():
    found = Valuation(2, 0, 0, 0, 0, {"guessed": 2}, ())
    assert bases(found) == [("guessed", "2 credentials: what the figure is, the table does not say")]


def test_dollars_have_a_true_minus():
    assert dollars(-5) == f"{MINUS}$5"


@pytest.fixture(scope="module")
def rough(made_world):
    """Values so rough that no number of learners would tell."""
    values = made_world["values"].assign(
        low=lambda rows: rows["median_earnings"] - 30_000, high=lambda rows: rows["median_earnings"] + 30_000
    )
    return audit(**(made_world | {"values": values}), plan=AuditPlan(limit=500.0, attributes=("gender",))).restricted


def test_where_values_alone_are_too_rough_the_box_says_so(rough):
    assert ("gender", "woman") in values_alone(rough)
    assert any("better values would tell, not more learners" in reason for reason in reasons(rough))


def test_a_watched_group_is_among_those_owed_a_case_review(rough):
    assert set(watched(rough)) <= set(rough.verdict.too_small)


def test_the_opening_names_the_gap_that_may_be_widest(rough):
    assert opening(rough).startswith("Among learners with the same preparation and goal, ")
    assert opening(rough).endswith("by the 95% interval). Our limit is $500.")


def test_what_learners_chose_is_not_called_advice(made_world):
    rows = made_world["decisions"]
    plan = AuditPlan(judged="history", compared_with="", attributes=("gender",))
    tables = made_world | {"decisions": rows[rows["source"] == "history"]}
    assert " came to credentials worth " in opening(audit(**tables, plan=plan).public)
