"""Searchable PDF: every page as it was, with invisible text that can be found, selected and copied.

A PDF document keeps its own pages. They are a stranger's bytes, so a child process with the limits of a decode worker
adds the text. It also takes out what acts by itself or at a click: whoever opens the result trusts this server, not the
author of the source. Some damaged files can be shown but not rewritten. For them, and for documents that are not PDF,
the pages are pictures.
"""

import logging
from collections.abc import Iterator, Sequence

import msgspec

from models.document import TextLine
from server.decode.workers.process import WorkerFailed, WorkerSettings
from server.decode.workers.whole_file import FileRefused, make_once
from server.export.files.file_page import FilePage
from server.export.files.page_blocks import blocks_of_lines
from server.export.files.picture_pdf import picture_pdf
from server.export.files.text_layer import PageText, TextLayer, placed_blocks
from server.intake.raw_file import FileKind, RawFile

logger = logging.getLogger(__name__)

CHILD = WorkerSettings(memory_bytes=2 * 1024**3, timeout_seconds=30.0, files_per_worker=1)
"""A page takes 6 ms. A server that stops waits for a file in progress for at most this timeout."""
SPARE_BYTES = 16 * 1024 * 1024


def write_pdf(pages: Sequence[FilePage], source: RawFile) -> bytes:
    """Make a searchable PDF. Blocks.

    Args:
        pages: the pages that were read: the first ones of the document, in order.
        source: the document, with its password if it is encrypted. The result is not encrypted.

    Raises:
        WorkerNotStarted: no child process can be started.
    """
    if source.kind is not FileKind.PDF:
        return picture_pdf(pages)
    texts = tuple(PageText(page.width, page.height, placed_blocks(_recognised(page))) for page in pages)
    layer = msgspec.json.encode(TextLayer(texts, source.keep_active_content))
    capacity = 2 * len(source.data) + 2 * len(layer) + SPARE_BYTES
    try:
        return make_once(CHILD, source.data, source.password, "overlay_text", capacity, layer).data
    except (FileRefused, WorkerFailed) as error:
        logger.warning("A PDF could not be rewritten (%s); its pages become pictures.", type(error).__name__)
        return picture_pdf(pages)


def _recognised(page: FilePage) -> Iterator[list[TextLine]]:
    """The blocks of a page, without the lines that the page shows as text of its own."""
    for block in blocks_of_lines(page):
        yield [line for line in block if line.source == "picture"]
