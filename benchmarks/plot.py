"""The plot: throughput by clients, latency by arrival rate, all systems at one client, memory over 2,000 requests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

Slices = dict[str, dict[str, Any]]

CLIENTS = (1, 4, 16, 64)
SHORT = "without mixed_fonts"


def draw(slices: Slices, path: Path) -> None:
    """Write the plot as SVG; panels whose scenarios are missing say so."""
    mpl.rcParams["svg.hashsalt"] = "benchmark"
    figure, axes = plt.subplots(2, 2, figsize=(12, 8.5), layout="constrained")
    panels: tuple[Callable[[Axes, Slices], None], ...] = (_throughput, _latency, _libraries, _memory)
    for panel, axis in zip(panels, axes.flat, strict=True):
        panel(axis, slices)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=8)
        elif not axis.has_data():
            axis.text(0.5, 0.5, "not measured", ha="center", transform=axis.transAxes)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _throughput(axis: Axes, slices: Slices) -> None:
    axis.set(title=f"Closed loop, {SHORT}", xlabel="clients", ylabel="requests/s", xscale="log")
    axis.set_xticks(CLIENTS, [str(clients) for clients in CLIENTS])
    lines: dict[str, dict[int, float]] = {}
    for clients in CLIENTS:
        entry = slices.get(f"closed-{clients}", {"rows": [], "facts": {}})
        for row in entry["rows"]:
            if row["pages"] == SHORT:
                lines.setdefault(row["system"], {})[clients] = row["figures"]["requests_per_second"]
        for system, short in entry["facts"].get("without_long_page", {}).items():
            lines.setdefault(system, {})[clients] = short["requests_per_second"]
    for system, points in lines.items():
        axis.plot(list(points), list(points.values()), marker="o", label=system)
    if lines:
        axis.set_ylim(bottom=0)


def _latency(axis: Axes, slices: Slices) -> None:
    axis.set(
        title=f"Open loop, {SHORT}", xlabel="arrivals/s", ylabel="seconds (log): p50 solid, p95 dashed", yscale="log"
    )
    rows = slices.get("open", {"rows": []})["rows"]
    for number, system in enumerate(dict.fromkeys(row["system"] for row in rows)):
        own = [row for row in rows if row["system"] == system]
        rates = [float(row["load"].split()[0]) for row in own]
        for figure, style in (("p50", "-"), ("p95", "--")):
            values = [row["figures"][figure] for row in own]
            axis.plot(rates, values, style, color=f"C{number}", marker="o", label=system if style == "-" else None)


def _libraries(axis: Axes, slices: Slices) -> None:
    axis.set(title="One client, all 20 pages", xlabel="pages/s")
    rows = [row for name in ("closed-1", "libraries", "v6") for row in slices.get(name, {"rows": []})["rows"]]
    rates = {row["system"]: row["figures"]["pages_per_second"] for row in rows}
    names = sorted(rates, key=lambda name: rates[name])
    axis.barh(
        names, [rates[name] for name in names], color=["C0" if name.startswith("ours") else "0.7" for name in names]
    )


def _memory(axis: Axes, slices: Slices) -> None:
    axis.set(title="Resident memory, mixed requests", xlabel="requests", ylabel="MiB")
    for system, facts in slices.get("memory", {"facts": {}})["facts"].items():
        counts, sizes = zip(*facts["samples"], strict=True)
        axis.plot(counts, sizes, label=system)
        axis.set_ylim(bottom=0)
