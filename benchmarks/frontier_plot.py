"""The plot of the settings study: F1 against seconds. It needs matplotlib, which only the extra ``bench`` has."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from benchmarks.frontier import PLOTTED, TITLES, Kept, Row, frontier


def draw(kept: Kept, path: Path) -> None:
    """Write the plot as SVG: one panel a part with four sets."""
    mpl.rcParams["svg.hashsalt"] = "presets"
    shown = [part for part in PLOTTED if part in kept]
    figure, axes = plt.subplots(1, max(1, len(shown)), figsize=(8 * max(1, len(shown)), 7), squeeze=False)
    for part, axis in zip(shown, axes.flat, strict=False):
        rows = [row for row in kept[part]["rows"] if (row["half"], row["set"]) == (PLOTTED[part], "mean")]
        _panel(axis, TITLES[part], rows)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _panel(axis: Axes, title: str, rows: Sequence[Row]) -> None:
    axis.set(title=title, xlabel="seconds (log)", ylabel="F1, mean of the sets", xscale="log")
    best = frontier(rows)
    axis.plot([row["seconds"] for row in best], [row["f1"] for row in best], color="0.6", zorder=0)
    for row in rows:
        on_it = any(row is one for one in best)
        axis.scatter(row["seconds"], row["f1"], color="C0" if on_it else "0.75", s=25)
        if on_it or title == TITLES["peers"]:
            axis.annotate(
                row["system"], (row["seconds"], row["f1"]), fontsize=7, xytext=(4, 3), textcoords="offset points"
            )
