"""Puts the figures of a document into the answer, or behind links if the server serves pictures by link."""

import base64
from dataclasses import dataclass

from models.document import Image
from server.export.drawing.pictures import encode_png, limit_size
from server.storage.publisher import PicturePublisher

DATA_URI = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class FigurePlan:
    """A plan says how the figures of one document are made.

    Attributes:
        publisher: keeps them and makes links; None always puts them into the answer.
        document_id: the name under which they are kept.
        link_base: the base of links.
        size_limit: largest width and height in pixels, or None.
    """

    publisher: PicturePublisher | None
    document_id: str
    link_base: str
    size_limit: tuple[int, int] | None

    def link(self, picture: Image) -> str:
        """Give the address of a picture, as a link or a data URI. It encodes and may write a file: call it in a thread.

        Raises:
            PictureTooLarge: it is over the storage's cap.
            OSError: it cannot be written to the disk.
        """
        png = encode_png(limit_size(picture, self.size_limit))
        link = None if self.publisher is None else self.publisher.link_png(png, self.document_id, self.link_base)
        return link or DATA_URI + base64.b64encode(png).decode("ascii")
