"""A short run of the fuzzer in every test run, and proof that it counts what it is there to count."""

import asyncio
import logging
import random
from collections import Counter
from dataclasses import replace

import pytest

from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.decode.workers.process import WorkerFailed
from server.errors import NotReady
from server.intake.raw_file import FileKind, RawFile
from tests.hostile.fuzz import MAX_GROWTH_MEBIBYTES, SETTINGS, Footprint, Fuzzer, Report, fuzz, main, missed
from tests.hostile.mutations import mutate
from tests.hostile.seeds import images
from tests.unit.server.decode.samples import scan_bomb

INPUTS, SEED = 2_000, 4


def test_every_damaged_file_is_read_or_refused_and_nothing_stays() -> None:
    report = asyncio.run(fuzz(INPUTS, SEED))
    assert report.defects == []
    assert report.verdicts.total() == report.inputs == INPUTS
    assert report.verdicts["read"] > INPUTS / 10
    assert report.slowest < 2 * SETTINGS.page_timeout_seconds
    assert report.before
    assert report.after
    assert report.before.children == SETTINGS.workers
    assert missed(report) == []


HELD = Footprint(100.0, 20, 2)


@pytest.mark.parametrize(
    ("report", "bars"),
    [
        (Report(inputs=1, verdicts=Counter(read=1), before=HELD, after=HELD), []),
        (Report(inputs=1, verdicts=Counter(read=1)), []),
        (Report(inputs=1, verdicts=Counter(defect=1), defects=["RuntimeError: x"]), ["defects"]),
        (Report(inputs=2, verdicts=Counter(read=1)), ["inputs without a verdict"]),
        (Report(before=HELD, after=replace(HELD, mebibytes=100.0 + MAX_GROWTH_MEBIBYTES)), ["memory"]),
        (Report(before=HELD, after=replace(HELD, descriptors=21)), ["descriptors"]),
        (Report(before=HELD, after=replace(HELD, children=1)), ["processes"]),
    ],
)
def test_what_must_not_happen_misses_a_bar(report: Report, bars: list[str]) -> None:
    assert missed(report) == bars


def test_the_exit_status_tells_of_a_missed_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger("server.decode.workers.worker_slot"), "propagate", True)  # given back
    for defects in ([], ["RuntimeError: x"]):

        async def run(*_: object, defects: list[str] = defects) -> Report:
            return Report(defects=defects)

        monkeypatch.setattr("tests.hostile.fuzz.fuzz", run)
        assert main([]) == len(defects)
        assert ('"missed": []' in capsys.readouterr().out) == (not defects)


def test_the_same_seed_makes_the_same_files() -> None:
    data, other = images()["plain.png"], images()["plain.jpg"]
    one, two = random.Random(9), random.Random(9)
    assert [mutate(one, data, other) for _ in range(200)] == [mutate(two, data, other) for _ in range(200)]


class Bombs(random.Random):
    """Chance that always falls upon the bomb, and leaves it whole."""

    def choice(self, seq):  # type: ignore[no-untyped-def]
        return (FileKind.IMAGE, scan_bomb(3_000, 20_000, progressive=True)) if isinstance(seq[0], tuple) else seq[0]

    def randrange(self, start, *_):  # type: ignore[no-untyped-def]
        return start - 1


async def run_one(settings: DecodeSettings, limits: LimitSettings, inputs: int = 1) -> Fuzzer:
    decoder = Decoder(settings, limits)
    await decoder.start()
    try:
        fuzzer = Fuzzer(decoder, SEED)
        fuzzer._chance = Bombs()
        await fuzzer.run(inputs)
        return fuzzer
    finally:
        await decoder.stop()


def test_a_lost_worker_is_counted() -> None:
    limits = LimitSettings()
    report = asyncio.run(run_one(DecodeSettings(workers=1, page_timeout_seconds=0.5), limits)).report
    assert (report.lost.total(), dict(report.verdicts), report.defects) == (1, {"InvalidInputFile": 1}, [])


@pytest.mark.parametrize("error", [NotReady(), WorkerFailed("x"), RuntimeError("x")])
def test_any_other_error_is_a_defect(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: RawFile) -> None:
        raise error

    fuzzer = Fuzzer(Decoder(DecodeSettings(workers=1), LimitSettings()), SEED)
    monkeypatch.setattr(fuzzer, "_read", fail)
    assert asyncio.run(fuzzer._verdict(RawFile(b"x", FileKind.IMAGE))) == "defect"
    assert fuzzer.report.defects == [f"{type(error).__name__}: {error}"]
