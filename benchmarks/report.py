"""The kept results as a Markdown table and a plot."""

from typing import Any

from benchmarks import store
from benchmarks.bars import bars
from benchmarks.catalogue import SCENARIOS

COLUMNS = (
    ("requests/s", "requests_per_second", "{:.2f}"),
    ("pages/s", "pages_per_second", "{:.2f}"),
    ("p50 s", "p50", "{:.2f}"),
    ("p95 s", "p95", "{:.2f}"),
    ("p99 s", "p99", "{:.2f}"),
    ("CPU s/page", "cpu_seconds_per_page", "{:.2f}"),
    ("peak MiB", "peak_mebibytes", "{:.0f}"),
    ("kpx of line/s", "kilopixels_per_second", "{:.0f}"),
    ("lines/batch", "lines_per_batch", "{:.1f}"),
    ("shared batches", "shared_batches", "{:.0%}"),
    ("loop lag p99 s", "loop_lag_p99", "{:.3f}"),
    ("client CPU", "client_cpu_share", "{:.1%}"),
    ("others' CPU", "others_cpu_share", "{:.0%}"),
    ("errors", "errors", "{:.0f}"),
)


def write_report() -> None:
    """Write the table and the plot beside the results; nothing where there are none."""
    from benchmarks.plot import draw  # noqa: PLC0415 - needs matplotlib, which only the extra 'bench' has

    slices = store.read()
    if not slices:
        print("No results yet.")
        return
    report = store.RESULTS.with_suffix(".md")
    report.write_text(markdown(slices), encoding="utf-8")
    draw(slices, store.RESULTS.with_suffix(".svg"))
    print(f"{report} and the plot beside it")


def markdown(slices: dict[str, dict[str, Any]]) -> str:
    """Bars first, then a table a scenario."""
    parts = ["# Benchmark\n", _bars(slices)]
    parts += [_scenario(name, slices[name]) for name in SCENARIOS if name in slices]
    return "\n".join(parts)


def _bars(slices: dict[str, dict[str, Any]]) -> str:
    lines = ["| what | measured | bar | |", "|---|---|---|---|"]
    for bar in bars(slices):
        sign = "≤" if bar.at_most else "≥"
        value = "–" if bar.value is None else f"{bar.value:.2f}{bar.unit}"
        verdict = {None: "not measured", True: "met", False: "**missed**"}[bar.met]
        lines.append(f"| {bar.text} | {value} | {sign} {bar.limit:g}{bar.unit} | {verdict} |")
    return "\n".join(lines) + "\n"


def _scenario(name: str, entry: dict[str, Any]) -> str:
    made = entry["made_with"]
    lines = [f"## {name}: {SCENARIOS[name].text}\n"]
    if entry["rows"]:
        lines += _table(entry["rows"])
    lines += [
        f"- {key}: {_shown(value)}" for key, value in entry["facts"].items() if key != "median_milliseconds_by_page"
    ]
    lines.append(
        f"\nCommit {made['commit']}, {made['date']}, {made['processor']}, {made['cores']} cores, "
        f"{entry['seconds']:.0f} s. Pages: "
        + "; ".join(f"{pages}: {', '.join(names)}" for pages, names in entry["pages"].items())
        + ".\n"
    )
    return "\n".join(lines)


def _table(rows: list[dict[str, Any]]) -> list[str]:
    """The columns in which some system has a figure."""
    columns = [column for column in COLUMNS if any(row["figures"].get(column[1]) is not None for row in rows)]
    titles = ["system", "load", "pages", "lines", *(title for title, _, _ in columns)]
    lines = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    for row in rows:
        known = (row["figures"].get(key) for _, key, _ in columns)
        cells = [
            "–" if value is None else form.format(value) for (_, _, form), value in zip(columns, known, strict=True)
        ]
        read = "–" if row["lines"] is None else str(row["lines"])
        lines.append(f"| {' | '.join([row['system'], row['load'], row['pages'], read, *cells])} |")
    return [*lines, ""]


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_shown(inner)}" for name, inner in value.items() if name != "samples")
    return str(value)
