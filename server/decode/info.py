"""What is known of a document before it is decoded."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document's outline, from its headers alone.

    Attributes:
        kind: ``tiff`` is a TIFF of several frames; every other image is an ``image``.
        total_pages: pages or frames in the file.
        processed_pages: how many of them will be read: the first ones, up to the page cap.
        sizes: width and height in pixels of each processed page as it will be decoded.
        points: width and height in points (1/72 inch) of each processed page, turned as it is shown; None for images.
    """

    kind: Literal["image", "pdf", "tiff"]
    total_pages: int
    processed_pages: int
    sizes: tuple[tuple[int, int], ...]
    points: tuple[tuple[float, float], ...] | None = None
