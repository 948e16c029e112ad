"""Throws damaged files at the decode door and keeps count: every one must be read or refused, and nothing may stay.

    python -m tests.hostile.fuzz --inputs 250000 --keep FOLDER

A file that costs a worker its life, or that takes longer than a page may, is refused like any other; it is counted, and
with ``--keep`` kept. What must never happen is any other error, or memory, descriptors or processes that grow.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import SPARE_BYTES, Decoder
from server.errors import InvalidInputFile, PixelLimitExceeded, RequestError
from server.intake.raw_file import FileKind, RawFile
from tests.hostile import external, seeds
from tests.hostile.mutations import mutate

SETTINGS = DecodeSettings(workers=2, page_timeout_seconds=5.0, memory_megabytes=1024)
LIMITS = LimitSettings(max_image_pixels=2_000_000, max_pages=2)
PDF_SIDE = 400
WARM_SHARE = 0.1
"""Growth is measured from here on: by then every library is loaded and every pool is filled."""

MAX_GROWTH_MEBIBYTES = 32

Seeds = Sequence[tuple[FileKind, bytes]]

STATUSES = {422}
"""A bad file may be refused with these errors."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """The decoder holds these: this process's resident memory, its open files, its live children."""

    mebibytes: float
    descriptors: int
    children: int

    @classmethod
    def now(cls, decoder: Decoder) -> "Footprint":
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        children = sum(slot.pid is not None for slot in decoder.workers.slots)
        return cls(round(resident / 2**20, 1), len(list(Path("/proc/self/fd").iterdir())), children)


@dataclass(slots=True)
class Report:
    """The count.

    Attributes:
        verdicts: ``read``, the refusals' names, and ``defect``.
        lost: workers that died, hung or answered nonsense, by how they ended.
        defects: what must not happen, in words.
        slowest: seconds of the slowest input.
    """

    inputs: int = 0
    seconds: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    damages: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    defects: list[str] = field(default_factory=list)
    slowest: float = 0.0
    before: Footprint | None = None
    after: Footprint | None = None


class LostWorkers(logging.Handler):
    """Counts the decoder's warnings about workers that were lost."""

    def __init__(self, report: Report) -> None:
        super().__init__(logging.WARNING)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        self._report.lost[record.getMessage().rpartition(": ")[2]] += 1


