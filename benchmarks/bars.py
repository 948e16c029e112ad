"""The figures that were promised, computed from the kept results."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Slices = dict[str, dict[str, Any]]
Row = dict[str, Any]

OURS, FAST, PADDLEX, RAPID = "ours", "ours fast", "PaddleX serving", "RapidOCR openvino (its default)"
ALL, SHORT = "all", "without mixed_fonts"


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise.

    Attributes:
        text: what is compared.
        value: from the results; None where a scenario or a system is missing.
        limit: what it must reach.
        at_most: whether smaller is better.
        unit: behind the number.
    """

    text: str
    value: float | None
    limit: float
    at_most: bool = False
    unit: str = "x"

    @property
    def met(self) -> bool | None:
        """None where there is no value."""
        if self.value is None:
            return None
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def bars(slices: Slices) -> list[Bar]:
    """Every bar, met or not."""
    found = [
        *(
            Bar(f"share of the bare engine's rate, {pages}", _share(slices, pages), 0.85, unit="")
            for pages in (ALL, SHORT)
        ),
        Bar("seconds of the bare engine, all", _bare(slices), 9.5, at_most=True, unit=" s"),
    ]
    for pages in (ALL, SHORT):
        found.append(Bar(f"requests/s at 16 clients, {pages}", _rate(slices, "closed-16", OURS, PADDLEX, pages), 1.8))
        found.append(
            Bar(
                f"requests/s at 16 clients with pictures, {pages}", _rate(slices, "pictures", OURS, PADDLEX, pages), 2.0
            )
        )
    found += [
        Bar("p50 at one client, all", _ratio(slices, "closed-1", OURS, PADDLEX, "p50"), 0.6, at_most=True),
        Bar(
            "CPU seconds a page at one client, all",
            _ratio(slices, "closed-1", OURS, PADDLEX, "cpu_seconds_per_page"),
            0.6,
            at_most=True,
        ),
        Bar(
            "CPU seconds a page at 16 clients, all",
            _ratio(slices, "closed-16", OURS, PADDLEX, "cpu_seconds_per_page"),
            0.6,
            at_most=True,
        ),
        Bar("pages/s of a 20-page PDF", _ratio(slices, "pdf", OURS, PADDLEX, "pages_per_second", "made"), 1.8),
        Bar("p50 of a small image behind large ones", _small(slices), 0.2, at_most=True),
        Bar("p95 of receipts while a 200-page PDF is read", _fairness(slices), 3.0, at_most=True),
        Bar("event loop lag p99 at 16 clients, at most", _lag(slices), 0.05, at_most=True, unit=" s"),
    ]
    for pages in (ALL, SHORT):
        found.append(
            Bar(f"fast: requests/s over PaddleX, {pages}", _rate(slices, "closed-16", FAST, PADDLEX, pages), 4.0)
        )
        found.append(
            Bar(f"fast: requests/s over RapidOCR, {pages}", _rate(slices, "closed-16", FAST, RAPID, pages), 1.3)
        )
    found.append(Bar("memory growth from request 500 to 2,000", _growth(slices), 0.05, at_most=True, unit=""))
    found.append(Bar("answers that others in the batch changed", _different(slices), 0.0, at_most=True, unit=""))
    return found


def row_of(slices: Slices, scenario: str, system: str, pages: str) -> Row | None:
    """One row's figures."""
    rows = slices.get(scenario, {}).get("rows", [])
    return next((row["figures"] for row in rows if row["system"] == system and row["pages"] == pages), None)


def _ratio(slices: Slices, scenario: str, one: str, other: str, figure: str, pages: str = ALL) -> float | None:
    first, second = row_of(slices, scenario, one, pages), row_of(slices, scenario, other, pages)
    return first[figure] / second[figure] if first and second and second[figure] else None


def _rate(slices: Slices, scenario: str, one: str, other: str, pages: str) -> float | None:
    return _ratio(slices, scenario, one, other, "requests_per_second", pages)


def _fact(slices: Slices, scenario: str, read: Callable[[dict[str, Any]], float]) -> float | None:
    """A single figure, where the scenario was run with the systems that it needs."""
    try:
        return read(slices[scenario]["facts"])
    except KeyError:
        return None


def _share(slices: Slices, pages: str) -> float | None:
    return _fact(slices, "limit", lambda facts: facts[pages]["share_of_limit"])


def _bare(slices: Slices) -> float | None:
    return _fact(slices, "limit", lambda facts: min(facts[ALL]["bare_seconds"].values()))


def _small(slices: Slices) -> float | None:
    return _fact(slices, "small", lambda facts: facts["p50"][OURS] / facts["p50"][PADDLEX])


def _fairness(slices: Slices) -> float | None:
    return _fact(slices, "fairness", lambda facts: facts["p95_busy"][OURS] / facts["p95_idle"][OURS])


def _growth(slices: Slices) -> float | None:
    return _fact(slices, "memory", lambda facts: facts[OURS]["growth"])


def _different(slices: Slices) -> float | None:
    return _fact(slices, "determinism", lambda facts: sum(facts["different"].values()))


def _lag(slices: Slices) -> float | None:
    row = row_of(slices, "closed-16", OURS, ALL)
    return row["loop_lag_p99"] if row else None
