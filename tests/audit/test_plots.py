import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from onward.audit.plots import STYLES, as_image, gap_plot, reliability_plot, years_plot


def gap_rows(groups, sources=("history", "onward"), **changes):
    row = {"gap": -400.0, "low90": -900.0, "high90": 100.0, "low": -1_100.0, "high": 300.0}
    return pd.DataFrame([{"source": s, "group": g} | row | changes for g in groups for s in sources])


def names(*sources):
    return {name: name.title() for name in sources}


def height(svg):
    return float(re.search(r'height="([\d.]+)pt"', svg)[1])


@pytest.fixture
def gaps():
    return gap_plot(gap_rows(["woman", "man"]), names=names("history", "onward"), limit=1_000.0)


def test_the_same_gaps_give_the_same_picture(gaps):
    assert gaps == gap_plot(gap_rows(["woman", "man"]), names=names("history", "onward"), limit=1_000.0)


def test_a_picture_holds_no_date_and_asks_for_nothing(gaps):
    ET.fromstring(gaps)  # noqa: S314 - a picture of our own
    assert "dc:date" not in gaps
    assert "<script" not in gaps
    assert as_image(gaps).startswith("data:image/svg+xml;base64,")


def test_the_source_that_is_judged_looks_the_same_however_many_stand_beside_it():
    judged = STYLES[2][1]
    for sources in (("onward",), ("history", "onward"), ("history", "imitation", "onward")):
        svg = gap_plot(gap_rows(["woman"], sources), names=names(*sources), limit=1_000.0)
        assert judged in svg


def test_many_groups_and_sources_keep_their_distance():
    groups = [f"group {place}" for place in range(24)]
    few = gap_plot(gap_rows(["woman"], ("a", "b", "c")), names=names("a", "b", "c"), limit=1_000.0)
    many = gap_plot(gap_rows(groups, ("a", "b", "c")), names=names("a", "b", "c"), limit=1_000.0)
    assert height(many) - height(few) > 23 * 0.5 * 72


def test_one_wide_interval_does_not_squeeze_all_others():
    rows = gap_rows(["woman", "man", "unknown"], ("onward",))
    rows.loc[2, ["low", "low90", "high90", "high"]] = [-90_000.0, -70_000.0, 70_000.0, 90_000.0]
    assert "90,000" not in gap_plot(rows, names=names("onward"), limit=1_000.0)


def test_a_source_without_figures_is_left_out_of_the_picture():
    rows = gap_rows(["woman"], ("onward",))
    svg = gap_plot(rows, names=names("history", "onward"), limit=1_000.0)
    both = gap_plot(gap_rows(["woman"], ("history", "onward")), names=names("history", "onward"), limit=1_000.0)
    # Each source that is drawn has two lines, of either interval.
    assert [picture.count('id="LineCollection_') for picture in (svg, both)] == [2, 4]


def test_reliability_has_a_panel_for_each_group():
    rows = pd.DataFrame(
        {"group": ["woman", "man"] * 2, "shown": [0.3, 0.4, 0.7, 0.8], "happened": [0.2, 0.4, 0.8, 0.8]}
    ).assign(low=lambda of: of["happened"] - 0.1, high=lambda of: of["happened"] + 0.1)
    svg = reliability_plot(rows)
    assert svg == reliability_plot(rows)
    assert len(re.findall('id="axes_', svg)) == 2


def test_years_are_drawn_with_a_panel_for_each_group_and_gaps_where_figures_are_missing():
    rows = pd.DataFrame(
        {
            "group": ["asian"] * 3 + ["native_hawaiian_or_pacific_islander"] * 3,
            "year": [2021, 2022, 2023] * 2,
            "short": [0.5, None, 0.4, 0.6, 0.6, 0.7],
            "middle": 0.1,
            "long": 0.3,
        }
    )
    svg = years_plot(rows, names={"short": "Short", "middle": "Middle", "long": "Long"})
    assert len(re.findall('id="axes_', svg)) == 2
    ET.fromstring(svg)  # noqa: S314 - a picture of our own
