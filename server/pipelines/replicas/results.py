"""A page's result, put together again from what a replica sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.document import Image, Page, PageResult, Preprocessed
from server.pipelines.replicas.messages import PageRead, Prepared
from server.pipelines.replicas.shared_picture import map_picture


@dataclass(frozen=True, slots=True)
class Answer:
    """A replica's answer.

    Attributes:
        pictures: those that it made, in the order of `PageRead`.
    """

    report: Prepared | PageRead
    pictures: tuple[Image, ...] = ()


def received_pictures(report: Prepared | PageRead, descriptors: Sequence[int]) -> tuple[Image, ...]:
    """The pictures that came with an answer."""
    if isinstance(report, Prepared):
        return ()
    sizes = [size for size in (report.rotated, report.image) if isinstance(size, tuple)]
    return tuple(map_picture(descriptor, size) for descriptor, size in zip(descriptors, sizes, strict=True))


def page_result(page: Page, answer: Answer) -> PageResult:
    """What `OcrPipeline.read` would have returned here."""
    report, pictures = answer.report, list(answer.pictures)
    assert isinstance(report, PageRead)
    rotated = None
    if report.rotated is not None:
        rotated = page.image if report.rotated == "page" else pictures.pop(0)
    if report.image == "page":
        image = page.image
    elif report.image == "rotated" and rotated is not None:
        image = rotated
    else:
        image = pictures.pop(0)
    return replace(report.result, preprocessed=Preprocessed(image, report.result.preprocessed.angle, rotated))
