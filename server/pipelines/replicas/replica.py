"""The replica of one device: keeps its process running, gives it orders, and watches it.

A separate thread starts the process and receives its messages. Everything else happens on the event loop's thread.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from models.errors import DeviceLost, EngineFailure, EngineUnavailable, OcrError
from models.optional_stage import ModuleStatus
from models.options import OcrOverrides
from models.tasks import outlived_by
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
from server.pipelines.replicas.process import CHILD_MODULE, ReplicaProcess
from server.pipelines.replicas.pulse import START_SECONDS
from server.pipelines.replicas.results import ReceivedReport, received_pictures
from server.pipelines.replicas.shared_picture import SharedPicture

logger = logging.getLogger("ppocr.replicas")

HUNG, FAILING, DEVICE_LOST = "hung", "its engine fails", "its device answers nothing any more"
"""The reasons to kill a replica."""
CLOSING_SECONDS = 5.0
"""Time for a process to end by itself after it was told to."""


@dataclass(frozen=True, slots=True)
class ReplicaSettings:
    """The settings for starting and watching a replica.

    Attributes:
        device: its device, as the configuration names it.
        start: the first message to it.
        environment: variables in addition to those of this process.
        hang_seconds: a replica without messages or without progress for longer is killed.
        module: the module that runs in the child. Tests put faults there.
    """

    device: str
    start: Start
    environment: Mapping[str, str]
    hang_seconds: float
    module: str = CHILD_MODULE


class Replica:
    """A replica, from its start to its end.

    Args:
        number: 0-based, for people.
        settings: for starting and watching it.
        totals: keeps its counters when it is lost.
        changed: is called when it begins or stops to serve.
        opening: is called before it opens a module.

    Attributes:
        pixels: of the pages that it is reading.
        idle: set while it reads no page.
        stages: its counters from the last pulse.
        modules: the state of its modules from the last pulse.
        prepared: sets of stages that it has opened on request.
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
        self._pending: dict[int, asyncio.Future[ReceivedReport]] = {}
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
        """Whether it takes orders."""
        return self._state == "serving"

    @property
    def status(self) -> ReplicaStatus:
        """Its state now."""
        return ReplicaStatus(self._number, self._settings.device, self._state, self._losses, self._pages, self.pixels)

    async def start(self) -> None:
        """Start it and wait until it serves. From then on it is kept running.

        Raises:
            OcrError: its pipeline cannot be built on any device. The message is for the operator.
            ReplicaLost: its process ended, or its engine cannot be opened. It is started again until it serves.
        """
        loop = asyncio.get_running_loop()
        self._first = loop.create_future()
        self._life = loop.create_task(self._live(self._first))
        await self._first

    async def close(self) -> None:
        """End it. Its orders fail. A serving replica may end by itself within `CLOSING_SECONDS`."""
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
        self._fail_pending()

    async def ask(
        self, make: Callable[[int], Order], descriptors: Sequence[int] = (), pixels: int = 0
    ) -> ReceivedReport:
        """Give an order and wait for the reply. Cancelling the wait cancels the order.

        Args:
            make: makes the order from its number.
            descriptors: sent with the order.
            pixels: of the page; 0 for an order without a page.

        Raises:
            OcrError: the error of the pipeline.
            NotTaken: the replica does not serve.
            ReplicaHung: it was killed because it hung.
            ReplicaLost: it died.
        """
        if self._process is None or not self.serving:
            raise NotTaken("it does not serve")
        number = next(self._numbers)
        reply: asyncio.Future[ReceivedReport] = asyncio.get_running_loop().create_future()
        self._pending[number] = reply
        self._count(pixels, bool(pixels))
        try:
            self._send(self._process, make(number), descriptors)
            return await reply
        except asyncio.CancelledError:
            self._cancel(number)
            raise
        finally:
            self._pending.pop(number, None)
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
            # Its thread may not have noticed yet. No further orders may go to it.
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
        """Run one process after the other. This ends if it is cancelled, or if no process can ever serve."""
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
        """Run one process until it is gone. If cancelled, still wait for that."""
        listening = loop.run_in_executor(self._thread, self._listen, loop)
        try:
            return await outlived_by(listening)
        except asyncio.CancelledError:
            await asyncio.wait([listening])
            raise
        except Exception as error:  # noqa: BLE001 - after any error the replica must be started again
            return type(error).__name__

    def _lost(self, ended: str) -> None:
        """Count and log a loss, and fail the pending orders."""
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
        self._fail_pending()
        self._changed()

    def _fail_pending(self) -> None:
        for reply in self._pending.values():
            if not reply.done():
                reply.set_exception(ReplicaHung("it hung") if self._reason == HUNG else ReplicaLost("it died"))

    def _listen(self, loop: asyncio.AbstractEventLoop) -> str:
        """Start the process and pass its messages on until it is gone. Runs in this replica's thread.

        Returns:
            A description of its end.
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
        """Take one message, unless its process was given up already."""
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
            self._deliver(report, descriptors)

    def _deliver(self, report: Prepared | PageRead | Failed, descriptors: list[int]) -> None:
        if isinstance(report, Failed) and report.kind == DeviceLost.__name__:
            # Its orders fail when it is gone, as those of a replica that died: others read their pages.
            self._state = "down"
            self._changed()
            self._kill(DEVICE_LOST)
            return
        self._probe.note(report)
        reply = self._pending.get(report.number)
        if reply is None or reply.done():
            return
        if isinstance(report, Failed):
            reply.set_exception(restored(report.kind, report.message))
            return
        try:
            pictures = received_pictures(report, descriptors)
        except (OSError, ValueError):
            # No descriptor or no address space is left here. The caller must get an error anyway.
            reply.set_exception(EngineFailure("The pictures of a page that was read did not arrive."))
        else:
            reply.set_result(ReceivedReport(report, pictures))

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
        # An engine may fail to open on this device only. Any other error would happen on every device.
        everywhere = not isinstance(error, EngineFailure | EngineUnavailable)
        if everywhere and self._first is not None and not self._first.done():
            self._first.set_exception(error)

    def _expect_within(self, seconds: float) -> None:
        """Kill the process unless it sends another message within so many seconds."""
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
