"""The recognisers of a pipeline: the configured one, and the installed ones for other languages.

A language's recogniser is opened at its first use and stays open. The table in `models.languages.groups` says which
recogniser reads which languages.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from models.batching import Batcher
from models.errors import LanguageNotInstalled, ModuleNotLoaded, PresetNotInstalled
from models.languages.groups import DEFAULT_GROUP, GROUPS, lacks
from models.optional_stage import ModuleStatus, OptionalStage, missing_model
from models.stages.base import CpuPool
from models.stages.recognition import RecognitionStage


@dataclass(frozen=True, slots=True)
class Recogniser:
    """An opened recogniser.

    Attributes:
        stage: runs its model.
        model_name: the name of its model.
        characters: its dictionary.
        right_to_left: whether it reads a script that is written from right to left.
    """

    stage: RecognitionStage
    model_name: str
    characters: frozenset[str]
    right_to_left: bool = False

    @property
    def batcher(self) -> Batcher[Any, Any]:
        """The queue of its stage."""
        return self.stage.batcher

    @property
    def runs_on(self) -> str:
        """Engine, device and number of lanes, for people."""
        return self.stage.runs_on

    async def close(self) -> None:
        """Take no more work, and release the engines."""
        await self.stage.close()


class Recognisers:
    """Gives each page of a preset the recogniser that reads its language.

    Args:
        configured: the recogniser that the preset names.
        packs: recognisers of other languages, by model name. Each is opened at its first use.
        installed: tells whether a model is on this machine.
    """

    def __init__(
        self,
        configured: OptionalStage[Recogniser],
        packs: Mapping[str, OptionalStage[Recogniser]],
        installed: Callable[[str], bool],
    ) -> None:
        self._configured = configured
        self._packs = packs
        self._installed = installed
        self._reads: frozenset[str] | None = None

    def stages(self) -> tuple[OptionalStage[Recogniser], ...]:
        """The stage of the preset's own recogniser, and those of the other languages."""
        return (self._configured, *self._packs.values())

    def statuses(self) -> tuple[ModuleStatus, ...]:
        """The state of the preset's own recogniser, and of the installed recognisers of other languages."""
        packs = [pack for pack in self._packs.values() if self._is_here(pack)]
        return tuple(stage.status for stage in (self._configured, *packs))

    async def open(self, group: str | None, pool: CpuPool) -> None:
        """Open the recogniser of a group if necessary.

        Args:
            group: a name from `models.languages.groups.GROUPS`; None for the preset's own recogniser.
            pool: a model is opened in its threads.

        Raises:
            PresetNotInstalled: the preset's own recogniser is not on this machine, or cannot be opened.
            LanguageNotInstalled: the same for another language's. The messages say what to do.
            PipelineStopped: it is closed.
        """
        async with self.use(group, pool):
            pass

    @asynccontextmanager
    async def use(self, group: str | None, pool: CpuPool) -> AsyncIterator[Recogniser]:
        """Open the recogniser of a group, and keep it open during the ``with`` block. Arguments and errors as `open`.

        It is in use already while it opens, so that memory that is short cannot close it in between.
        """
        with self._configured.in_use():
            try:
                own = await self._configured.get(pool)
            except ModuleNotLoaded as error:
                raise PresetNotInstalled(str(error)) from error
            if group is None or group in self._groups_of(own):
                yield own
                return
        pack = self._pack(group)
        if pack is None:
            raise LanguageNotInstalled(missing_model(GROUPS[group].models[0]))
        with pack.in_use():
            try:
                opened = await pack.get(pool)
            except ModuleNotLoaded as error:
                raise LanguageNotInstalled(str(error)) from error
            yield opened

    def available(self, group: str) -> bool:
        """Whether a recogniser for a group is on this machine. It may still be damaged."""
        own = self._configured.opened
        reads = group in self._groups_of(own) if own else self._configured.model_name in GROUPS[group].models
        return reads or self._pack(group) is not None

    def _groups_of(self, own: Recogniser) -> frozenset[str]:
        if self._reads is None:
            self._reads = frozenset(group for group in GROUPS if _reads(own, group))
        return self._reads

    def _pack(self, group: str) -> OptionalStage[Recogniser] | None:
        packs = (self._packs[name] for name in GROUPS[group].models if name in self._packs)
        return next((pack for pack in packs if self._is_here(pack)), None)

    def _is_here(self, pack: OptionalStage[Recogniser]) -> bool:
        return pack.opened is not None or self._installed(pack.model_name)


def _reads(configured: Recogniser, group: str) -> bool:
    """Whether the configured recogniser reads a group, by its name or else by its dictionary.

    An operator's own recogniser counts as one for the default group, with any dictionary.
    """
    if configured.model_name in GROUPS[group].models:
        return True
    if group == DEFAULT_GROUP:
        return not any(configured.model_name in other.models for other in GROUPS.values())
    return not lacks(group, configured.characters)
