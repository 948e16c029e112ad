"""The verdict in words. It claims no more than the figures show."""

from collections.abc import Sequence

import numpy as np

from benchmarks.compare.bootstrap import LEAST_DOCUMENTS, Difference, Interval
from benchmarks.compare.metrics.normalise import NORMALISATIONS
from benchmarks.compare.metrics.registry import METRICS
from benchmarks.compare.report.figures import Figures, Pair, ProviderFigures

BRACKETS = "Brackets hold intervals with 95 % confidence."
NO_TRUTH = (
    "The report shows how far the providers agree with each other, which does not say who is right, and pages without "
    "names for a judgement of your own."
)
LEAST_TAIL = 20
"""Fewer requests say nothing of a 95th percentile."""


def verdict(figures: Figures) -> list[str]:
    """Sentences, the most important first."""
    return [
        *_accuracy(figures),
        *_failures(figures),
        *_speed(figures),
        *_costs(figures),
        *_normalisations(figures),
    ]


def number(value: float, digits: int = 1) -> str:
    """A number with thousands divided by commas."""
    return f"{value:,.{digits}f}"


def spread(found: Interval | Difference, digits: int = 1, unit: str = " %") -> str:
    """A value, and its interval with 95 % confidence in brackets."""
    if np.isnan(found.low):
        return f"{number(found.value, digits)}{unit}"
    return f"{number(found.value, digits)}{unit} ({number(found.low, digits)} to {number(found.high, digits)})"


def listed(names: Sequence[str]) -> str:
    """Names with commas and an "and"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _accuracy(figures: Figures) -> list[str]:
    metric = METRICS[figures.primary]
    ranked = [each for each in figures.providers if figures.primary in each.metrics]
    if not ranked:
        return ["No document has a known text, so accuracy is not measured.", NO_TRUTH]
    best, values = ranked[0], [each.metrics[figures.primary] for each in ranked]
    first = values[0]
    told = [f"{best.name} has the best {metric.title}: {spread(first)} over {first.documents} documents. {BRACKETS}"]
    if len({each.documents for each in values}) > 1:
        told.append("Not all providers were asked for the same documents, so their values are not quite comparable.")
    told += _groups([pair for pair in figures.pairs if pair.one == best.name])
    rest = [pair for pair in figures.pairs if pair.one != best.name and pair.says == "no difference shown"]
    if rest:
        names = "; ".join(f"{pair.one} and {pair.other}" for pair in rest)
        told.append(f"No difference is shown between these pairs either: {names}.")
    return told


def _groups(pairs: Sequence[Pair]) -> list[str]:
    told = []
    shown = [
        f"{pair.other} by {spread(pair.difference, unit=' points')}"
        for pair in pairs
        if pair.says == "difference shown"
    ]
    if shown:
        told.append(f"It is better than {listed(shown)}. These differences are larger than the noise.")
    same = [pair.other for pair in pairs if pair.says == "no difference shown"]
    if same:
        told.append(f"No difference is shown between it and {listed(same)}: what differs lies inside the noise.")
    if any(pair.says == "too few documents" for pair in pairs):
        told.append(
            f"There are fewer than {LEAST_DOCUMENTS} documents in common. They are too few for a verdict, so the order "
            "may be chance."
        )
    return told


def _failures(figures: Figures) -> list[str]:
    failed = [each for each in figures.providers if each.outcomes.get("answered", 0) < each.requests]
    if not failed:
        return ["Every request was answered."]
    told = [
        f"{each.name} left {each.requests - each.outcomes.get('answered', 0)} of {each.requests} requests"
        for each in failed
    ]
    return [f"{listed(told)} without an answer. Their pages count as not read."]


def _speed(figures: Figures) -> list[str]:
    timed = [(each.latency.p50, each) for each in figures.providers if each.latency.p50 is not None]
    if not timed:
        return []
    p50, fastest = min(timed, key=lambda pair: pair[0].value)
    told = [f"{fastest.name} answers fastest: half of its requests within {spread(p50, 2, ' s')}."]
    if any(each.latency.requests < LEAST_TAIL for _, each in timed):
        told.append(f"With fewer than {LEAST_TAIL} requests, 95th and 99th percentiles say little.")
    return told


def _costs(figures: Figures) -> list[str]:
    priced = [each for each in figures.providers if each.cost_of_1000]
    if not priced and any(each.cost_of_1000 == 0 for each in figures.providers):
        return ["By the price table of the plan no page costs anything, so costs are not compared."]
    if not priced:
        return ["No prices are known, so costs are not compared."]
    told = []
    for each in sorted(priced, key=_price):
        usable = each.cost_of_usable
        price = f"{number(each.cost_of_1000 or 0, 2)} {figures.currency} for 1,000 pages"
        told.append(f"{each.name} {price}" + (f", {spread(usable, 2, '')} for 1,000 usable ones" if usable else ""))
    return [f"By the price table of the plan: {'; '.join(told)}.", *_break_even(figures)]


def _break_even(figures: Figures) -> list[str]:
    told = []
    for each in figures.providers:
        even = each.break_even
        if even is None or even.pages_a_month is None:
            continue
        beyond = even.capacity is not None and even.pages_a_month > even.capacity
        limit = ", which is more than one such machine reads" if beyond else ""
        told.append(f"than {each.name} from {number(even.pages_a_month, 0)} pages a month on{limit}")
    return [f"The own hardware costs less {listed(told)}."] if told else []


def _normalisations(figures: Figures) -> list[str]:
    titles = {each.name: each.title for each in NORMALISATIONS}
    told, same = [], []
    for name, orders in figures.rankings.items():
        standard = orders["standard"]
        other = [titles[normalisation] for normalisation, order in orders.items() if order != standard]
        if other:
            told.append(f"The order by {METRICS[name].title} is another where this does not count: {'; '.join(other)}.")
        elif len(standard) > 1:
            same.append(METRICS[name].title)
    if same:
        told.append(f"The order by {listed(same)} is the same under every normalisation of the texts.")
    return told


def _price(figures: ProviderFigures) -> float:
    return figures.cost_of_1000 or 0.0
