"""A picture of the gaps: one line per group and source, drawn the same way every time."""

import base64
import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from onward.audit.groups import label

# Shape and position tell sources apart; the colours only help, and keep 4.5:1 on white.
STYLES = (("s", "#5a5a5a"), ("^", "#8a4b08"), ("o", "#0b4f8a"), ("D", "#6a1b6a"), ("v", "#1d5c2e"))
SPACING = 0.24


def _draw_source(
    axes: Axes, rows: pd.DataFrame, at: "np.ndarray[tuple[int], np.dtype[np.float64]]", place: int
) -> None:
    marker, colour = STYLES[place % len(STYLES)]
    axes.hlines(at, rows["low"], rows["high"], color=colour, linewidth=1.2)
    axes.hlines(at, rows["low90"], rows["high90"], color=colour, linewidth=3.2)
    axes.plot(
        rows["gap"], at, marker, color=colour, markersize=6.5, markeredgecolor="white", label=rows["name"].iloc[0]
    )


def _frame(axes: Axes, groups: Sequence[str], limit: float) -> None:
    axes.axvspan(-limit, limit, color="#eef2f5", zorder=0)
    for edge in (-limit, limit):
        axes.axvline(edge, color="#444444", linewidth=1, linestyle="--", zorder=1)
    axes.axvline(0, color="#222222", linewidth=1, zorder=1)
    axes.set_yticks(range(len(groups)), [label(group) for group in groups])
    axes.set_ylim(len(groups) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(lambda x, _: f"{'-' if x < 0 else ''}${abs(x):,.0f}")
    axes.set_xlabel("dollars a year: less than everyone else  |  more than everyone else")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)


def gap_plot(rows: pd.DataFrame, *, names: dict[str, str], limit: float) -> str:
    """Return an SVG of the gaps in ``rows`` (source, group, gap and its intervals), a source per name.

    The thick line is the 90% interval, the thin one the 95% interval that holds for all judged gaps at once.
    """
    groups = list(dict.fromkeys(rows["group"]))
    order = pd.Series(range(len(groups)), index=groups)
    with mpl.rc_context({"svg.hashsalt": "onward", "svg.fonttype": "path", "font.size": 11}):
        figure = Figure(figsize=(9.2, 1.5 + 0.21 * len(groups) * max(len(names), 2)), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        _frame(axes, groups, limit)
        for place, (source, name) in enumerate(names.items()):
            shown = rows[rows["source"] == source].assign(name=name)
            if len(shown):
                at = shown["group"].map(order).to_numpy(float) + (place - (len(names) - 1) / 2) * SPACING
                _draw_source(axes, shown, at, place)
        figure.legend(loc="outside upper left", ncols=min(len(names), 3), frameon=False)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()


def as_image(svg: str) -> str:
    """Return an SVG as an address that an image in a page may have, so that the page asks for nothing."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
