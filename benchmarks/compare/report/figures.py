"""All figures of a report, from documents and kept answers. They are written as JSON as they are here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.compare.bootstrap import LEAST_DOCUMENTS, Difference, Interval, difference, holm, interval
from benchmarks.compare.metrics.base import Metric, f1
from benchmarks.compare.metrics.break_even import capacity, pages_a_month
from benchmarks.compare.metrics.cost import cost_of_usable_pages
from benchmarks.compare.metrics.latency import Latency, latency
from benchmarks.compare.metrics.normalise import NORMALISATIONS, STANDARD
from benchmarks.compare.metrics.registry import METRICS
from benchmarks.compare.metrics.throughput import Throughput, throughput
from benchmarks.compare.metrics.word_bag import parts as word_parts
from benchmarks.compare.model import Answer, AnswerPage, TruthPage
from benchmarks.compare.report.settings import Settings
from benchmarks.compare.scoring import Scores, Scoring, in_common

ALPHA = 0.05
"""A corrected p below it is taken for a difference."""
Answers = Mapping[str, Sequence[Answer]]
"""A provider's answers to each document, by its id."""


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From how many pages a month own hardware costs less, and how many it reads; None where it is not known."""

    pages_a_month: float | None
    capacity: float | None


@dataclass(frozen=True, slots=True)
class ProviderFigures:
    """One provider.

    Attributes:
        metrics: under the standard normalisation, by the metric's name; metrics that cannot be taken are left out.
        normalised: values of those metrics that are told under every normalisation, by metric and normalisation.
        categories: the primary metric, by category.
        outcomes: how many requests ended how.
        requests: all of them.
        same: documents whose repeats were read alike, and documents with repeats.
        cost_of_1000: list price of 1,000 pages; ``cost_of_usable``: what 1,000 usable pages cost.
        spent: what all requests cost; None where a price is not known.
    """

    name: str
    host: str
    outside: bool
    metrics: dict[str, Interval]
    normalised: dict[str, dict[str, float]]
    categories: dict[str, Interval]
    outcomes: dict[str, int]
    requests: int
    same: tuple[int, int]
    latency: Latency
    throughput: Throughput
    concurrency: int
    cost_of_1000: float | None
    cost_of_usable: Interval | None
    spent: float | None
    bytes_sent: int
    break_even: BreakEven | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two providers in the primary metric on the documents that both have: ``one`` is better by ``difference``.

    Attributes:
        corrected: p after Holm's correction over all pairs.
        says: ``difference shown``, ``no difference shown`` or ``too few documents``.
    """

    one: str
    other: str
    difference: Difference
    corrected: float
    says: str


@dataclass(frozen=True, slots=True)
class Figures:
    """All of a report.

    Attributes:
        metrics: names of those that were taken, in their order.
        documents: how many there are in each category; ``pages``, ``with_truth``: in all.
        providers: the best in the primary metric first.
        rankings: names, the best first, by metric and normalisation.
        agreement: word F1 of every two providers' answers, of one taken as the truth of the other.
    """

    primary: str
    metrics: tuple[str, ...]
    documents: dict[str, int]
    pages: int
    with_truth: int
    providers: tuple[ProviderFigures, ...]
    pairs: tuple[Pair, ...]
    rankings: dict[str, dict[str, list[str]]]
    agreement: dict[str, dict[str, float]]
    currency: str


def all_figures(
    scoring: Scoring,
    answers: Sequence[Answer],
    about: Mapping[str, Any],
    settings: Settings,
    metrics: Sequence[str] | None,
) -> Figures:
    """Score everything.

    Args:
        scoring: knows the documents.
        answers: of all providers.
        about: the content of ``run.json``.
        settings: of the report.
        metrics: names of those that are wanted; None for all.
    """
    documents = scoring.documents
    wanted = {name: METRICS[name] for name in METRICS if metrics is None or name in metrics or name == settings.primary}
    sorted_answers = {name: _by_document(answers, name) for name in about["providers"]}
    primary = METRICS[settings.primary]
    scores = {name: scoring.score(primary, found) for name, found in sorted_answers.items()}
    known = {name: found for name, found in scores.items() if found is not None}
    found = [_provider(name, scoring, sorted_answers[name], about, settings, wanted) for name in sorted_answers]
    found = _with_break_even(found, settings)
    values = {each.name: each.metrics[primary.name].value for each in found if primary.name in each.metrics}
    order = _ranking(values, primary)
    found.sort(key=lambda each: order.index(each.name) if each.name in order else len(order))
    return Figures(
        primary.name,
        tuple(name for name in wanted if any(name in each.metrics for each in found)),
        dict(sorted(Counter(document.category for document in documents).items())),
        sum(document.pages for document in documents),
        sum(document.truth is not None for document in documents),
        tuple(found),
        _pairs([each.name for each in found], known, primary, settings.seed),
        _rankings(found, wanted),
        _agreement(sorted_answers),
        str(about.get("prices", {}).get("currency", "")),
    )


def page_text(answer: Answer) -> str:
    """All that was read in a document, page after page."""
    return "\n".join(page.text for page in sorted(answer.pages, key=lambda page: page.number))


def _by_document(answers: Sequence[Answer], provider: str) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.provider == provider:
            found.setdefault(answer.document, []).append(answer)
    return {name: sorted(group, key=lambda answer: answer.repeat) for name, group in found.items()}


