"""All figures of a report."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.compare.report.figures import Figures, all_figures
from benchmarks.compare.report.kept import read_kept
from benchmarks.compare.report.settings import read_settings
from benchmarks.compare.scoring import Scoring
from tests.unit.benchmarks.compare.run_folder import ERRORS, kept_answers


def _figures(folder: Path, answers=None, metrics: list[str] | None = None, **report) -> Figures:
    kept = read_kept(folder, folder.parent)
    given = kept.answers if answers is None else answers
    return all_figures(Scoring(kept.documents), given, kept.about, read_settings(report), metrics)


def test_the_best_provider_stands_first_and_only_what_is_shown_is_called_a_difference(run: Callable[..., Path]) -> None:
    figures = _figures(run())
    assert {each.name for each in figures.providers[:2]} == {"careful", "careful too"}
    assert figures.providers[2].name == "hasty"
    says = {frozenset((pair.one, pair.other)): pair.says for pair in figures.pairs}
    assert says[frozenset(("careful", "hasty"))] == "difference shown"
    assert says[frozenset(("careful", "careful too"))] == "no difference shown"
    assert all(pair.corrected >= pair.difference.p for pair in figures.pairs)


def test_a_metric_of_errors_is_ranked_the_other_way_round(run: Callable[..., Path]) -> None:
    figures = _figures(run(), primary="cer")
    values = [each.metrics["cer"].value for each in figures.providers]
    assert values == sorted(values)
    assert all(pair.difference.value >= 0 for pair in figures.pairs)
    assert figures.rankings["cer"]["standard"] == [each.name for each in figures.providers]


def test_few_documents_make_no_verdict(run: Callable[..., Path]) -> None:
    folder = run()
    few = [answer for answer in kept_answers(folder) if answer.document.startswith("bills")]
    figures = _figures(folder, few)
    assert {pair.says for pair in figures.pairs} == {"too few documents"}
    assert {pair.difference.documents for pair in figures.pairs} == {6}


def test_pairs_are_compared_on_the_documents_that_both_have(run: Callable[..., Path]) -> None:
    folder = run()
    asked = [
        answer for answer in kept_answers(folder) if answer.provider != "hasty" or answer.document != "letters/01.png"
    ]
    figures = _figures(folder, asked)
    counts = {pair.difference.documents for pair in figures.pairs if "hasty" in (pair.one, pair.other)}
    assert counts == {11}


def test_repeats_that_differ_are_counted(run: Callable[..., Path]) -> None:
    folder = run(repeats=2)
    answers = kept_answers(folder)
    at = next(place for place, answer in enumerate(answers) if answer.provider == "hasty" and answer.repeat)
    other = tuple(replace(page, text="something else") for page in answers[at].pages)
    figures = _figures(folder, [*answers[:at], replace(answers[at], pages=other), *answers[at + 1 :]])
    assert {each.name: each.same for each in figures.providers} == {
        "careful": (12, 12),
        "careful too": (12, 12),
        "hasty": (11, 12),
    }


def test_throttled_requests_are_counted_and_cost(run: Callable[..., Path]) -> None:
    hasty = next(each for each in _figures(run()).providers if each.name == "hasty")
    assert hasty.outcomes == {"answered": 11, "throttled": 1}
    assert hasty.spent == pytest.approx(12 * 0.4 / 1000)
    assert hasty.metrics["word_f1"].documents == 12


def test_own_hardware_breaks_even(run: Callable[..., Path]) -> None:
    hardware = {"provider": "careful too", "price": 2400, "monthly": 25}
    figures = _figures(run(), hardware=hardware, usable=1)
    found = {each.name: each.break_even for each in figures.providers}
    assert found["careful too"] is None
    assert found["careful"].pages_a_month == pytest.approx(75 / 0.0015)
    speed = next(each.throughput.measured for each in figures.providers if each.name == "careful too")
    assert found["careful"].capacity == pytest.approx(speed * 86_400 * 30)


def test_categories_and_agreement_and_normalisations_are_there(run: Callable[..., Path]) -> None:
    figures = _figures(run())
    assert figures.documents == {"bills": 6, "letters": 6}
    assert all(set(each.categories) == {"bills", "letters"} for each in figures.providers)
    assert figures.agreement["careful"]["hasty"] == figures.agreement["hasty"]["careful"]
    assert set(figures.rankings) == {"word_f1", "cer", "wer"}
    values = next(each.normalised["word_f1"] for each in figures.providers if each.name == "hasty")
    assert len(values) == 7
    assert not np.isnan(list(values.values())).any()
    assert set(ERRORS) == set(figures.agreement)
