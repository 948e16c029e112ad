"""What the server needs of whatever reads pages: the pipeline in this process, or replicas of it in others."""

from collections.abc import Coroutine, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from models.batching import BatcherStats
from models.document import Page, PageResult
from models.optional_stage import ModuleStatus
from models.options import OcrDefaults, OcrOptions

ReplicaState = Literal["starting", "serving", "down", "closed"]
"""``down``: it failed, and is started again after a while."""


@dataclass(frozen=True, slots=True)
class ReplicaStatus:
    """One replica, for readiness, metrics and logs.

    Attributes:
        number: 0-based position in ``engine.devices``.
        device: as configured.
        losses: times that it died, hung or did not start.
        pages: pages that it is reading.
        pixels: of those pages.
    """

    number: int
    device: str
    state: ReplicaState
    losses: int
    pages: int
    pixels: int


class PageReader(Protocol):
    """Reads single pages; `models.pipeline.OcrPipeline` has the same methods, and says what they raise."""

    @property
    def defaults(self) -> OcrDefaults:
        """What a request that says nothing gets."""

    async def prepare(self, options: OcrOptions) -> None:
        """Make sure that pages with these options can be read."""

    def read(
        self, page: Page, options: OcrOptions, *, deadline: float | None = None, flow: Hashable = None
    ) -> Coroutine[Any, Any, PageResult]:
        """Read one page."""


class PageReaderHost(PageReader, Protocol):
    """A reader together with its life: what the application starts, watches and ends."""

    @property
    def healthy(self) -> bool:
        """Whether pages can be read now."""

    def modules(self) -> tuple[ModuleStatus, ...]:
        """The state of every module; nothing before the start."""

    def stats(self) -> Mapping[str, tuple[BatcherStats, int]]:
        """Per opened stage, by name: its batcher's counters and how many jobs wait."""

    def replicas(self) -> tuple[ReplicaStatus, ...]:
        """The state of every replica; none where pages are read in this process."""

    async def open_required(self) -> None:
        """Load the models that the configuration turns on."""

    async def open_optional(self) -> None:
        """Load every model that may be asked for and is here."""

    async def close(self) -> None:
        """End everything; what waits fails."""
