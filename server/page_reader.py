"""The interface of a page reader: the pipeline in this process, or replicas of it in other processes."""

from collections.abc import Coroutine, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from models.batching import BatcherStats
from models.document import Page, PageResult
from models.optional_stage import ModuleStatus
from models.options import OcrOptions, PresetDefaults

ReplicaState = Literal["starting", "serving", "down", "closed"]
"""``down``: the replica failed, and is started again after a while."""


@dataclass(frozen=True, slots=True)
class ReplicaStatus:
    """One replica, for readiness, metrics and logs.

    Attributes:
        number: 0-based position in ``engine.devices``.
        device: as configured.
        losses: number of times that it died, hung or did not start.
        pages: number of pages that it is reading.
        pixels: of those pages.
    """

    number: int
    device: str
    state: ReplicaState
    losses: int
    pages: int
    pixels: int


class PageReader(Protocol):
    """Reads single pages. `models.pipeline.OcrPipeline` has the same methods, and documents their errors."""

    @property
    def defaults(self) -> PresetDefaults:
        """The options of a request that sets none."""

    async def prepare(self, options: OcrOptions) -> None:
        """Make sure that pages with these options can be read."""

    def read(
        self, page: Page, options: OcrOptions, *, deadline: float | None = None, flow: Hashable = None
    ) -> Coroutine[Any, Any, PageResult]:
        """Read one page."""


class PageReaderHost(PageReader, Protocol):
    """A page reader that the application starts, watches and ends."""

    @property
    def healthy(self) -> bool:
        """Whether pages can be read now."""

    def modules(self) -> tuple[ModuleStatus, ...]:
        """The state of every module; empty before the start."""

    def stats(self) -> Mapping[str, tuple[BatcherStats, int]]:
        """The counters of each open stage's batcher and the number of its waiting jobs, by the stage's name."""

    def replicas(self) -> tuple[ReplicaStatus, ...]:
        """The state of every replica; empty if pages are read in this process."""

    async def open_required(self) -> None:
        """Load the models that the configuration turns on."""

    async def open_optional(self) -> None:
        """Load every installed model that requests may ask for."""

    async def close(self) -> None:
        """End everything. Pages that wait fail."""
