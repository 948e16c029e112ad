"""Orientation of whole documents and of single lines: two classifiers with angles for classes."""

from collections.abc import Hashable, Sequence

from models.batching import Batcher
from models.errors import InvalidModelDirectory
from models.ops.crop import LineRegion
from models.ops.rotate import Angle
from models.stages.base import Prepared
from models.stages.classification import Classifier
from models.stages.pages import PagePixels

_ANGLES: dict[str, Angle] = {"0": 0, "90": 90, "180": 180, "270": 270}


class OrientationStage:
    """Says by which angle an image has to be turned counter-clockwise to be upright."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._angles = tuple(_angle(label) for label in classifier.labels)

    @property
    def batcher(self) -> Batcher[Prepared, int]:
        """The stage's queue."""
        return self._classifier.batcher

    @property
    def runs_on(self) -> str:
        """Engine, device and number of lanes, for people."""
        return self._classifier.runs_on

    async def angles(
        self,
        page: PagePixels,
        regions: Sequence[LineRegion | None],
        *,
        flow: Hashable = None,
        deadline: float | None = None,
    ) -> list[Angle]:
        """The angle of each line of a page, in degrees; None stands for the page itself.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        classes = await self._classifier.classify(page, regions, flow=flow, deadline=deadline)
        return [self._angles[index] for index in classes]

    async def close(self) -> None:
        """Stop taking work and release the engines."""
        await self._classifier.close()


def _angle(label: str) -> Angle:
    """Degrees of a class label such as ``90`` or ``180_degree``."""
    angle = _ANGLES.get(label.partition("_")[0])
    if angle is None:
        raise InvalidModelDirectory(f"An orientation label must begin with 0, 90, 180 or 270, not '{label}'.")
    return angle