class Fuzzer:
    """Makes the inputs, one after the other from one seed, and gives each to the decoder.

    Args:
        keep: a folder for inputs that cost a worker or are a defect, or None.
        external: documents to damage besides our own.
    """

    def __init__(self, decoder: Decoder, seed: int, keep: Path | None = None, external: Seeds = ()) -> None:
        self._decoder = decoder
        self._chance = random.Random(seed)
        self._keep = keep
        documents = _kinds(FileKind.PDF, {**seeds.documents(), "packed.pdf": seeds.packed_pdf()})
        images = _kinds(FileKind.IMAGE, seeds.images()) + _kinds(FileKind.IMAGE, seeds.transparent())
        office = _kinds(FileKind.OFFICE, seeds.office())
        # Images have the most formats, and Office documents are only unpacked here.
        self._pools = [images] * 5 + [documents, list(external) or documents] * 2 + [office]
        self.report = Report()

    async def run(self, inputs: int, until: Callable[[], bool] = lambda: False, clients: int = 4) -> Report:
        """Give so many inputs to the decoder, a few at a time, unless it is time to stop before."""
        begin, lost = time.monotonic(), LostWorkers(self.report)
        logging.getLogger("server.decode.workers.worker_slot").addHandler(lost)
        warm = int(inputs * WARM_SHARE)

        async def client(left: Iterator[int]) -> None:
            for number in left:
                if until():
                    return
                await self._one(number)

        try:
            for part in (range(warm), range(warm, inputs)):
                left = iter(part)
                await asyncio.gather(*(client(left) for _ in range(clients)))
                # A worker that has read its share of files is replaced at its next file. Now all stand still, and none
                # is missing.
                await self._decoder.workers.start()
                self.report.before = self.report.before or Footprint.now(self._decoder)
        finally:
            logging.getLogger("server.decode.workers.worker_slot").removeHandler(lost)
        self.report.seconds = round(time.monotonic() - begin, 1)
        self.report.after = Footprint.now(self._decoder)
        return self.report

    async def _one(self, number: int) -> None:
        pool = self._chance.choice(self._pools)
        (kind, data), (_, other) = self._chance.choice(pool), self._chance.choice(self._chance.choice(self._pools))
        damage, file = mutate(self._chance, data, other)
        begin, lost = time.monotonic(), self.report.lost.total()
        password, composited = self._chance.choice((None, seeds.PASSWORD)), self._chance.random() < 0.5
        verdict = await self._verdict(RawFile(file, kind, password, composite_alpha=composited))
        self.report.inputs += 1
        self.report.slowest = max(self.report.slowest, round(time.monotonic() - begin, 2))
        self.report.damages[damage] += 1
        self.report.verdicts[verdict] += 1
        if self._keep and (verdict == "defect" or self.report.lost.total() > lost):
            (self._keep / f"{number:06d}.{kind.name.lower()}").write_bytes(file)

    async def _verdict(self, raw: RawFile) -> str:
        try:
            await (self._check_office(raw) if raw.kind is FileKind.OFFICE else self._read(raw))
        except RequestError as error:
            if error.status in STATUSES and isinstance(error, InvalidInputFile | PixelLimitExceeded):
                return type(error).__name__
            return self._defect(error)
        except Exception as error:  # noqa: BLE001 - that there is none is what is tested
            return self._defect(error)
        return "read"

    async def _read(self, raw: RawFile) -> None:
        async with self._decoder.open(raw, max_pages=2, pdf_max_side=PDF_SIDE) as document:
            for index in range(document.info.processed_pages):
                page = await document.page(index)
                if page.image.shape != (*document.info.sizes[index][::-1], 3):
                    raise AssertionError("a page is not of the size that was announced")

    async def _check_office(self, raw: RawFile) -> None:
        """Check an Office document as it is checked before LibreOffice sees it, which is too slow for so many."""
        await self._decoder._made(raw.data, raw.password, "plain_office", len(raw.data) + SPARE_BYTES)

    def _defect(self, error: Exception) -> str:
        self.report.defects.append(f"{type(error).__name__}: {error}")
        return "defect"


def _kinds(kind: FileKind, files: Mapping[str, bytes]) -> list[tuple[FileKind, bytes]]:
    return [(kind, data) for data in files.values()]


async def fuzz(
    inputs: int, seed: int, keep: Path | None = None, seconds: float = float("inf"), external: Seeds = ()
) -> Report:
    """Start a decoder, throw so many inputs at it or as many as there is time for, and stop it."""
    decoder, end = Decoder(SETTINGS, LIMITS), time.monotonic() + seconds
    await decoder.start()
    try:
        return await Fuzzer(decoder, seed, keep, external).run(inputs, lambda: time.monotonic() > end)
    finally:
        await decoder.stop()


def missed(report: Report) -> list[str]:
    """Return the promises that a run did not hold, in words."""
    wrong = {"defects": bool(report.defects), "inputs without a verdict": report.verdicts.total() != report.inputs}
    if report.before and report.after:
        before, after = report.before, report.after
        wrong |= {
            "memory": after.mebibytes - before.mebibytes >= MAX_GROWTH_MEBIBYTES,
            "descriptors": after.descriptors > before.descriptors,
            "processes": after.children != before.children,
        }
    return [bar for bar, is_missed in wrong.items() if is_missed]


def shown(report: Report) -> str:
    """The report as JSON, without the file names of this machine."""
    counters = {name: dict(getattr(report, name).most_common()) for name in ("verdicts", "damages", "lost")}
    facts: dict[str, object] = {"inputs": report.inputs, "seconds": report.seconds, "slowest_seconds": report.slowest}
    grown = [asdict(footprint) for footprint in (report.before, report.after) if footprint]
    facts |= {**counters, "defects": report.defects[:20], "after_warm_up_and_at_end": grown, "missed": missed(report)}
    return json.dumps(facts, indent=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop then, whatever was done")
    parser.add_argument("--keep", type=Path, help="folder for inputs that cost a worker or are a defect")
    given = parser.parse_args(arguments)
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    logging.getLogger("server.decode.workers.worker_slot").propagate = False
    report = asyncio.run(fuzz(given.inputs, given.seed, given.keep, given.seconds, external.seeds()))
    print(shown(report))
    return int(bool(missed(report)))


if __name__ == "__main__":
    sys.exit(main())
