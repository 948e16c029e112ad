"""The pipeline in this process. It is loaded while the application already answers health checks."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from models.batching import BatcherStats
from models.document import Page, PageResult
from models.errors import PipelineStopped
from models.optional_stage import ModuleStatus
from models.options import OcrOptions, PresetDefaults
from models.pipeline import OcrPipeline
from server.page_reader import ReplicaStatus

Opening = Callable[[str], object]
"""Is called with the name of each module before it is opened."""


class LocalPipeline:
    """An `OcrPipeline` that is built when it is opened. Implements `server.page_reader.PageReaderHost`.

    Args:
        defaults: of the configuration, known before anything is loaded.
        build: builds the pipeline. It blocks, and is called in a thread that ends with it.
        opening: is called before each module is opened.
    """

    def __init__(self, defaults: PresetDefaults, build: Callable[[], OcrPipeline], opening: Opening) -> None:
        self.defaults = defaults
        self._build = build
        self._opening = opening
        self._pipeline: OcrPipeline | None = None

    @property
    def healthy(self) -> bool:
        """See `OcrPipeline.healthy`."""
        return self._pipeline is not None and self._pipeline.healthy

    def modules(self) -> tuple[ModuleStatus, ...]:
        """See `OcrPipeline.modules`."""
        return self._pipeline.modules() if self._pipeline else ()

    def stats(self) -> Mapping[str, tuple[BatcherStats, int]]:
        """See `OcrPipeline.stats`."""
        return self._pipeline.stats() if self._pipeline else {}

    def replicas(self) -> tuple[ReplicaStatus, ...]:
        """Empty, because pages are read in this process."""
        return ()

    async def prepare(self, options: OcrOptions) -> None:
        """See `OcrPipeline.prepare`."""
        await self._built().prepare(options)

    def read(
        self, page: Page, options: OcrOptions, *, deadline: float | None = None, flow: Hashable = None
    ) -> Coroutine[Any, Any, PageResult]:
        """See `OcrPipeline.read`."""
        return self._built().read(page, options, deadline=deadline, flow=flow)

    async def open_required(self) -> None:
        """Load the required models, and open the stages that the configuration switches on.

        Raises:
            OcrError: one of them cannot be used. The message is for the operator.
        """
        await (await self._load()).open_required(self._opening)

    async def open_optional(self) -> None:
        """Do the same, and open every other allowed stage that can run here.

        Raises:
            OcrError: a required model or stage cannot be used. The message is for the operator.
        """
        await (await self._load()).open_optional(self._opening)

    async def close(self) -> None:
        """See `OcrPipeline.close`."""
        if self._pipeline is not None:
            await self._pipeline.close()

    async def _load(self) -> OcrPipeline:
        """Build the pipeline in a separate thread.

        OpenVINO gives another signal stack to the thread that loads it, and frees the stack with its last model. On the
        main thread, which receives signals, the next signal would then crash the process.
        """
        loader = ThreadPoolExecutor(1, "loader")
        building = asyncio.get_running_loop().run_in_executor(loader, self._build)
        loader.shutdown(wait=False)
        try:
            await asyncio.wait([building])
        except asyncio.CancelledError:
            # The start was cancelled. `close` will close the pipeline that is being loaded.
            await asyncio.wait([building])
            self._pipeline = None if building.exception() else building.result()
            raise
        self._pipeline = building.result()
        return self._pipeline

    def _built(self) -> OcrPipeline:
        if self._pipeline is None:
            raise PipelineStopped("The models are not loaded yet.")
        return self._pipeline
