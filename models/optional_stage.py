"""A stage that opens at the start or at its first use, or is known to be missing and why."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from models.errors import (
    EngineFailure,
    EngineUnavailable,
    InvalidModelDirectory,
    ModelNotInstalled,
    ModuleNotLoaded,
    OcrError,
    PipelineStopped,
    WeightsMismatch,
)
from models.stages.base import CpuPool
from models.tasks import outlived_by

ModuleState = Literal["loaded", "on_request", "not_installed", "unusable", "disabled"]
"""``not_installed``: the weights are missing. ``unusable``: they are there, and cannot be opened."""

_REASONS: dict[type[OcrError], str] = {
    WeightsMismatch: "its weights are damaged or not the published ones",
    InvalidModelDirectory: "its model directory cannot be used",
    EngineUnavailable: "the configured engine or device cannot run here",
    EngineFailure: "the engine does not open its model",
}
"""The reasons that a caller is told for an unusable module. The error's own text names files of this machine."""


class Closable(Protocol):
    """A stage that owns engines."""

    @property
    def runs_on(self) -> str:
        """Engine, device and number of lanes, for people."""

    async def close(self) -> None:
        """Stop taking work and release the engines."""


Stage_co = TypeVar("Stage_co", bound=Closable, covariant=True)


@dataclass(frozen=True, slots=True)
class ModuleStatus:
    """The state of one module, as the pipeline knows it.

    Attributes:
        module: stage name, e.g. ``doc_unwarping``.
        model_name: the model that it runs; empty where none is configured.
        state: see `ModuleState`.
        detail: why it cannot run and what to do, or how it runs (engine and device).
    """

    module: str
    model_name: str
    state: ModuleState
    detail: str = ""


def missing_model(name: str) -> str:
    """Tell a caller that a model is not installed. The store's own error names directories here."""
    return f"The model {name} is not installed. Install it with: ppocr-server models pull {name}"


class OptionalStage(Generic[Stage_co]):
    """Opens a stage when it is first needed.

    Args:
        module: stage name.
        model_name: its model, empty where none is configured.
        opener: opens the stage; blocking, raises an `OcrError` where that cannot be. None where the configuration does
            not allow the stage.
    """

    def __init__(self, module: str, model_name: str, opener: Callable[[], Stage_co] | None) -> None:
        self.module, self.model_name = module, model_name
        self._opener = opener
        self._stage: Stage_co | None = None
        self._opening: asyncio.Task[Stage_co] | None = None
        self._failure: OcrError | None = None
        self._closed = False
        self._kept = False
        self._users = 0
        self._last_used = 0.0

    @property
    def opened(self) -> Stage_co | None:
        """The stage, where it has been opened."""
        return self._stage

    @property
    def opening(self) -> bool:
        """Whether the stage is being opened right now."""
        return self._opening is not None

    @property
    def unused_since(self) -> float | None:
        """The time of `time.monotonic` since which an opened stage could be released; None if it cannot be."""
        return None if self._stage is None or self._kept or self._users else self._last_used

    @property
    def allowed(self) -> bool:
        """Whether the configuration lets a request use the stage."""
        return self._opener is not None

    @property
    def status(self) -> ModuleStatus:
        """The stage's state now."""
        state, detail = self._state()
        return ModuleStatus(self.module, self.model_name, state, detail)

    async def get(self, pool: CpuPool) -> Stage_co:
        """The stage, opened if need be. One that could not be opened is tried again: it may have been installed.

        All who wait share one opening; it goes on when they leave.

        Raises:
            ModuleNotLoaded: it cannot run here; the message says why and what to do.
            PipelineStopped: it is closed.
        """
        if self._opener is None:
            raise ModuleNotLoaded(self._disabled())
        if self._closed:
            raise PipelineStopped(f"Stage '{self.module}' is closed.")
        if self._stage is not None:
            return self._stage
        if self._opening is None:
            self._opening = asyncio.create_task(self._open(self._opener, pool))
        return await outlived_by(self._opening)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the opened stage from being released, for the length of the ``with`` block."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            self._last_used = time.monotonic()

    def open_now(self) -> None:
        """Open the stage in this thread, before it is shared. It stays open until `close`.

        Raises:
            OcrError: it cannot run here. The message is for the operator.
        """
        if self._opener is not None and self._stage is None:
            self._stage = self._opener()
        self._kept = True

    async def release(self) -> None:
        """Free the memory of a stage that nobody uses. It opens again when it is next needed."""
        if self.unused_since is not None and self._stage is not None:
            stage, self._stage = self._stage, None
            await stage.close()

    async def open_if_possible(self, pool: CpuPool) -> None:
        """Open the stage unless it cannot run or is not allowed; `status` then says so."""
        if self._opener is not None:
            with suppress(ModuleNotLoaded):
                await self.get(pool)

    async def open_required(self, pool: CpuPool) -> None:
        """Open a stage that the configuration turns on.

        Raises:
            ModuleNotLoaded: it cannot run here; the message is for the operator and says exactly why.
        """
        try:
            await self.get(pool)
        except ModuleNotLoaded as error:
            raise ModuleNotLoaded(
                f"The configuration turns on the module '{self.module}', which cannot run: {self.status.detail}"
            ) from error

    async def close(self) -> None:
        """Close the stage if it was opened, also where it is being opened right now."""
        self._closed = True
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if self._stage is not None:
            await self._stage.close()

    async def _open(self, opener: Callable[[], Stage_co], pool: CpuPool) -> Stage_co:
        try:
            self._stage = await pool.run(opener)
            self._last_used = time.monotonic()
        except ModelNotInstalled as error:
            self._failure = error
            raise ModuleNotLoaded(missing_model(self.model_name)) from error
        except tuple(_REASONS) as error:
            self._failure = error
            reason = next(text for kind, text in _REASONS.items() if isinstance(error, kind))
            raise ModuleNotLoaded(f"The module '{self.module}' is not loaded: {reason}.") from error
        finally:
            self._opening = None
        return self._stage

    def _state(self) -> tuple[ModuleState, str]:
        if self._stage is not None:
            return "loaded", self._stage.runs_on
        if self._opener is None:
            return "disabled", self._disabled()
        if self._failure is None:
            return "on_request", ""
        return "not_installed" if isinstance(self._failure, ModelNotInstalled) else "unusable", str(self._failure)

    def _disabled(self) -> str:
        return (
            f"The module '{self.module}' is not loaded: the configuration leaves it off. Turn it on there, or set "
            "ppocr_server.models.optional_modules to first_use."
        )
