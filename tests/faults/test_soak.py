"""Half a minute of the soak benchmark: what it demands of every answer, and of the server at rest afterwards, holds.

How memory grows takes an hour to tell. The bars themselves are tried on counts that somebody made up.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from benchmarks.machine import REPOSITORY
from benchmarks.soak.bars import MOST_GROWTH, MOST_LEFT_AT_REST, missed
from benchmarks.soak.watch import Sample
from tests.contract.adapters import Outcome, adapters
from tests.faults.contracts import Answer
from tests.faults.load import Tally
from tests.faults.pages import text_of

MINUTES, PAGES, LOAD = 0.4, 64, 0.6
TIMEOUT_SECONDS = 600


def test_a_short_mixed_load_with_faults_loses_and_mixes_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "soak.json"
    command = [sys.executable, "-m", "benchmarks.soak", "--minutes", str(MINUTES), "--pages", str(PAGES)]
    with subprocess.Popen(
        [*command, "--load", str(LOAD), "--out", str(kept)],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as soak:
        try:
            _, errors = soak.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(soak.pid, signal.SIGKILL)
    assert kept.is_file(), errors
    figures = json.loads(kept.read_text())
    assert set(figures["missed"]) <= set(MOST_GROWTH), {**figures, "samples": None}
    assert figures["load"]["answered"] > MINUTES * 30
    assert all(figures["capacity_per_second_by_window"])
    assert set(figures["bad_files_by_status"]) <= {"422", "503"}, figures["bad_files_by_status"]
    assert figures["workers_killed"]
    assert figures["clients_left"]


AT_REST = Sample(at=0.0, mebibytes=310.0, tree_mebibytes=440.0, descriptors=20, files=15, threads=29)
STEADY = dict.fromkeys(MOST_GROWTH, 0.0)


def tally_of(*answers: Answer | None, good: int = 100) -> Tally:
    """Return what clients count of so many good answers and of these; None stands for an answer that makes no sense."""
    tally = Tally()
    for number, answer in enumerate((*[None] * good, *answers)):
        given = Answer(Outcome.READ, text_of(number)) if number < good else answer

        def how(*_: object, given: Answer | None = given) -> Answer:
            assert given is not None
            return given

        with suppress(AssertionError):
            tally.ask(requests.Session(), "", number, how)
    return tally


REFUSED = Answer(Outcome.OVERLOADED, None, "paddlex 503")


@pytest.mark.parametrize("part", ["first", "capacity", "load"])
@pytest.mark.parametrize(
    ("answer", "bar"),
    [
        (Answer(Outcome.READ, "another page's"), "mixed"),
        (Answer(Outcome.FAILED, None, "paddlex 500"), "server errors"),
        (Answer(None, None, "paddlex 502"), "server errors"),
        (None, "unaccounted"),
    ],
)
def test_one_wrong_answer_misses_a_bar_in_any_part(part: str, answer: Answer | None, bar: str):
    tallies = {name: tally_of() for name in ("first", "capacity", "load")} | {part: tally_of(answer)}
    assert missed(
        100, (tallies["first"], tallies["capacity"], tallies["load"]), {422: 9}, (AT_REST, AT_REST), STEADY
    ) == [bar]


def test_a_server_that_refuses_misses_bars_though_each_refusal_is_in_order():
    def missed_by(first: Tally, load: Tally) -> list[str]:
        return missed(100, (first, tally_of(), load), {422: 9, 503: 1}, (AT_REST, AT_REST), STEADY)

    fully = [Answer(Outcome.OVERLOADED, None, f"{contract.name} is full") for contract in adapters()[:3]]
    assert missed_by(tally_of(), tally_of(*fully)) == []
    assert missed_by(tally_of(), tally_of(*[REFUSED] * 4)) == ["answered under load"]
    assert missed_by(tally_of(REFUSED, good=99), tally_of()) == ["first pages answered"]
    nothing = tally_of(*[REFUSED] * 100, good=0)
    assert missed_by(nothing, nothing) == ["first pages answered", "answered under load"]
    assert missed_by(tally_of(), Tally()) == ["answered under load"]


@pytest.mark.parametrize(
    ("status", "bars"),
    [(0, ["lost"]), (200, ["bad files accepted"]), (422, []), (500, ["server errors"]), (502, ["server errors"])],
)
def test_bad_files_must_be_refused(status: int, bars: list[str]):
    assert missed(100, (tally_of(), tally_of(), tally_of()), {422: 9, status: 1}, (AT_REST, AT_REST), STEADY) == bars


@pytest.mark.parametrize(("name", "most"), MOST_LEFT_AT_REST.items())
@pytest.mark.parametrize("sign", [1, -1])
def test_a_server_at_rest_holds_what_it_held_before(name: str, most: int, sign: int):
    def missed_by(change: int) -> list[str]:
        after = replace(AT_REST, **{name: getattr(AT_REST, name) + sign * change})
        return missed(100, (tally_of(), tally_of(), tally_of()), {422: 9}, (AT_REST, after), STEADY)

    assert missed_by(most) == []
    assert missed_by(most + 1) == [f"{name} at rest"]


@pytest.mark.parametrize(("name", "most"), MOST_GROWTH.items())
def test_what_grows_misses_its_bar(name: str, most: float):
    grown = STEADY | {name: most + 0.01}
    assert missed(100, (tally_of(), tally_of(), tally_of()), {422: 9}, (AT_REST, AT_REST), grown) == [name]
