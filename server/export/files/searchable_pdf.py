"""Searchable PDF: every page as it was, under invisible text that can be found, selected and copied.

A document that is a PDF keeps its own pages. They are a stranger's bytes, so a child process lays the text under them,
with the limits of a decode worker. Where that fails, because the file is damaged in a way that can be shown but not
rewritten, and for every other document, the pages are pictures.
"""

import logging
from collections.abc import Sequence

import msgspec

from server.decode.workers.process import WorkerFailed, WorkerSettings
from server.decode.workers.whole_file import FileRefused, make_once
from server.export.files.file_page import FilePage
from server.export.files.picture_pdf import picture_pdf
from server.export.files.text_layer import PageText, placed
from server.intake.raw_file import FileKind, RawFile

logger = logging.getLogger(__name__)

CHILD = WorkerSettings(memory_bytes=2 * 1024**3, timeout_seconds=30.0, files_per_worker=1)
"""A page takes 6 ms. While the server stops, it waits up to this long for a file that is being written."""
SPARE_BYTES = 16 * 1024 * 1024


def write_pdf(pages: Sequence[FilePage], source: RawFile) -> bytes:
    """Make a searchable PDF. Blocks.

    Args:
        pages: those that were read: the document's first ones, in order.
        source: the document; an encrypted one brings its password. The result is not encrypted.

    Raises:
        WorkerNotStarted: no child process can be started.
    """
    if source.kind is not FileKind.PDF:
        return picture_pdf(pages)
    lines = msgspec.json.encode([PageText(page.width, page.height, placed(page.lines)) for page in pages])
    capacity = 2 * len(source.data) + 2 * len(lines) + SPARE_BYTES
    try:
        return make_once(CHILD, source.data, source.password, "overlay_text", capacity, lines).data
    except (FileRefused, WorkerFailed) as error:
        logger.warning("A PDF could not be rewritten (%s); its pages become pictures.", type(error).__name__)
        return picture_pdf(pages)
