"""The README is short, and the few figures in it are measured ones."""

import re

import pytest

from server.contracts.registry import CONTRACTS, OWN
from tests.docs.markdown import ROOT, Markdown

MOST_LINES = 200
MOST_FIGURES = 6
BEGIN, END = "<!-- figures: at most six -->", "<!-- figures: end -->"
FIGURE = re.compile(r"\d[\d.,]*\s?(?:%|percent|times|pages/s|requests/s|ms\b|s\b|seconds|MiB|GiB)|\d,\d{3}")


def listed(text: str) -> list[str]:
    return re.findall(r"^- (.+)$", text.partition(BEGIN)[2].partition(END)[0], re.MULTILINE)


def stray(text: str) -> list[str]:
    """Figures outside of the list."""
    before, _, rest = text.partition(BEGIN)
    return FIGURE.findall(before + rest.partition(END)[2])


README = Markdown.of("README.md").text


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MOST_LINES


def test_the_readme_has_few_figures() -> None:
    assert 1 <= len(listed(README)) <= MOST_FIGURES
    assert stray(README) == []


@pytest.mark.parametrize("figure", listed(README))
def test_each_figure_stands_among_those_that_were_measured(figure: str) -> None:
    measured = (ROOT / "docs" / "measured.md").read_text(encoding="utf-8")
    numbers = re.findall(r"\d[\d.,]*\d", figure)
    assert numbers
    assert [number for number in numbers if number not in measured] == []


@pytest.mark.parametrize("text", ["It takes 2.7 s.", "97 % are answered", "1.4 times as fast", "4,452 lines", "2 GiB"])
def test_a_figure_elsewhere_is_found_out(text: str) -> None:
    assert stray(f"{text}\n{BEGIN}\n- 3 times\n{END}\n") != []
    assert stray(f"{BEGIN}\n- {text}\n{END}\nThe default is 10 pages.\n") == []


def test_the_table_of_clients_has_every_contract() -> None:
    missing = [name for name in CONTRACTS if name != OWN and f"| `contracts.{name}.keys` |" not in README]
    assert not missing, f"Add a row to the table of clients in README.md for: {', '.join(missing)}."


def test_the_head_of_the_makefile_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    assert sorted(re.findall(r"^# make (\S+) {2,}\S", makefile, re.MULTILINE)) == sorted(targets)


def test_a_machine_with_nothing_on_it_needs_two_commands() -> None:
    assert {"make serve", "make test"} <= set(Markdown.of("README.md").commands)
