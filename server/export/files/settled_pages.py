"""The pages of a result file with the structure that they have together."""

from collections.abc import Sequence
from dataclasses import replace

from models.layout.whole_document import settle
from server.export.files.file_page import FilePage


def settled_pages(pages: Sequence[FilePage]) -> Sequence[FilePage]:
    """Look at all pages of a document together: see `models.layout.whole_document`. CPU work.

    Args:
        pages: of one document, in order. If one of them was not analysed, all stay as they are.
    """
    layouts = [page.layout for page in pages if page.layout is not None]
    if len(layouts) < len(pages):
        return pages
    settled = settle(layouts, [(page.width, page.height) for page in pages])
    return [replace(page, layout=layout) for page, layout in zip(pages, settled, strict=True)]
