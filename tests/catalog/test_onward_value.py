"""What going on returns, against results by hand, and that nothing later is read."""

import pandas as pd
import pytest

from onward.catalog.onward_value import PRIOR, onward_value

VALUE = pd.Series({"aide": 1_000.0, "nurse": 21_000.0, "degree": 31_000.0, "end": 5_000.0})
EDGES = pd.DataFrame([("aide", "nurse"), ("aide", "degree"), ("nurse", "degree")], columns=["from_id", "to_id"]).assign(
    relation="leads_to"
)
BEGAN = pd.Timestamp("2018-01-01")
YEAR = pd.Timedelta(days=365.25)


def awards(*rows):
    frame = pd.DataFrame(rows, columns=["learner_id", "credential_id", "years"])
    return frame.assign(awarded_on=BEGAN + frame["years"] * YEAR).drop(columns="years")


def twenty(*further):
    """Twenty learners with the first award on one day, and what some of them earned after."""
    return awards(*((f"s{place}", "aide", 0) for place in range(20)), *further)


def measured(given, **changes):
    rules = {"known_before": BEGAN + 5 * YEAR, "window_years": 3.0, "discount_rate": 0.0, "fewest": 10}
    return onward_value(VALUE, EDGES, given, **rules | changes)


def test_the_share_is_moved_toward_the_usual_one_and_returns_what_lies_beyond():
    found = measured(twenty(("s0", "nurse", 1), ("s1", "nurse", 1), ("s2", "degree", 2)))
    # 3 of 22 completers with a way on went on (20 aides, 2 nurses whose windows closed), aides in two ways.
    usual = 3 / 22
    to_nurse, to_degree = ((k + PRIOR * usual / 2) / (20 + PRIOR) for k in (2, 1))
    assert found.loc["aide", "goes_on"] == round(to_nurse + to_degree, 3)
    assert found.loc["aide", "onward_value"] == pytest.approx(to_nurse * 20_000 + to_degree * 30_000, abs=0.01)
    assert found.loc["aide", "n"] == 20


def test_years_between_are_discounted():
    plain, discounted = (
        measured(twenty(("s0", "nurse", 2)), discount_rate=rate).loc["aide", "onward_value"] for rate in (0.0, 0.1)
    )
    assert discounted == pytest.approx(plain / 1.1**2, abs=0.01)


def test_whoever_went_on_to_several_counts_once_for_what_returned_most():
    both = measured(twenty(("s0", "nurse", 1), ("s0", "degree", 2)))
    one = measured(twenty(("s0", "degree", 2)))
    assert both.loc["aide", "goes_on"] < 2 * one.loc["aide", "goes_on"]
    usual = 2 / 21  # the aide who went on, and the same learner as a nurse who did
    to_nurse, to_degree = ((k + PRIOR * usual / 2) / (20 + PRIOR) for k in (0, 1))
    assert both.loc["aide", "onward_value"] == pytest.approx(to_nurse * 20_000 + to_degree * 30_000, abs=0.01)


def test_a_later_award_never_changes_anything():
    given = twenty(("s0", "nurse", 1))
    later = pd.concat([given, awards(("s1", "nurse", 5), ("s2", "degree", 6), ("s9", "aide", 5))])
    pd.testing.assert_frame_equal(measured(given), measured(later))


def test_learners_whose_window_has_not_closed_are_left_out():
    young = [(f"y{place}", "aide", 2.5) for place in range(30)]
    assert measured(twenty(*young)).loc["aide", "n"] == 20


def test_going_on_after_the_window_or_before_the_award_does_not_count():
    late, early = measured(twenty(("s0", "nurse", 3.5))), measured(twenty(("s0", "nurse", -1)))
    assert late.loc["aide", "goes_on"] == 0
    assert early.loc["aide", "goes_on"] == 0


def test_fewer_completers_than_may_be_told_are_missing_and_an_end_returns_nothing():
    found = measured(twenty(("s0", "nurse", 1)))
    assert found.loc["nurse", ["goes_on", "onward_value"]].isna().all()
    assert found.loc["end", ["goes_on", "onward_value"]].tolist() == [0, 0]


def test_going_on_to_what_returns_less_adds_nothing():
    down = pd.DataFrame({"from_id": ["degree"], "to_id": ["end"]})
    given = awards(*((f"s{place}", "degree", 0) for place in range(20)), *((f"s{p}", "end", 1) for p in range(20)))
    found = onward_value(
        VALUE, down, given, known_before=BEGAN + 5 * YEAR, window_years=3.0, discount_rate=0.0, fewest=10
    )
    assert found.loc["degree"].tolist() == [1.0, 0.0, 20.0]


def test_two_relations_between_a_pair_count_once():
    doubled = pd.concat([EDGES, EDGES.assign(relation="requires")])
    given = twenty(("s0", "nurse", 1))
    rules = {"known_before": BEGAN + 5 * YEAR, "window_years": 3.0, "discount_rate": 0.0, "fewest": 10}
    pd.testing.assert_frame_equal(onward_value(VALUE, doubled, given, **rules), measured(given))


def test_an_edge_out_of_the_catalogue_and_no_awards_at_all_are_nothing():
    stray = pd.DataFrame({"from_id": ["aide"], "to_id": ["elsewhere"]})
    given = awards(("s0", "aide", 0)).iloc[:0]
    rules = {"known_before": BEGAN, "window_years": 3.0, "discount_rate": 0.0, "fewest": 10}
    assert (onward_value(VALUE, stray, given, **rules) == 0).all(axis=None)


def test_the_order_of_rows_does_not_matter():
    given = twenty(("s0", "nurse", 1), ("s1", "degree", 2), ("s0", "degree", 2.5))
    pd.testing.assert_frame_equal(measured(given), measured(given.sample(frac=1, random_state=1)))
