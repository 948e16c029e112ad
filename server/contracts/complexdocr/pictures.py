"""Where the figures of a document go: into the answer, or behind links where the server serves pictures by link."""

import base64
from dataclasses import dataclass

from models.document import Image
from server.export.drawing.pictures import encode_png, limit_size
from server.storage.publisher import PicturePublisher

DATA_URI = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class FigurePlan:
    """What to do with the figures of one document.

    Attributes:
        publisher: keeps them and makes links; None puts them into the answer in any case.
        document_id: the name under which they are kept.
        link_base: what links begin with.
        size_limit: width and height that they are scaled down to, or None.
    """

    publisher: PicturePublisher | None
    document_id: str
    link_base: str
    size_limit: tuple[int, int] | None

    def link(self, picture: Image) -> str:
        """Say where a picture is. Encodes, and may write a file: call it in a thread.

        Raises:
            PictureTooLarge: it is over the storage's cap.
            OSError: the disk refused.
        """
        png = encode_png(limit_size(picture, self.size_limit))
        link = None if self.publisher is None else self.publisher.link_png(png, self.document_id, self.link_base)
        return link or DATA_URI + base64.b64encode(png).decode("ascii")
