"""The recognisers of a pipeline: the configured one, and the installed ones for other languages.

A language's recogniser is opened at its first use and stays open. The table in `models.languages.groups` says which
recogniser reads which languages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.errors import LanguageNotInstalled, ModuleNotLoaded
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
    def runs_on(self) -> str:
        """Engine, device and number of lanes, for people."""
        return self.stage.runs_on

    async def close(self) -> None:
        """Take no more work, and release the engines."""
        await self.stage.close()


class Recognisers:
    """Gives each page the recogniser that reads its language.

    Args:
        configured: the recogniser that the configuration names.
        packs: recognisers of other languages, by model name. Each is opened at its first use.
        installed: tells whether a model is on this machine.
    """

    def __init__(
        self,
        configured: Recogniser,
        packs: Mapping[str, OptionalStage[Recogniser]],
        installed: Callable[[str], bool],
    ) -> None:
        self._configured = configured
        self._packs = packs
        self._installed = installed
        self._reads = frozenset(group for group in GROUPS if _reads(configured, group))

    def opened(self) -> tuple[Recogniser, ...]:
        """The recognisers that are open now, the configured one first."""
        return (self._configured, *(pack.opened for pack in self._packs.values() if pack.opened))

    @property
    def opening(self) -> bool:
        """Whether a recogniser is being opened now."""
        return any(pack.opening for pack in self._packs.values())

    def statuses(self) -> tuple[ModuleStatus, ...]:
        """The state of the configured recogniser, and of the installed recognisers of other languages."""
        stage, model_name = self._configured.stage, self._configured.model_name
        packs = [pack for pack in self._packs.values() if self._is_here(pack)]
        loaded = ModuleStatus(stage.batcher.name, model_name, "loaded", stage.runs_on)
        return (loaded, *(pack.status for pack in packs))

    async def get(self, group: str | None, pool: CpuPool) -> Recogniser:
        """The recogniser of a group. It is opened if necessary.

        Args:
            group: a name from `models.languages.groups.GROUPS`; None for the configured recogniser.
            pool: a model is opened in its threads.

        Raises:
            LanguageNotInstalled: it is not on this machine, or cannot be opened. The message says what to do.
            PipelineStopped: it is closed.
        """
        if group is None or group in self._reads:
            return self._configured
        pack = self._pack(group)
        if pack is None:
            raise LanguageNotInstalled(missing_model(GROUPS[group].models[0]))
        try:
            return await pack.get(pool)
        except ModuleNotLoaded as error:
            raise LanguageNotInstalled(str(error)) from error

    def available(self, group: str) -> bool:
        """Whether a recogniser for a group is on this machine. It may still be damaged."""
        return group in self._reads or self._pack(group) is not None

    async def close(self) -> None:
        """Close every recogniser that is open."""
        await self._configured.close()
        for pack in self._packs.values():
            await pack.close()

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
