"""Figures as JSON and as tables for people."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.gpu.figures import Figures

FOLDER = Path(__file__).resolve().parents[1] / "results"


def keep(figures: Figures, folder: Path) -> None:
    """Write ``gpu.json`` and ``gpu.md``, or for a rehearsal ``gpu_rehearsal.*``, in the place of those of before."""
    folder.mkdir(parents=True, exist_ok=True)
    name = "gpu_rehearsal" if figures.rehearsal else "gpu"
    (folder / f"{name}.json").write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")
    (folder / f"{name}.md").write_text(as_text(figures), encoding="utf-8")


def as_text(figures: Figures) -> str:
    """The whole report in Markdown."""
    parts = [_head(figures), _stages(figures), _pipeline(figures), _served(figures)]
    parts += [f"Left out: {part}: {reason}" for part, reason in figures.left_out.items()]
    return "\n\n".join(filter(None, parts)) + "\n"


def _head(figures: Figures) -> str:
    title = "REHEARSAL: nothing here is a figure of a GPU." if figures.rehearsal else "Measured on a GPU."
    lines = [title, "", f"Pages: {figures.pages}."]
    lines += [f"- {name}: {value}" for name, value in figures.made_with.items()]
    if found := figures.ceilings:
        lines.append(
            f"- ceilings: copy {found.bytes_per_second / 1e9:,.1f} GB/s, "
            f"matrix product {found.flop_per_second / 1e12:,.2f} TFLOP/s, "
            f"upload {found.upload_bytes_per_second / 1e9:,.1f} GB/s, "
            f"download {found.download_bytes_per_second / 1e9:,.1f} GB/s"
        )
    if agreed := figures.agreement:
        lines.append(
            f"- characters other than the CPU's ({agreed.engine}, float32): {agreed.different} of "
            f"{agreed.characters:,} on {agreed.pages} pages, {agreed.percent:.2f} %"
        )
    lines.append("- seconds: " + ", ".join(f"{part} {taken:.0f}" for part, taken in figures.seconds.items()))
    return "\n".join(lines)


def _stages(figures: Figures) -> str:
    header = ("stage", "shape", "ms", "least ms", "each op ms", "share of roofline")
    rows = (
        (
            row.stage,
            " x ".join(map(str, row.shape)),
            f"{row.milliseconds:.3f}",
            _number(row.least_milliseconds, 3),
            _number(row.each_op_milliseconds, 3),
            _percent(row.share_of_roofline),
        )
        for row in figures.stages
    )
    return _table(header, rows) if figures.stages else ""


def _pipeline(figures: Figures) -> str:
    found = figures.pipeline
    if found is None:
        return ""
    header = ("pipeline alone", "line kpx/s", "GPU busy", "share of roofline")
    row = (
        f"{found.pages_per_second:.1f} pages/s",
        f"{found.kilopixels_per_second:,.0f}",
        _percent(None if found.gpu_percent is None else found.gpu_percent / 100),
        _percent(found.share_of_roofline),
    )
    return _table(header, [row])


def _served(figures: Figures) -> str:
    header = (
        "server",
        "clients",
        "images/s",
        "line kpx/s",
        "p50 ms",
        "p99 ms",
        "errors",
        "GPU busy",
        "share of roofline",
    )
    rows = (
        (
            row.kind,
            str(row.clients),
            f"{row.images_per_second:.1f}",
            f"{row.kilopixels_per_second:,.0f}",
            f"{row.p50_milliseconds:.1f}",
            f"{row.p99_milliseconds:.1f}",
            str(row.errors),
            _percent(None if row.gpu_percent is None else row.gpu_percent / 100),
            _percent(row.share_of_roofline),
        )
        for row in figures.served
    )
    return _table(header, rows) if figures.served else ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
