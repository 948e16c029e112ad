"""A stage that a request may switch on: opened once, at start or at first use, or known to be missing and why."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from models.errors import ModelNotInstalled, ModuleNotLoaded
from models.stages.base import CpuPool

ModuleState = Literal["loaded", "on_request", "not_installed", "disabled"]


class Closable(Protocol):
    """A stage that owns engines."""

    async def close(self) -> None:
        """Stop taking work and release the engines."""


Stage = TypeVar("Stage", bound=Closable)


@dataclass(frozen=True, slots=True)
class ModuleStatus:
    """What the pipeline knows about one of its modules.

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


class OptionalStage(Generic[Stage]):
    """Opens a stage when it is first needed.

    Args:
        module: stage name.
        model_name: its model, empty where none is configured.
        opener: opens the stage; blocking, raises `ModelNotInstalled` where the weights are missing. None where the
            configuration does not allow the stage.
    """

    def __init__(self, module: str, model_name: str, opener: Callable[[], Stage] | None) -> None:
        self.module, self.model_name = module, model_name
        self._opener = opener
        self._stage: Stage | None = None
        self._opening = asyncio.Lock()
        self._missing = ""

    @property
    def opened(self) -> Stage | None:
        """The stage, where it has been opened."""
        return self._stage

    @property
    def allowed(self) -> bool:
        """Whether the configuration lets a request use the stage."""
        return self._opener is not None

    @property
    def status(self) -> ModuleStatus:
        """The stage's state now."""
        if self._stage is not None:
            return ModuleStatus(self.module, self.model_name, "loaded")
        if self._opener is None:
            return ModuleStatus(self.module, self.model_name, "disabled", self._disabled())
        if self._missing:
            return ModuleStatus(self.module, self.model_name, "not_installed", self._missing)
        return ModuleStatus(self.module, self.model_name, "on_request")

    async def get(self, pool: CpuPool) -> Stage:
        """The stage, opened if need be. A stage whose weights were missing is looked for again.

        Raises:
            ModuleNotLoaded: it cannot run here; the message says why and what to do.
        """
        if self._opener is None:
            raise ModuleNotLoaded(self._disabled())
        async with self._opening:
            if self._stage is None:
                try:
                    self._stage = await pool.run(self._opener)
                except ModelNotInstalled as error:
                    self._missing = str(error)
                    raise ModuleNotLoaded(str(error)) from error
        return self._stage

    async def open_if_installed(self, pool: CpuPool) -> None:
        """Open the stage unless its weights are missing or it is not allowed; `status` then says so."""
        if self._opener is not None:
            with suppress(ModuleNotLoaded):
                await self.get(pool)

    async def close(self) -> None:
        """Close the stage if it was opened."""
        if self._stage is not None:
            await self._stage.close()

    def _disabled(self) -> str:
        return (
            f"The module '{self.module}' is not loaded: the configuration leaves it off. Turn it on there, or set "
            "ppocr_server.models.optional_modules to first_use."
        )
