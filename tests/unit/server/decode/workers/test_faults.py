"""A hostile file, a killed worker or an impatient caller may cost one request, and leaves nothing behind."""

import asyncio
import gc
import os
import random
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.decode.workers.process import PROTECTIONS, WorkerNotStarted, WorkerProcess, WorkerSettings
from server.decode.workers.tries import MOST_CRASHES, MOST_KILLS, MOST_KILLS_AT_START
from server.decode.workers.worker_slot import WorkerSlot
from server.errors import InvalidInputFile, NotReady
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench, read
from tests.unit.server.decode.samples import RED, coloured_pdf
from tests.unit.server.decode.workers.conftest import FAULTY
from tests.unit.server.decode.workers.faulty_worker import SECRET, VIOLATIONS, WRITTEN

PDF = FileKind.PDF
GOOD = coloured_pdf(RED, RED)


def fault(name: str) -> RawFile:
    return RawFile(b"%PDF-" + name.encode(), PDF)


def descriptors(decoder: Decoder | None = None) -> list[str]:
    """Return what this process has open, by kind, but for the sockets of workers that wait to replace others."""
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    kinds = sorted(link.partition(":")[0] for link in links if "/proc/" not in link)
    for slot in decoder.workers.slots if decoder else ():
        if slot._successor is not None:
            kinds.remove("socket")
    return kinds


def pids(decoder: Decoder) -> list[int | None]:
    return [slot.pid for slot in decoder.workers.slots]


