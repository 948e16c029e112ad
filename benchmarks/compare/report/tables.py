"""The report's figures as CSV and JSON."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from benchmarks.compare.bootstrap import Interval
from benchmarks.compare.metrics.registry import METRICS
from benchmarks.compare.model import Answer, Document
from benchmarks.compare.report.figures import Figures
from benchmarks.compare.scoring import Scoring


def scores(figures: Figures) -> str:
    """One row for each provider and metric."""
    rows: list[list[Any]] = [["provider", "metric", "value", "low", "high", "documents"]]
    for each in figures.providers:
        rows += [[each.name, name, *_interval(found)] for name, found in each.metrics.items()]
        rows += [[each.name, f"{figures.primary} {name}", *_interval(found)] for name, found in each.categories.items()]
        for name in ("p50", "p95", "p99"):
            found = getattr(each.latency, name)
            if found is not None:
                rows.append([each.name, f"seconds_{name}", *_interval(found)])
        if each.cost_of_usable is not None:
            rows.append([each.name, "cost_of_1000_usable_pages", *_interval(each.cost_of_usable)])
    return _csv(rows)


def documents(
    scoring: Scoring,
    answers: Mapping[str, Mapping[str, Sequence[Answer]]],
    names: Mapping[str, str],
    metrics: Sequence[str],
) -> str:
    """One row for each document and provider; ``names`` is what documents are called in the file, by their id."""
    rows: list[list[Any]] = [["document", "category", "sha256", "provider", "outcomes", "seconds", *metrics]]
    for document in scoring.documents:
        for provider, found in answers.items():
            own = found.get(document.id)
            if not own:
                continue
            values = [_value(scoring, name, document, own) for name in metrics]
            outcomes = " ".join(answer.outcome for answer in own)
            seconds = " ".join(f"{answer.seconds:.3f}" for answer in own)
            rows.append([names[document.id], document.category, document.sha256, provider, outcomes, seconds, *values])
    return _csv(rows)


def as_json(content: object) -> str:
    """Indented JSON in a settled order; what is not known is null."""
    return msgspec.json.format(msgspec.json.encode(content, order="deterministic"), indent=1).decode() + "\n"


def _value(scoring: Scoring, name: str, document: Document, answers: Sequence[Answer]) -> str:
    metric = METRICS[name]
    found = [scoring.parts(metric, document, answer) for answer in answers] if document.truth else []
    known = [parts for parts in found if parts is not None]
    if not known or len(known) < len(found):
        return ""
    value = float(metric.value(np.mean(known, axis=0)))
    return "" if np.isnan(value) else f"{value:.4f}"


def _interval(found: Interval) -> list[str | int]:
    ends = (found.value, found.low, found.high)
    return [*("" if np.isnan(end) else f"{end:.6f}" for end in ends), found.documents]


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([[_harmless(cell) for cell in row] for row in rows])
    return file.getvalue()


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_number(cell) else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
