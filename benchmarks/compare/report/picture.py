"""Pages as pictures inside the HTML file."""

import base64
import io

from benchmarks.compare.documents.base import page_image
from benchmarks.compare.model import Document
from benchmarks.compare.report.markup import Markup, tag

LONGER_SIDE, QUALITY = 1100, 60


def picture(document: Document, page: int) -> Markup:
    """A page of a document; ``page`` counts from 1."""
    image = page_image(document.path, page, LONGER_SIDE)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=QUALITY, optimize=True)
    address = "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode("ascii")
    return tag("img", src=address, width=image.width, height=image.height, alt=f"Page {page} of {document.id}")
