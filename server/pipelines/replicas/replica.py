"""One device's replica: its process is kept running, what is asked of it is answered or fails, and it is watched.

A thread of its own starts the process and listens to it; everything else happens on the event loop's thread.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from models.errors import EngineFailure, EngineUnavailable, OcrError
from models.optional_stage import ModuleStatus
from models.options import OcrOverrides
from server.children import channel
from server.page_reader import ReplicaState, ReplicaStatus
from server.pipelines.replicas.backoff import Backoff
from server.pipelines.replicas.counters import StageTotals
from server.pipelines.replicas.errors import NotTaken, ReplicaHung, ReplicaLost, restored
from server.pipelines.replicas.messages import (
    Cancel,
    Failed,
    NotStarted,
    Opening,
    Order,
    PageRead,
    Prepared,
    Pulse,
    Read,
    Ready,
    Report,
    StageNumbers,
    Start,
)
from server.pipelines.replicas.probe import Probe, known_page
from server.pipelines.replicas.process import WORKER, ReplicaProcess
from server.pipelines.replicas.pulse import START_SECONDS
from server.pipelines.replicas.results import Answer, received_pictures
from server.pipelines.replicas.shared_picture import SharedPicture

logger = logging.getLogger("ppocr.replicas")

HUNG, FAILING = "hung", "its engine fails"
"""Why a replica was killed."""
CLOSING_SECONDS = 5.0
"""For a process that was told to end to do so by itself."""


@dataclass(frozen=True, slots=True)
class ReplicaSettings:
    """How a replica is started and watched.

    Attributes:
        environment: variables beside those of this process.
        hang_seconds: one that says nothing, or gets nowhere with its work, for this long is killed.
        module: what runs in the child; tests put faults there.
    """

    device: str
    start: Start
    environment: Mapping[str, str]
    hang_seconds: float
    module: str = WORKER


class Replica:
    """A replica and its life.

    Args:
        number: 0-based, for people.
        settings: how it is started and watched.
        totals: keeps its counters when it is lost.
        changed: called whenever it begins or ceases to serve.
        opening: told what it is opening.

    Attributes:
        pixels: of the pages that it is reading.
        idle: set while it reads none.
        stages: its counters, as it last told them.
        modules: the state of its modules, as it last told it.
        prepared: which stages it was asked to open, and did.
    """

    def __init__(
        self,
        number: int,
        settings: ReplicaSettings,
        totals: StageTotals,
        changed: Callable[[], object],
        opening: Callable[[str], object],
    ) -> None:
        self._number = number
        self._settings = settings
        self._totals = totals
        self._changed = changed
        self._opening = opening
        self._thread = ThreadPoolExecutor(1, f"replica-{number}")
        self._process: ReplicaProcess | None = None
        self._state: ReplicaState = "starting"
        self._losses = 0
        self._pages = 0
        self._jobs: dict[int, asyncio.Future[Answer]] = {}
        self._numbers = itertools.count(1)
        self._first: asyncio.Future[None] | None = None
        self._life: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._reason = ""
        self._served = False
        self._probe = Probe(self._read_known_page, partial(self._kill, FAILING))
        self.pixels = 0
        self.idle = asyncio.Event()
        self.idle.set()
        self.stages: Mapping[str, StageNumbers] = {}
        self.modules: tuple[ModuleStatus, ...] = ()
        self.prepared: set[Hashable] = set()

    @property
    def serving(self) -> bool:
        """Whether it takes jobs."""
        return self._state == "serving"

    @property
    def status(self) -> ReplicaStatus:
        """Its state now."""
        return ReplicaStatus(self._number, self._settings.device, self._state, self._losses, self._pages, self.pixels)

    async def start(self) -> None:
        """Start it and wait until it serves; from then on it is kept running.

        Raises:
            OcrError: its pipeline cannot be built, on no device; the message is for the operator.
            ReplicaLost: its process ended, or its engine cannot be opened. It is started again until it serves.
        """
        loop = asyncio.get_running_loop()
        self._first = loop.create_future()
        self._life = loop.create_task(self._live(self._first))
        await self._first

    async def close(self) -> None:
        """End it; what it was asked fails. One that serves may end by itself, within `CLOSING_SECONDS`."""
        served, self._state = self.serving, "closed"
        self._stop_watching()
        if self._process is not None and served:
            self._process.hang_up()
            self._watch = asyncio.get_running_loop().call_later(CLOSING_SECONDS, self._process.kill)
        elif self._process is not None:
            self._process.kill()
        if self._life is not None:
            self._life.cancel()
            await asyncio.wait([self._life])
        self._stop_watching()
        self._thread.shutdown()
        self._fail_jobs()

    async def ask(self, make: Callable[[int], Order], descriptors: Sequence[int] = (), pixels: int = 0) -> Answer:
        """Have a job done. Cancelling the wait cancels the job.

        Args:
            make: makes the order from the job's number.
            descriptors: go with it.
            pixels: of the page; 0 for jobs without one.

        Raises:
            OcrError: what the pipeline raised.
            NotTaken: it does not serve.
            ReplicaHung: it was killed because it hung.
            ReplicaLost: it died.
        """
        if self._process is None or not self.serving:
            raise NotTaken("it does not serve")
        number = next(self._numbers)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._jobs[number] = answer
        self._count(pixels, bool(pixels))
        try:
            self._send(self._process, make(number), descriptors)
            return await answer
        except asyncio.CancelledError:
            self._cancel(number)
            raise
        finally:
            self._jobs.pop(number, None)
            self._count(-pixels, -bool(pixels))

    def _count(self, pixels: int, pages: int) -> None:
        self.pixels += pixels
        self._pages += pages
        if self._pages:
            self.idle.clear()
        else:
            self.idle.set()

    async def _read_known_page(self) -> None:
        shared = SharedPicture(known_page())
        options = self._settings.start.config.defaults.resolve(OcrOverrides())
        try:
            await self.ask(lambda number: Read(number, options, shared.size, 0, None, None), (shared.descriptor,))
        finally:
            shared.close()

    def _send(self, process: ReplicaProcess, order: Order, descriptors: Sequence[int]) -> None:
        try:
            process.send(order, descriptors)
        except ReplicaLost as error:
            # Its thread may not have noticed yet; nobody else should be sent here.
            self._state = "down"
            self._changed()
            raise NotTaken("it takes no messages") from error

    def _cancel(self, number: int) -> None:
        if self._process is not None and self.serving:
            try:
                self._process.send(Cancel(number))
            except ReplicaLost:
                logger.debug("replica %d is gone, and the job with it", self._number)

    async def _live(self, first: "asyncio.Future[None]") -> None:
        """Run one process after the other. Ends only by being cancelled, or where none could ever serve."""
        loop = asyncio.get_running_loop()
        backoff = Backoff(loop.time)
        while True:
            self._state, self._reason, self._served = "starting", "", False
            ended = await self._run(loop)
            self._lost(ended)
            if not first.done():
                device, reason = self._settings.device, (self._reason or ended).removesuffix(".")
                first.set_exception(ReplicaLost(f"The replica on {device} did not start: {reason}."))
            if isinstance(first.exception(), OcrError):
                return
            await asyncio.sleep(backoff.next_delay(served=self._served))

    async def _run(self, loop: asyncio.AbstractEventLoop) -> str:
        """Run one process until it is gone; when cancelled, wait for that all the same."""
        listening = loop.run_in_executor(self._thread, self._listen, loop)
        try:
            return await asyncio.shield(listening)
        except asyncio.CancelledError:
            await asyncio.wait([listening])
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, a replica that nobody starts again is worse
            return type(error).__name__

    def _lost(self, ended: str) -> None:
        """Count and tell a loss, and fail what it was asked."""
        self._stop_watching()
        self._state = "down"
        self._losses += 1
        facts = {
            "replica": self._number,
            "device": self._settings.device,
            "ended": ended,
            "reason": self._reason or "died",
            "pages": self._pages,
        }
        logger.error("a replica was lost", extra={"facts": facts})
        self._totals.retire(self.stages)
        self.stages = {}
        self.prepared.clear()
        self._fail_jobs()
        self._changed()

    def _fail_jobs(self) -> None:
        for answer in self._jobs.values():
            if not answer.done():
                answer.set_exception(ReplicaHung("it hung") if self._reason == HUNG else ReplicaLost("it died"))

    def _listen(self, loop: asyncio.AbstractEventLoop) -> str:
        """Start the process and pass on what it says until it is gone. Runs in this replica's thread.

        Returns:
            How it ended, in words.
        """
        try:
            process = ReplicaProcess(self._settings.environment, self._settings.module)
        except ReplicaLost as error:
            return str(error)
        ended = ""
        try:
            loop.call_soon_threadsafe(self._began, process)
            process.send(self._settings.start)
            while True:
                loop.call_soon_threadsafe(self._heard, process, *process.receive())
        except ReplicaLost:
            logger.debug("replica %d is gone", self._number)
        finally:
            ended = process.end(CLOSING_SECONDS)
        return ended

    def _began(self, process: ReplicaProcess) -> None:
        self._process = process
        facts = {"replica": self._number, "device": self._settings.device, "pid": process.pid}
        logger.info("a replica starts", extra={"facts": facts})
        self._expect_within(START_SECONDS)
        if self._state == "closed":
            process.kill()

    def _heard(self, process: ReplicaProcess, report: Report, descriptors: list[int]) -> None:
        """Take one message, unless it is from a process that was already given up."""
        try:
            if process is self._process and self._state in ("starting", "serving"):
                self._take(report, descriptors)
        finally:
            channel.close_all(descriptors)

    def _take(self, report: Report, descriptors: list[int]) -> None:
        if isinstance(report, Opening):
            self._opening(f"{self._settings.device}: {report.module}")
            return
        if isinstance(report, NotStarted):
            self._not_started(report)
            return
        self._expect_within(self._settings.hang_seconds)
        if isinstance(report, Ready):
            self._serve(report)
        elif isinstance(report, Pulse):
            self.stages, self.modules = report.stages, report.modules
            if report.stalled_seconds > self._settings.hang_seconds:
                self._hung()
        else:
            self._answer(report, descriptors)

    def _answer(self, report: Prepared | PageRead | Failed, descriptors: list[int]) -> None:
        self._probe.note(report)
        answer = self._jobs.get(report.number)
        if answer is None or answer.done():
            return
        if isinstance(report, Failed):
            answer.set_exception(restored(report.kind, report.message))
            return
        try:
            pictures = received_pictures(report, descriptors)
        except (OSError, ValueError):
            # Out of descriptors or of address space here: whoever waits must hear of it all the same.
            answer.set_exception(EngineFailure("The pictures of a page that was read did not arrive."))
        else:
            answer.set_result(Answer(report, pictures))

    def _serve(self, ready: Ready) -> None:
        self._state, self._served = "serving", True
        self.modules = ready.modules
        logger.info("a replica serves", extra={"facts": {"replica": self._number, "device": self._settings.device}})
        if self._first is not None and not self._first.done():
            self._first.set_result(None)
        self._changed()

    def _not_started(self, report: NotStarted) -> None:
        self._reason = report.message
        error = restored(report.kind, report.message)
        # An engine that does not open may be this device's own trouble; anything else is wrong everywhere.
        everywhere = not isinstance(error, EngineFailure | EngineUnavailable)
        if everywhere and self._first is not None and not self._first.done():
            self._first.set_exception(error)

    def _expect_within(self, seconds: float) -> None:
        """Have the process killed unless it says something more within so many seconds."""
        self._stop_watching()
        self._watch = asyncio.get_running_loop().call_later(seconds, self._hung)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _hung(self) -> None:
        self._kill(HUNG)

    def _kill(self, reason: str) -> None:
        self._reason = reason
        if self._process is not None:
            self._process.kill()
