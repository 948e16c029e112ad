"""The reader of pages in front of several replicas: each page goes to the one that has the fewest pixels in hand.

A page whose replica dies is read again by another. It may itself be what killed the first, so such pages are tried one
at a time: one that takes further replicas with it fails alone. One whose replica hung is read again only where no other
page is read meanwhile: a hang costs minutes, and everything beside it.
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
from models.options import OcrDefaults, OcrOptions
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
"""Of a page whose replica was lost. A fault of the driver may end two at once; a third was ended by the page."""

Opening = Callable[[str], object]


class ReplicatedPipeline:
    """Several replicas as one; implements `server.page_reader.PageReaderHost`.

    Args:
        defaults: of the configuration.
        replicas: how each is started.
        opening: told what is being opened.
        warm: what the models were compiled to is here already.
    """

    def __init__(
        self, defaults: OcrDefaults, replicas: Sequence[ReplicaSettings], opening: Opening, *, warm: bool = False
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
        """Whether any replica serves."""
        return not self._closed and any(replica.serving for replica in self._replicas)

    def modules(self) -> tuple[ModuleStatus, ...]:
        """As the first replica that serves knows them."""
        known = [replica for replica in self._replicas if replica.serving] or self._replicas
        return known[0].modules

    def stats(self) -> Mapping[str, tuple[BatcherStats, int]]:
        """The counters of all replicas together."""
        return self._totals.of([replica.stages for replica in self._replicas])

    def replicas(self) -> tuple[ReplicaStatus, ...]:
        """The state of every replica."""
        return tuple(replica.status for replica in self._replicas)

    async def open_required(self) -> None:
        """Start the replicas; each opens what its configuration says.

        One after the other until one serves, unless all is warm: what that one compiles, measures and keeps the others
        need not do again. Where one serves, those whose device does not work are down and started again later.

        Raises:
            OcrError: none serves, or what is configured can run on no device; the message is for the operator.
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
        """End the replicas; what they read fails."""
        self._closed = True
        self._changed()
        await asyncio.gather(*(replica.close() for replica in self._replicas))

    async def prepare(self, options: OcrOptions) -> None:
        """See `OcrPipeline.prepare`; which replica will read the pages is not known yet, so any is asked.

        Raises:
            PipelineStopped: no replica serves.
        """
        if not self.healthy:
            raise PipelineStopped("No replica serves.")
        stages = _stages(options)
        if not any(stages in replica.prepared for replica in self._replicas):
            await self._try(partial(_prepare, options))

    async def read(
        self, page: Page, options: OcrOptions, *, deadline: float | None = None, flow: Hashable = None
    ) -> PageResult:
        """See `OcrPipeline.read`. Where no replica serves, the page waits until one does.

        Raises:
            EngineFailure: reading it cost as many replicas their lives as it was tried.
        """
        shared = await asyncio.to_thread(SharedPicture, page.image)
        height, width = shared.size
        try:
            number = self._flows.number(flow)

            def order(job: int) -> Read:
                seconds = None if deadline is None else deadline - asyncio.get_running_loop().time()
                return Read(job, options, shared.size, page.index, seconds, number)

            answer = await self._try(lambda replica: replica.ask(order, (shared.descriptor,), height * width))
        finally:
            shared.close()
        return page_result(page, answer)

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
        """Ask the first replica that takes the job. One that turns out to be dead no longer counts as serving."""
        while True:
            with suppress(NotTaken):
                return await ask(await self._least_busy())

    async def _alone(self, ask: Callable[[Replica], Awaitable[T]]) -> T:
        """Ask a replica that has read all its pages and gets no others meanwhile."""
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
        """A replica began or ceased to serve, or to take pages."""
        if self._takers() or self._closed:
            self._free.set()
        else:
            self._free.clear()


async def _start(replica: Replica) -> ReplicaLost | None:
    """Start a replica. Why it does not serve yet; None where it does."""
    try:
        await replica.start()
    except ReplicaLost as error:
        return error
    return None


async def _prepare(options: OcrOptions, replica: Replica) -> None:
    await replica.ask(partial(Prepare, options=options))
    replica.prepared.add(_stages(options))


def _stages(options: OcrOptions) -> Hashable:
    """What of the options decides which stages are needed."""
    return (*(module.is_on(options) for module in OPTIONAL_MODULES), options.language)