def _provider(
    name: str,
    scoring: Scoring,
    answers: Answers,
    about: Mapping[str, Any],
    settings: Settings,
    metrics: Mapping[str, Metric],
) -> ProviderFigures:
    described = about["providers"][name]
    every = [answer for group in answers.values() for answer in group]
    taken, normalised = {}, {}
    for metric in metrics.values():
        found = scoring.score(metric, answers)
        if found is not None:
            taken[metric.name] = interval(found.parts, metric.value, settings.seed)
            if metric.normalised:
                normalised[metric.name] = _normalised(metric, scoring, answers)
    costs = [answer.cost for answer in every if answer.cost is not None]
    price = described.get("price_of_page")
    documents = {document.id: document for document in scoring.documents}
    pages = {name: document.pages for name, document in documents.items()}
    return ProviderFigures(
        name,
        described["host"],
        described["outside"],
        taken,
        normalised,
        _categories(METRICS[settings.primary], scoring, answers, settings.seed),
        dict(sorted(Counter(answer.outcome for answer in every).items())),
        len(every),
        _same(answers),
        latency(every, settings.seed),
        throughput(every, pages, described.get("requests_per_second")),
        described["concurrency"],
        None if price is None else 1000 * price,
        cost_of_usable_pages(every, documents, settings.usable, settings.seed),
        sum(costs) if len(costs) == len(every) else None,
        sum(answer.bytes_sent for answer in every),
        None,
    )


def _normalised(metric: Metric, scoring: Scoring, answers: Answers) -> dict[str, float]:
    found = {}
    for normalisation in NORMALISATIONS:
        scores = scoring.score(metric, answers, normalisation)
        if scores is not None:
            found[normalisation.name] = float(metric.value(scores.parts.sum(axis=0)))
    return found


def _categories(metric: Metric, scoring: Scoring, answers: Answers, seed: int) -> dict[str, Interval]:
    found = {}
    for category in sorted({document.category for document in scoring.documents}):
        scores = scoring.score(metric, answers, category=category)
        if scores is not None:
            found[category] = interval(scores.parts, metric.value, seed)
    return found


def _same(answers: Answers) -> tuple[int, int]:
    repeated = [group for group in answers.values() if len(group) > 1]
    return sum(len({page_text(answer) for answer in group}) == 1 for group in repeated), len(repeated)


def _with_break_even(found: Sequence[ProviderFigures], settings: Settings) -> list[ProviderFigures]:
    own = settings.hardware
    if own is None:
        return list(found)
    ours = next((each for each in found if each.name == own.provider), None)
    speed = ours.throughput.measured if ours else None
    most = None if speed is None else capacity(speed)
    made = []
    for each in found:
        price = each.cost_of_usable.value if each.cost_of_usable else each.cost_of_1000
        even = BreakEven(pages_a_month(own.hardware(), price), most) if price and each.name != own.provider else None
        made.append(replace(each, break_even=even))
    return made


def _pairs(order: Sequence[str], scores: Mapping[str, Scores], metric: Metric, seed: int) -> tuple[Pair, ...]:
    found = []
    for one, other in combinations([name for name in order if name in scores], 2):
        common = in_common([scores[one], scores[other]])
        if not common:
            continue
        better, worse = scores[one].of(common), scores[other].of(common)
        if not metric.higher_is_better:
            better, worse = worse, better
        found.append((one, other, difference(better, worse, metric.value, seed)))
    corrected = holm([each.p for _, _, each in found])
    return tuple(
        Pair(one, other, each, p, _says(each, p)) for (one, other, each), p in zip(found, corrected, strict=True)
    )


def _says(found: Difference, corrected: float) -> str:
    if found.documents < LEAST_DOCUMENTS:
        return "too few documents"
    return "difference shown" if corrected < ALPHA else "no difference shown"


def _rankings(found: Sequence[ProviderFigures], metrics: Mapping[str, Metric]) -> dict[str, dict[str, list[str]]]:
    rankings: dict[str, dict[str, list[str]]] = {}
    for metric in metrics.values():
        if not metric.normalised or not any(metric.name in each.normalised for each in found):
            continue
        rankings[metric.name] = {
            normalisation.name: _ranking(
                {
                    each.name: each.normalised[metric.name][normalisation.name]
                    for each in found
                    if normalisation.name in each.normalised.get(metric.name, {})
                },
                metric,
            )
            for normalisation in NORMALISATIONS
        }
    return rankings


def _ranking(values: Mapping[str, float], metric: Metric) -> list[str]:
    sign = -1 if metric.higher_is_better else 1
    return sorted(values, key=lambda name: (sign * values[name] if not np.isnan(values[name]) else np.inf, name))


def _agreement(answers: Mapping[str, Answers]) -> dict[str, dict[str, float]]:
    texts = {
        provider: {name: page_text(group[0]) for name, group in found.items() if group[0].outcome == "answered"}
        for provider, found in answers.items()
    }
    table: dict[str, dict[str, float]] = {provider: {} for provider in texts}
    for one, other in combinations(texts, 2):
        common = sorted(set(texts[one]) & set(texts[other]))
        if common:
            value = _alike([(texts[one][name], texts[other][name]) for name in common])
            table[one][other] = table[other][one] = value
    return table


def _alike(pairs: Sequence[tuple[str, str]]) -> float:
    found = [word_parts(TruthPage(0, 0, one), AnswerPage(1, other), STANDARD) for one, other in pairs]
    return float(f1(np.array(found, np.float64).sum(axis=0)))
