"""The short form of `python -m benchmarks.layout`: every fourth document, by geometry alone, from faultless lines."""

import pytest

from benchmarks.layout.catalogue import documents
from benchmarks.layout.exact import read_exactly
from benchmarks.layout.score import score, shares, summed

FLOORS = {
    "sentences": 81.0,
    "heads": 8.0,
    "order": 98.0,
    "headings": 62.0,
    "teds ruled": 0.99,
    "teds half-ruled": 0.9,
    "teds borderless": 0.9,
}
"""What is reached. It may rise and must not fall; the aims are `benchmarks.layout.report.BARS`."""


@pytest.fixture(scope="module")
def figures() -> dict[str, float | None]:
    return shares(summed([score(document, read_exactly(document)) for document in documents(every=4)]))


@pytest.mark.parametrize("name", list(FLOORS))
def test_no_less_of_the_structure_is_found_than_before(figures, name):
    assert figures[name] >= FLOORS[name], figures
