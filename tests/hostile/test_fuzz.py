"""A short run of the fuzzer in every test run, and proof that it counts what it is there to count."""

import asyncio
import random

import pytest

from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.decode.workers.process import WorkerFailed
from server.errors import NotReady
from server.intake.raw_file import FileKind, RawFile
from tests.hostile.fuzz import SETTINGS, Fuzzer, fuzz
from tests.hostile.mutations import mutate
from tests.hostile.seeds import images
from tests.unit.server.decode.samples import scan_bomb

INPUTS, SEED = 2_000, 4
MAX_GROWTH_MEBIBYTES = 32


def test_every_damaged_file_is_read_or_refused_and_nothing_stays() -> None:
    report = asyncio.run(fuzz(INPUTS, SEED))
    assert report.defects == []
    assert report.verdicts.total() == report.inputs == INPUTS
    assert report.verdicts["read"] > INPUTS / 10
    assert report.slowest < 2 * SETTINGS.page_timeout_seconds
    assert report.before
    assert report.after
    assert report.after.descriptors <= report.before.descriptors
    assert report.after.children == report.before.children == SETTINGS.workers
    assert report.after.mebibytes - report.before.mebibytes < MAX_GROWTH_MEBIBYTES


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
