"""The verdict in words."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.compare.bootstrap import Difference, Interval
from benchmarks.compare.metrics.latency import Latency
from benchmarks.compare.metrics.throughput import Throughput
from benchmarks.compare.report.figures import BreakEven, Figures, Pair, ProviderFigures
from benchmarks.compare.report.verdict import listed, spread, verdict

NO_LATENCY = Latency(None, None, None, (), 0)


def _provider(name: str, value: float, documents: int = 40, **others) -> ProviderFigures:
    plain = ProviderFigures(
        name=name,
        host="h",
        outside=False,
        metrics={"word_f1": Interval(value, value - 1, value + 1, documents)},
        normalised={},
        categories={},
        outcomes={"answered": 40},
        requests=40,
        same=(0, 0),
        latency=NO_LATENCY,
        throughput=Throughput(None, None),
        concurrency=1,
        cost_of_1000=None,
        cost_of_usable=None,
        spent=None,
        bytes_sent=0,
        break_even=None,
    )
    return replace(plain, **others)


def _pair(one: str, other: str, says: str) -> Pair:
    return Pair(one, other, Difference(2.0, 1.0, 3.0, 0.001, 40), 0.003, says)


def _figures(*providers: ProviderFigures, pairs: tuple[Pair, ...] = (), **others) -> Figures:
    plain = Figures("word_f1", ("word_f1",), {"c": 40}, 40, 40, providers, pairs, {}, {}, "USD")
    return replace(plain, **others)


def test_it_says_who_is_better_than_whom_and_where_no_difference_is_shown() -> None:
    pairs = (
        _pair("A", "B", "no difference shown"),
        _pair("A", "C", "difference shown"),
        _pair("B", "C", "no difference shown"),
    )
    told = verdict(_figures(_provider("A", 95), _provider("B", 94.6), _provider("C", 93), pairs=pairs))
    assert told[0] == (
        "A has the best Word F1: 95.0 % (94.0 to 96.0) over 40 documents. Brackets hold intervals with 95 % confidence."
    )
    assert told[1] == "It is better than C by 2.0 points (1.0 to 3.0). These differences are larger than the noise."
    assert told[2] == "No difference is shown between it and B: what differs lies inside the noise."
    assert told[3] == "No difference is shown between these pairs either: B and C."


def test_it_makes_no_verdict_of_few_documents() -> None:
    told = verdict(
        _figures(_provider("A", 95, 5), _provider("B", 90, 5), pairs=(_pair("A", "B", "too few documents"),))
    )
    assert any("too few for a verdict" in sentence for sentence in told)
    assert not any("better than" in sentence for sentence in told)


def test_it_says_where_documents_differ_and_what_was_not_answered() -> None:
    told = verdict(_figures(_provider("A", 95), _provider("B", 90, 12, outcomes={"answered": 30, "timeout": 10})))
    assert "Not all providers were asked for the same documents" in told[1]
    assert "B left 10 of 40 requests without an answer. Their pages count as not read." in told
    assert "Every request was answered." in verdict(_figures(_provider("A", 95)))


def test_it_speaks_of_money_only_where_prices_are_known() -> None:
    assert "No prices are known, so costs are not compared." in verdict(_figures(_provider("A", 95)))
    priced = _provider(
        "A", 95, cost_of_1000=1.5, cost_of_usable=Interval(2, 1.8, 2.4, 40), break_even=BreakEven(60_000, 50_000)
    )
    told = verdict(_figures(priced))
    assert (
        "By the price table of the plan: A 1.50 USD for 1,000 pages, 2.00 (1.80 to 2.40) for 1,000 usable ones." in told
    )
    assert (
        "The own hardware costs less than A from 60,000 pages a month on, which is more than one such machine reads."
        in told
    )


def test_it_says_who_is_fastest_and_how_little_few_requests_say() -> None:
    timed = Latency(Interval(0.5, 0.4, 0.6, 10), None, None, (), 10)
    told = verdict(_figures(_provider("A", 95, latency=timed), _provider("B", 90)))
    assert "A answers fastest: half of its requests within 0.50 s (0.40 to 0.60)." in told
    assert any("95th and 99th percentiles say little" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (["A", "B"], "The order by Word F1 is the same under every normalisation of the texts."),
        (["B", "A"], "The order by Word F1 is another where this does not count: as read."),
    ],
)
def test_it_says_whether_the_order_hangs_on_the_normalisation(order: list[str], said: str) -> None:
    rankings = {"word_f1": {"as_read": order, "standard": ["A", "B"]}}
    assert said in verdict(_figures(_provider("A", 95), _provider("B", 94), rankings=rankings))


def test_without_truth_it_says_nothing_of_accuracy() -> None:
    told = verdict(_figures(_provider("A", 95, metrics={})))
    assert told[0] == "No document has a known text, so accuracy is not measured."


def test_names_and_numbers_are_written_as_in_a_sentence() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert spread(Interval(5, np.nan, np.nan, 1)) == "5.0 %"
