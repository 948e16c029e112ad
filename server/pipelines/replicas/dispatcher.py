"""The page reader in front of several replicas. Each page goes to the replica with the fewest pixels in work.

If a replica dies, its pages are read again by others. A page may itself be the cause, so such pages are tried one at a
time, and a page that kills further replicas fails alone. If a replica hangs, its page is read again only on a replica
without other pages: a hang takes minutes, and all pages beside it are lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from models.batching import BatcherStats
from models.document import Page, PageResult
from models.errors import EngineFailure, EngineUnavailable, PipelineStopped
from models.modules import OPTIONAL_MODULES
from models.optional_stage import ModuleStatus
from models.options import OcrOptions, PresetDefaults
from models.tasks import run_all
from server.page_reader import ReplicaStatus
from server.pipelines.replicas.counters import StageTotals
from server.pipelines.replicas.errors import NotTaken, ReplicaHung, ReplicaLost
from server.pipelines.replicas.flows import FlowNumbers
from server.pipelines.replicas.messages import Prepare, Read
from server.pipelines.replicas.replica import Replica, ReplicaSettings
from server.pipelines.replicas.results import page_result
from server.pipelines.replicas.shared_picture import SharedPicture

T = TypeVar("T")

RETRIES = 2
"""Retries of a page whose replica was lost. A fault of the driver may end two replicas, but the page ended a third."""

Opening = Callable[[str], object]


class ReplicatedPipeline:
    """Several replicas that act as one reader. Implements `server.page_reader.PageReaderHost`.

    Args:
        defaults: of the configuration.
        replicas: the settings of each replica.
        opening: is called before each module is opened.
        warm: whether the compiled models are on this machine already.
    """

    def __init__(
        self, defaults: PresetDefaults, replicas: Sequence[ReplicaSettings], opening: Opening, *, warm: bool = False
    ) -> None:
        self.defaults = defaults
        self._warm = warm
        self._totals = StageTotals()
        self._replicas = [
            Replica(number, settings, self._totals, self._changed, opening) for number, settings in enumerate(replicas)
        ]
        self._free = asyncio.Event()
        self._reserved: Replica | None = None
        self._suspects = asyncio.Lock()
        self._flows = FlowNumbers()
        self._closed = False

    @property
    def healthy(self) -> bool:
        """Whether at least one replica serves."""
        return not self._closed and any(replica.serving for replica in self._replicas)

    def modules(self) -> tuple[ModuleStatus, ...]:
        """The modules of the first replica that serves."""
        known = [replica for replica in self._replicas if replica.serving] or self._replicas
        return known[0].modules

    def stats(self) -> Mapping[str, tuple[BatcherStats, int]]:
        """The counters of all replicas together."""
        return self._totals.of([replica.stages for replica in self._replicas])

    def replicas(self) -> tuple[ReplicaStatus, ...]:
        """The state of every replica."""
        return tuple(replica.status for replica in self._replicas)

    async def open_required(self) -> None:
        """Start the replicas. Each opens the modules of its configuration.

        Unless all is warm, they start one after the other until one serves. The others then need not repeat what it has
        compiled, measured and kept. If one serves, replicas on devices that do not work are down, and are started again
        later.

        Raises:
            OcrError: no replica serves, or the configuration cannot run on any device. The message is for the operator.
        """
        remaining = iter(self._replicas)
        lost: list[ReplicaLost] = []
        if not self._warm:
            for replica in remaining:
                error = await _start(replica)
                if error is None:
                    break
                lost.append(error)
        lost += filter(None, await run_all(map(_start, remaining)))
        if len(lost) == len(self._replicas) and not self.healthy:
            raise EngineUnavailable(str(lost[0])) from lost[0]

    async def open_optional(self) -> None:
        """See `open_required`."""
        await self.open_required()

    async def close(self) -> None:
        """End the replicas. The pages that they read fail."""
        self._closed = True
        self._changed()
        await asyncio.gather(*(replica.close() for replica in self._replicas))

    async def prepare(self, options: OcrOptions) -> None:
        """See `OcrPipeline.prepare`. It is not known yet which replica will read the pages, so any replica prepares.

        If no replica serves, this waits for one. Work that was accepted must not fail because all replicas were killed.
        """
        stages = _stages(options)
        if not any(stages in replica.prepared for replica in self._replicas):
            await self._try(partial(_prepare, options))

    async def read(
        self, page: Page, options: OcrOptions, *, deadline: float | None = None, flow: Hashable = None
    ) -> PageResult:
        """See `OcrPipeline.read`. If no replica serves, the page waits for one.

        Raises:
            EngineFailure: every attempt to read the page ended a replica.
        """
        shared = await asyncio.to_thread(SharedPicture, page.image)
        height, width = shared.size
        try:
            flow_number = self._flows.number(flow)

            def order(number: int) -> Read:
                seconds = None if deadline is None else deadline - asyncio.get_running_loop().time()
                return Read(number, options, shared.size, page.index, seconds, flow_number, page.own_text)

            received = await self._try(lambda replica: replica.ask(order, (shared.descriptor,), height * width))
        finally:
            shared.close()
        return page_result(page, received)

    async def _try(self, ask: Callable[[Replica], Awaitable[T]]) -> T:
        try:
            return await self._once(ask)
        except ReplicaLost as error:
            ended, hung = 1, isinstance(error, ReplicaHung)
        async with self._suspects:
            while ended <= RETRIES:
                alone = hung
                try:
                    return await (self._alone(ask) if alone else self._once(ask))
                except ReplicaLost as error:
                    ended, hung = ended + 1, isinstance(error, ReplicaHung)
                if alone and hung:
                    break
        if self._closed:
            raise PipelineStopped("The pipeline is closed.")
        raise EngineFailure(f"Reading the page ended {ended} replicas.")

    async def _once(self, ask: Callable[[Replica], Awaitable[T]]) -> T:
        """Ask the first replica that takes the order. A replica that is found dead counts as not serving."""
        while True:
            with suppress(NotTaken):
                return await ask(await self._least_busy())

    async def _alone(self, ask: Callable[[Replica], Awaitable[T]]) -> T:
        """Ask a replica that has read all its pages. It gets no other pages during that time."""
        while True:
            self._reserved = await self._least_busy()
            self._changed()
            try:
                await self._reserved.idle.wait()
                with suppress(NotTaken):
                    return await ask(self._reserved)
            finally:
                self._reserved = None
                self._changed()

    async def _least_busy(self) -> Replica:
        while True:
            await self._free.wait()
            if self._closed:
                raise PipelineStopped("The pipeline is closed.")
            free = self._takers()
            if free:
                return min(free, key=lambda replica: replica.pixels)

    def _takers(self) -> list[Replica]:
        return [replica for replica in self._replicas if replica.serving and replica is not self._reserved]

    def _changed(self) -> None:
        """Note that a replica began or stopped to serve, or to take pages."""
        if self._takers() or self._closed:
            self._free.set()
        else:
            self._free.clear()


async def _start(replica: Replica) -> ReplicaLost | None:
    """Start a replica. Returns the reason why it does not serve yet; None if it serves."""
    try:
        await replica.start()
    except ReplicaLost as error:
        return error
    return None


async def _prepare(options: OcrOptions, replica: Replica) -> None:
    await replica.ask(partial(Prepare, options=options))
    replica.prepared.add(_stages(options))


def _stages(options: OcrOptions) -> Hashable:
    """The part of the options that decides which stages are needed."""
    return (*(module.is_on(options) for module in OPTIONAL_MODULES), options.language, options.preset)
