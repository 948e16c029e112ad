"""Puts a page's result together from the messages of a replica."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.document import Image, Page, PageResult, Preprocessed
from server.pipelines.replicas.messages import PageRead, Prepared
from server.pipelines.replicas.shared_picture import map_picture


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """A replica's report with its pictures.

    Attributes:
        report: the message.
        pictures: the pictures that the replica made, in the order of `PageRead`.
    """

    report: Prepared | PageRead
    pictures: tuple[Image, ...] = ()


def received_pictures(report: Prepared | PageRead, descriptors: Sequence[int]) -> tuple[Image, ...]:
    """The pictures that came with a report."""
    if isinstance(report, Prepared):
        return ()
    sizes = [size for size in (report.rotated, report.image) if isinstance(size, tuple)]
    return tuple(map_picture(descriptor, size) for descriptor, size in zip(descriptors, sizes, strict=True))


def page_result(page: Page, received: ReceivedReport) -> PageResult:
    """The result that `OcrPipeline.read` would have given in this process."""
    report, pictures = received.report, list(received.pictures)
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
