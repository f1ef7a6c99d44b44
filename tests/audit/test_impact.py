import numpy as np
import pandas as pd
import pytest

from onward.audit.impact import impact


def rows(**of):
    """Groups with their n and the share selected."""
    return pd.DataFrame([(group, *figures) for group, figures in of.items()], columns=["group", "n", "mean"])


def test_a_ratio_is_the_share_selected_over_the_highest():
    found = impact(rows(black=(300, 0.3), white=(500, 0.6), asian=(200, 0.45))).set_index("group")
    assert found["ratio"].to_dict() == pytest.approx({"black": 0.5, "white": 1.0, "asian": 0.75})
    assert found["share"].to_dict() == pytest.approx({"black": 0.3, "white": 0.5, "asian": 0.2})


def test_a_group_below_two_percent_is_shown_and_left_out_of_the_ratio():
    found = impact(rows(black=(500, 0.3), white=(481, 0.6), asian=(19, 0.9))).set_index("group")
    assert np.isnan(found.loc["asian", "ratio"])
    assert found.loc["asian", ["n", "mean", "share"]].tolist() == pytest.approx([19, 0.9, 0.019])
    assert found.loc["white", "ratio"] == 1.0


def test_a_group_of_just_two_percent_stands_in_the_ratio():
    assert impact(rows(white=(980, 0.6), asian=(20, 0.3)))["ratio"].tolist() == [1.0, 0.5]


@pytest.mark.parametrize("unjudged", ["unknown", "declined", "nonresident", "unknown:woman", "black:declined"])
def test_who_is_not_known_or_declined_is_left_out_of_the_ratio_and_sets_none(unjudged):
    found = impact(rows(**{"white": (500, 0.4), "black": (300, 0.2), unjudged: (200, 0.8)})).set_index("group")
    assert np.isnan(found.loc[unjudged, "ratio"])
    assert found.loc["black", "ratio"] == 0.5
    assert found.loc["black", "share"] == 0.3


def test_where_nobody_is_selected_there_is_no_ratio():
    assert impact(rows(white=(500, 0.0), black=(500, 0.0)))["ratio"].isna().all()


def test_every_column_that_came_stays_and_so_does_the_order():
    before = rows(white=(500, 0.4), black=(300, 0.2)).assign(source="onward", low=0.1, high=0.5)
    pd.testing.assert_frame_equal(impact(before)[before.columns], before)
