"""Tests of benchmarks/presets.py and its table: how pages are compared and added up, and which bars are missed."""

from pathlib import Path

import pytest

from benchmarks.frontier import frontier, table
from benchmarks.ground_truth import TruePage
from benchmarks.metrics import Bag
from benchmarks.presets import BARS, MEAN, Reading, compared, missed, summary
from benchmarks.variants import SWITCHED, Variant, variants
from server.config.preset_settings import PresetSettings

PAGE = TruePage(Path("page.png"), ["Call 212-450-4785, please"])


def test_a_token_is_one_word_and_three_parts() -> None:
    whole, split = compared(["call 212 450 4785 please"], PAGE, "words")
    assert (whole.hits, whole.read, whole.true) == (2, 5, 3)
    assert (split.hits, split.read, split.true) == (5, 5, 5)


def test_characters_are_compared_without_blanks_and_split_without_punctuation() -> None:
    whole, split = compared(["\u4f60 \u597d"], TruePage(Path("page.png"), ["\u4f60\u597d\u3002"]), "characters")
    assert (whole.hits, whole.read, whole.true) == (2, 2, 3)
    assert (split.hits, split.read, split.true) == (2, 2, 2)


def reading(system: str, name: str, half: str, hits: int, seconds: float) -> Reading:
    return Reading(system, name, half, Bag(hits, 10, 10), Bag(10, 10, 10), seconds)


def test_pages_add_up_within_a_set_and_sets_count_alike() -> None:
    rows = summary(
        [
            reading("ours", "forms", "A", 10, 1.0),
            reading("ours", "forms", "B", 5, 2.0),
            reading("ours", "receipts", "A", 0, 4.0),
        ]
    )
    found = {(row.half, row.set): (row.pages, row.f1, row.parts_f1, row.seconds) for row in rows}
    assert found["A", "forms"] == (1, 100.0, 100.0, 1.0)
    assert found["AB", "forms"] == (2, 75.0, 100.0, 3.0)
    assert found["AB", MEAN] == (3, 37.5, 100.0, 7.0)
    assert found["B", MEAN] == (1, 50.0, 100.0, 2.0)


def row(system: str, f1: float, seconds: float) -> dict[str, object]:
    return {"system": system, "half": "AB", "set": MEAN, "pages": 1, "f1": f1, "parts_f1": f1, "seconds": seconds}


@pytest.mark.parametrize(
    ("f1", "seconds", "said"),
    [(90.4, 7.0, []), (90.2, 7.0, ["F1"]), (90.4, 7.1, ["seconds"]), (89.0, 8.0, ["F1", "seconds"])],
)
def test_a_bar_that_is_missed_is_told(f1: float, seconds: float, said: list[str]) -> None:
    (first, second), _ = BARS["best"]
    found = missed([row("best", f1, seconds), row(first, 89.0, 10.0), row(second, 90.1, 1.0)])
    assert len(found) == len(said)
    assert all(word in sentence for word, sentence in zip(said, found, strict=True))


def test_the_frontier_holds_what_nobody_beats() -> None:
    rows = [row("slow", 91.0, 9.0), row("fast", 80.0, 1.0), row("beaten", 79.0, 2.0), row("middle", 90.0, 5.0)]
    assert [found["system"] for found in frontier(rows)] == ["fast", "middle", "slow"]


def test_the_table_has_a_line_for_each_system() -> None:
    made = {"command": "python", "date": "2026-01-01", "commit": "c", "processor": "p", "cores": 2}
    text = table({"settings": {"made_with": made, "rows": [row("ours", 90.0, 1.0) | {"half": "A"}]}})
    assert "| ours | 1 (A) | 90.00 | 90.00 | 1.0 |" in text


@pytest.mark.parametrize("found", [[*variants("best"), *variants("tiny")], [*SWITCHED]])
def test_every_variant_has_a_name_of_its_own_and_is_a_preset_of_the_configuration(found: list[Variant]) -> None:
    assert len({own.name for own in found}) == len(found)
    for own in found:
        PresetSettings.model_validate(own.preset)