def wait_until_dead(pid: int) -> None:
    """Without reaping it: that is the decoder's business."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


async def until_busy(decoder: Decoder) -> int:
    """Process id of the worker that has taken a job."""
    while True:
        for slot in decoder.workers.slots:
            if slot.document is not None and slot.pid is not None:
                return slot.pid
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "name",
    ["hang-open", "hang-page", "spin", "exit", "abort", "memory", "few-sizes", "few-resolutions", "negative-size"],
)
def test_a_bad_file_costs_only_its_own_request(faulty: Bench, name: str) -> None:
    async def scenario() -> None:
        good = asyncio.ensure_future(read(faulty.decoder, GOOD, PDF))
        with pytest.raises(InvalidInputFile):
            await read(faulty.decoder, fault(name).data, PDF)
        assert len((await good)[1]) == 2
        for _ in range(3):
            assert len((await read(faulty.decoder, GOOD, PDF))[1]) == 2

    faulty.run(scenario())


def test_a_worker_reaches_neither_files_nor_network_nor_processes(faulty: Bench) -> None:
    if len(faulty.decoder.protections) < len(PROTECTIONS):
        pytest.skip("this machine lacks libseccomp2, seccomp filters or Landlock")
    WRITTEN.unlink(missing_ok=True)
    SECRET.write_bytes(b"key")
    try:
        allowed = [name for name in VIOLATIONS if faulty.read(fault(name).data, PDF)[0].sizes != ((20, 10),) * 2]
    finally:
        SECRET.unlink()
    assert allowed == []
    assert not WRITTEN.exists()


def test_a_worker_killed_in_the_middle_of_a_job(faulty: Bench) -> None:
    async def scenario() -> None:
        job = asyncio.ensure_future(read(faulty.decoder, fault("hang-open").data, PDF))
        os.kill(await until_busy(faulty.decoder), signal.SIGKILL)
        with pytest.raises(InvalidInputFile):
            await job
        assert len((await read(faulty.decoder, GOOD, PDF))[1]) == 2

    faulty.run(scenario())


@pytest.mark.parametrize("kills", [1, MOST_KILLS - 1])
def test_a_job_whose_workers_were_killed_is_done_by_another(faulty: Bench, kills: int) -> None:
    """As the kernel kills when memory runs out."""
    before = set(pids(faulty.decoder))
    _, pages = faulty.read(fault(f"killed-{kills}-times").data, PDF)
    assert set(pids(faulty.decoder)) != before
    assert [page[0, 0].tolist() for page in pages] == [[0, 0, 0], [1, 1, 1]]


@pytest.mark.parametrize(("name", "lost"), [(f"killed-{MOST_KILLS}-times", MOST_KILLS), ("exit", MOST_CRASHES)])
def test_a_file_that_ends_every_worker_ends_so_many(
    faulty: Bench, caplog: pytest.LogCaptureFixture, name: str, lost: int
) -> None:
    with pytest.raises(InvalidInputFile):
        faulty.read(fault(name).data, PDF)
    assert caplog.text.count("A decode worker was lost") == lost


class KilledAtStart(WorkerProcess):
    """A worker that another process kills at some time of its start; so are the next ones, as many as are named."""

    kills = 0
    delays = random.Random(5)

    def __init__(self, settings: WorkerSettings) -> None:
        super().__init__(settings)
        if KilledAtStart.kills:
            KilledAtStart.kills -= 1
            threading.Timer(self.delays.uniform(0, 0.05), self.kill).start()


@pytest.fixture
def killed_at_start(monkeypatch: pytest.MonkeyPatch) -> type[KilledAtStart]:
    for module in ("tries", "worker_slot"):
        monkeypatch.setattr(f"server.decode.workers.{module}.WorkerProcess", KilledAtStart)
    return KilledAtStart


def test_workers_that_are_killed_while_they_start_cost_no_file(
    faulty: Bench, killed_at_start: type[KilledAtStart], caplog: pytest.LogCaptureFixture
) -> None:
    for kills in (1, MOST_KILLS_AT_START - 1):
        killed_at_start.kills = kills
        for pid in pids(faulty.decoder):
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            wait_until_dead(pid)
        assert len(faulty.read(GOOD, PDF)[1]) == 2
        # One that was killed a moment after its start is no start that failed: the file found another one.
        assert killed_at_start.kills == 0
        assert len(faulty.read(GOOD, PDF)[1]) == 2
    assert "Another decode worker is started" in caplog.text


def test_a_successor_that_is_killed_while_it_starts_costs_no_file(
    faulty: Bench, killed_at_start: type[KilledAtStart]
) -> None:
    for _ in range(8):
        killed_at_start.kills = 1
        assert len(faulty.read(GOOD, PDF)[1]) == 2


def test_the_pool_starts_although_workers_are_killed_meanwhile(killed_at_start: type[KilledAtStart]) -> None:
    killed_at_start.kills = MOST_KILLS_AT_START - 1

    async def scenario() -> None:
        decoder = Decoder(DecodeSettings(workers=1), LimitSettings(), worker_module=FAULTY)
        await decoder.start()
        assert len((await read(decoder, GOOD, PDF))[1]) == 2
        await decoder.stop()

    asyncio.run(scenario())


def test_where_every_start_is_killed_the_file_may_come_again(
    faulty: Bench, killed_at_start: type[KilledAtStart]
) -> None:
    killed_at_start.kills = 10**6
    for pid in pids(faulty.decoder):
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until_dead(pid)
    with pytest.raises(NotReady):
        faulty.read(GOOD, PDF)
    killed_at_start.kills = 0
    assert len(faulty.read(GOOD, PDF)[1]) == 2


def test_a_worker_that_fails_after_its_caller_has_left_is_no_error_of_the_loop(faulty: Bench) -> None:
    reports: list[object] = []

    async def scenario() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        job = asyncio.ensure_future(read(faulty.decoder, fault("hang-open").data, PDF))
        await until_busy(faulty.decoder)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        await asyncio.gather(*(asyncio.wait([task]) for task in faulty.decoder.workers._running))
        gc.collect()
        await asyncio.sleep(0)

    faulty.run(scenario())
    assert reports == []


def test_killed_workers_lose_no_document(faulty: Bench) -> None:
    """Each worker is killed once a round, so that no job loses two."""
    shades = [(page / 255, 0.0, 0.0) for page in range(4)]

    async def kill(slot: WorkerSlot) -> None:
        while slot.document is None or slot.pid is None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        os.kill(slot.pid, signal.SIGKILL)

    async def one() -> list[int]:
        _, pages = await read(faulty.decoder, coloured_pdf(*shades), PDF)
        return [int(page[5, 5, 2]) for page in pages]

    async def scenario() -> None:
        for _ in range(3):
            kills = [asyncio.ensure_future(kill(slot)) for slot in faulty.decoder.workers.slots]
            assert await asyncio.gather(*(one() for _ in range(8))) == [[0, 1, 2, 3]] * 8
            await asyncio.gather(*kills)

    faulty.run(scenario())


def test_pages_of_one_file_on_two_workers_and_a_caller_that_leaves(faulty: Bench) -> None:
    """Both workers have the file open; it is closed in both and its memory freed, whoever was still busy with it."""

    async def scenario() -> tuple[list[str], list[str]]:
        before = descriptors(faulty.decoder)
        for _ in range(5):
            async with faulty.decoder.open(RawFile(coloured_pdf(*[RED] * 6), PDF), max_pages=None) as document:
                await asyncio.gather(*(document.page(index) for index in range(6)))
                assert {slot.document for slot in faulty.decoder.workers.slots} != {None}
                late = [asyncio.ensure_future(document.page(index)) for index in range(6)]
                while len(faulty.decoder.workers._running) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0)
                for page in late:
                    page.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            await asyncio.gather(*faulty.decoder.workers._running, return_exceptions=True)
            assert [slot.document for slot in faulty.decoder.workers.slots] == [None, None]
            assert len((await read(faulty.decoder, GOOD, PDF))[1]) == 2
        return before, descriptors(faulty.decoder)

    before, after = faulty.run(scenario())
    assert after == before


def test_workers_that_die_idle_are_replaced_at_next_use(faulty: Bench) -> None:
    before = pids(faulty.decoder)
    for pid in before:
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until_dead(pid)
    assert len(faulty.read(GOOD, PDF)[1]) == 2
    assert len(faulty.read(GOOD, PDF)[1]) == 2
    assert set(pids(faulty.decoder)) != set(before)


def test_a_worker_killed_between_two_pages(faulty: Bench) -> None:
    """Its file is opened again in another process: nobody notices."""

    async def scenario() -> int:
        count = 0
        async with faulty.decoder.open(RawFile(coloured_pdf(*[RED] * 6), PDF), max_pages=None) as document:
            for index in range(document.info.processed_pages):
                await document.page(index)
                count += 1
                for pid in pids(faulty.decoder):
                    if pid is not None and count == 3:
                        os.kill(pid, signal.SIGKILL)
                        wait_until_dead(pid)
        return count

    assert faulty.run(scenario()) == 6


def test_workers_are_recycled(faulty: Bench) -> None:
    before = set(pids(faulty.decoder))
    for _ in range(6):
        faulty.read(GOOD, PDF)
    assert not before & set(pids(faulty.decoder))


def test_the_next_worker_starts_while_the_last_file_is_read(faulty: Bench) -> None:
    """So that no file waits for an interpreter: two files a worker, and a third that finds one."""

    async def scenario() -> None:
        slot = faulty.decoder.workers.slots[0]
        for _ in range(2):
            await asyncio.gather(*(read(faulty.decoder, GOOD, PDF) for _ in range(2)))
        successor = slot._successor
        assert successor is not None
        assert successor.alive
        await asyncio.gather(*(read(faulty.decoder, GOOD, PDF) for _ in range(2)))
        assert slot.pid == successor.pid
        assert slot._successor is None

    faulty.run(scenario())


def test_a_caller_that_goes_away_leaves_nothing(faulty: Bench) -> None:
    async def scenario() -> tuple[list[str], list[str]]:
        before = descriptors(faulty.decoder)
        for name in ("hang-page", "hang-open"):
            job = asyncio.ensure_future(read(faulty.decoder, fault(name).data, PDF))
            await until_busy(faulty.decoder)
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
        queued = [asyncio.ensure_future(read(faulty.decoder, GOOD, PDF)) for _ in range(5)]
        await asyncio.sleep(0)
        for job in queued:
            job.cancel()
        await asyncio.gather(*queued, return_exceptions=True)
        assert len((await read(faulty.decoder, GOOD, PDF))[1]) == 2
        async with faulty.decoder.open(RawFile(GOOD, PDF), max_pages=None) as document:
            await document.page(0)
        await asyncio.gather(*faulty.decoder.workers._running, return_exceptions=True)
        for _ in range(2):
            await read(faulty.decoder, GOOD, PDF)
        return before, descriptors(faulty.decoder)

    before, after = faulty.run(scenario())
    assert after == before


def test_an_abandoned_worker_is_not_handed_out_while_it_works(faulty: Bench) -> None:
    async def scenario() -> None:
        job = asyncio.ensure_future(read(faulty.decoder, fault("hang-open").data, PDF))
        await until_busy(faulty.decoder)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        for _, pages in await asyncio.gather(*(read(faulty.decoder, GOOD, PDF) for _ in range(4))):
            assert len(pages) == 2

    faulty.run(scenario())


def test_files_that_hang_hold_up_nobody_once_their_callers_are_gone(caplog: pytest.LogCaptureFixture) -> None:
    """As many as there are workers, each of which would otherwise have a minute."""
    settings = DecodeSettings(workers=2, page_timeout_seconds=60.0, memory_megabytes=1024)

    async def scenario() -> None:
        decoder = Decoder(settings, LimitSettings(), worker_module=FAULTY)
        await decoder.start()
        try:
            before = set(pids(decoder))
            jobs = [asyncio.ensure_future(read(decoder, fault("hang-open").data, PDF)) for _ in range(2)]
            while None in [slot.document for slot in decoder.workers.slots]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            async with asyncio.timeout(30):
                assert len((await read(decoder, GOOD, PDF))[1]) == 2
                await asyncio.gather(*decoder.workers._running, return_exceptions=True)
            assert not before & set(pids(decoder))
        finally:
            await decoder.stop()

    asyncio.run(scenario())
    assert "was lost" not in caplog.text


def test_a_finished_file_is_closed_in_its_worker(faulty: Bench) -> None:
    faulty.read(GOOD, PDF)
    assert [slot.document for slot in faulty.decoder.workers.slots] == [None, None]


def test_nothing_is_left_after_stop() -> None:
    shared = sorted(Path("/dev/shm").iterdir())

    async def scenario() -> list[int | None]:
        decoder = Decoder(DecodeSettings(workers=2, page_timeout_seconds=0.5), LimitSettings(), worker_module=FAULTY)
        await decoder.start()
        started = pids(decoder)
        hanging = asyncio.ensure_future(read(decoder, fault("hang-page").data, PDF))
        await until_busy(decoder)
        await decoder.stop()
        with pytest.raises(NotReady):
            await hanging
        for late in (fault("none"), RawFile(b"\x89PNG", FileKind.IMAGE)):
            with pytest.raises(NotReady):
                await read(decoder, late.data, late.kind)
        return started

    asyncio.run(scenario())
    before = descriptors()
    for pid in asyncio.run(scenario()):
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert descriptors() == before
    assert sorted(Path("/dev/shm").iterdir()) == shared


def test_workers_that_cannot_start_are_found_at_start() -> None:
    async def scenario() -> None:
        decoder = Decoder(
            DecodeSettings(workers=2), LimitSettings(), worker_module="server.decode.workers.no_such_worker"
        )
        with pytest.raises(WorkerNotStarted):
            await decoder.start()
        assert pids(decoder) == [None, None]
        await decoder.stop()

    asyncio.run(scenario())


def test_workers_do_not_inherit_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PPOCR_TEST_SECRET", "token")

    async def scenario() -> tuple[tuple[int, int], ...]:
        decoder = Decoder(DecodeSettings(workers=1), LimitSettings(), worker_module=FAULTY)
        await decoder.start()
        try:
            async with decoder.open(fault("environment"), max_pages=1) as document:
                return document.info.sizes
        finally:
            await decoder.stop()

    assert asyncio.run(scenario()) == ((20, 10),)


ORPHAN_MAKER = """
import asyncio, os, signal, sys
from server.decode.decoder import Decoder
from server.intake.raw_file import FileKind, RawFile
from server.config.settings import DecodeSettings, LimitSettings

async def main():
    decoder = Decoder(DecodeSettings(workers=2), LimitSettings(), worker_module=sys.argv[1])
    await decoder.start()
    asyncio.ensure_future(decoder._open(RawFile(b"%PDF-hang-open", FileKind.PDF), None))
    while not any(slot.document for slot in decoder.workers.slots):
        await asyncio.sleep(0.01)
    print(*(slot.pid for slot in decoder.workers.slots), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_workers_die_with_a_killed_server_even_while_they_hang() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN_MAKER, FAULTY], capture_output=True, timeout=60, check=False, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    for pid in map(int, done.stdout.split()):
        _wait_until_gone(pid)


def _wait_until_gone(pid: int) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], 20)[0], "a worker outlived its server"
    finally:
        os.close(descriptor)
