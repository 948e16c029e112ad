"""Orientation of whole pages and of single lines, by classifiers whose classes are angles."""

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
    """Finds the angle by which an image has to be rotated counter-clockwise to be upright."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._angles = tuple(_angle(label) for label in classifier.labels)

    @property
    def batcher(self) -> Batcher[Prepared, int]:
        """The stage's batcher."""
        return self._classifier.batcher

    @property
    def runs_on(self) -> str:
        """The engine, the device and the number of lanes, for people."""
        return self._classifier.runs_on

    async def angles(
        self,
        page: PagePixels,
        regions: Sequence[LineRegion | None],
        *,
        flow: Hashable = None,
        deadline: float | None = None,
    ) -> list[Angle]:
        """The angle of each line of a page, in degrees. The region None stands for the whole page.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        classes = await self._classifier.classify(page, regions, flow=flow, deadline=deadline)
        return [self._angles[index] for index in classes]

    async def close(self) -> None:
        """Take no more work, and release the engines."""
        await self._classifier.close()


def _angle(label: str) -> Angle:
    """The degrees of a class label such as ``90`` or ``180_degree``."""
    angle = _ANGLES.get(label.partition("_")[0])
    if angle is None:
        raise InvalidModelDirectory(f"An orientation label must begin with 0, 90, 180 or 270, not '{label}'.")
    return angle
