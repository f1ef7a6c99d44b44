"""Pictures of an audit: gaps by group and source, reliability, and what is earned by year. Drawn alike every time."""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil
from textwrap import fill

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from onward.audit.groups import label
from onward.audit.wording import dollars

# Shape and position tell sources apart; the colours only help, and keep 4.5:1 on white.
STYLES = (("s", "#5a5a5a"), ("^", "#8a4b08"), ("o", "#0b4f8a"), ("D", "#6a1b6a"), ("v", "#1d5c2e"))
LINES = (("s", ":"), ("^", "--"), ("o", "-"))
PITCH, BETWEEN = 0.17, 0.16
"""Inches a source takes in the picture of gaps, and inches between two groups."""
ACROSS = 4
"""Panels side by side in a picture of several."""
WIDTH = 9.2


@contextmanager
def _drawing() -> Iterator[None]:
    with mpl.rc_context({"svg.hashsalt": "onward", "svg.fonttype": "path", "font.size": 11, "axes.titlesize": 10}):
        yield


def _written(figure: Figure) -> str:
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()


def _draw_source(
    axes: Axes, rows: pd.DataFrame, at: npt.NDArray[np.float64], name: str, style: tuple[str, str]
) -> None:
    marker, colour = style
    axes.hlines(at, rows["low"], rows["high"], color=colour, linewidth=1.2)
    axes.hlines(at, rows["low90"], rows["high90"], color=colour, linewidth=3.2)
    axes.plot(rows["gap"], at, marker, color=colour, markersize=6, markeredgecolor="white", label=name)


def _frame(axes: Axes, groups: Sequence[str], limit: float) -> None:
    axes.axvspan(-limit, limit, color="#eef2f5", zorder=0)
    for edge in (-limit, limit):
        axes.axvline(edge, color="#444444", linewidth=1, linestyle="--", zorder=1)
    axes.axvline(0, color="#222222", linewidth=1, zorder=1)
    for place in range(1, len(groups)):
        axes.axhline(place - 0.5, color="#d5dade", linewidth=0.7, zorder=0)
    axes.set_yticks(range(len(groups)), [label(group) for group in groups])
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(lambda x, _: dollars(x))
    axes.set_xlabel("dollars a year: less than the others  |  more than the others")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)


def _within(rows: pd.DataFrame, limit: float) -> tuple[float, float]:
    """Return ends of the axis that show every estimate and most intervals: a single wide one must not squeeze all."""
    reach = np.abs(rows[["low", "high"]].to_numpy(float)).max(axis=1)
    widest = min(reach.max(), max(2.0 * float(np.median(reach)), 1.15 * float(rows["gap"].abs().max())))
    end = 1.05 * max(widest, 1.4 * limit)
    return -end, end


def gap_plot(rows: pd.DataFrame, *, names: Mapping[str, str], limit: float) -> str:
    """Return an SVG of the gaps in ``rows`` (source, group, gap and its intervals), a source per name.

    The thick line is the 90% interval, the thin one the 95% interval that holds for all judged gaps at once. An
    interval that leaves the picture goes on beyond its edge.
    """
    groups = list(dict.fromkeys(rows["group"]))
    order = pd.Series(range(len(groups)), index=groups)
    # The last is the one judged: it looks the same in every picture.
    styles = [*(STYLES[:2] + STYLES[3:])[: len(names) - 1], STYLES[2]]
    step = PITCH / (PITCH * len(names) + BETWEEN)
    with _drawing():
        figure = Figure(
            figsize=(WIDTH, 1.4 + len(groups) * (PITCH * len(names) + BETWEEN)), layout="constrained", dpi=72
        )
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        _frame(axes, groups, limit)
        axes.set_xlim(*_within(rows, limit))
        for place, (source, name) in enumerate(names.items()):
            shown = rows[rows["source"] == source]
            if len(shown):
                at = shown["group"].map(order).to_numpy(float) + (place - (len(names) - 1) / 2) * step
                _draw_source(axes, shown, at, name, styles[place])
        figure.legend(loc="outside upper left", ncols=min(len(names), 3), frameon=False)
        return _written(figure)


def _panels(groups: Sequence[str], height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel for each group, all with the same axes."""
    across = min(ACROSS, len(groups))
    down = ceil(len(groups) / across)
    figure = Figure(figsize=(WIDTH, 0.7 + height * down), layout="constrained", dpi=72)
    FigureCanvasSVG(figure)
    every = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel().tolist()
    for axes in every[len(groups) :]:
        axes.set_visible(False)
    for axes, group in zip(every, groups, strict=False):
        axes.set_title(fill(label(group), 24), loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    return figure, every[: len(groups)]


def reliability_plot(rows: pd.DataFrame) -> str:
    """Return an SVG with a panel per group of ``rows`` (group, shown, happened, low, high): on the line is as shown."""
    groups = list(dict.fromkeys(rows["group"]))
    with _drawing():
        figure, panels = _panels(groups, 2.1)
        for axes, group in zip(panels, groups, strict=True):
            of = rows[rows["group"] == group]
            axes.plot([0, 1], [0, 1], color="#444444", linewidth=1, linestyle="--")
            axes.vlines(of["shown"], of["low"], of["high"], color=STYLES[2][1], linewidth=1.4)
            axes.plot(of["shown"], of["happened"], "o", color=STYLES[2][1], markersize=5)
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1)
            axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
            axes.set_xticks([0, 0.5, 1])
        figure.supxlabel("probability of persisting that was shown", fontsize=11)
        figure.supylabel("share that persisted", fontsize=11)
        return _written(figure)


def years_plot(rows: pd.DataFrame, *, names: Mapping[str, str]) -> str:
    """Return an SVG with a panel per group of ``rows`` (group, year, a column for each of ``names``), a line each."""
    groups = list(dict.fromkeys(rows["group"]))
    with _drawing():
        figure, panels = _panels(groups, 1.9)
        for axes, group in zip(panels, groups, strict=True):
            of = rows[rows["group"] == group]
            for (column, name), (marker, line), (_, colour) in zip(names.items(), LINES, STYLES, strict=False):
                axes.plot(of["year"], of[column], marker, linestyle=line, color=colour, markersize=4, label=name)
            axes.set_ylim(0, 1)
            axes.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=len(names), frameon=False)
        figure.supylabel("share of learners", fontsize=11)
        return _written(figure)


def as_image(svg: str) -> str:
    """Return an SVG as an address that an image in a page may have, so that the page asks for nothing."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
