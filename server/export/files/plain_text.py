"""Plain text: UTF-8 without a byte order mark, and a blank line between pages. A row of a table is a line with tabs."""

from collections.abc import Iterator, Sequence

from models.layout.document import PageLayout
from server.export.files.file_page import FilePage
from server.export.files.page_blocks import line_texts, page_blocks, table_rows
from server.export.text import page_text
from server.intake.raw_file import RawFile


def write_text(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make a text file with one line for each recognised line, running heads and feet included."""
    return _file("\n\n".join("\n".join(_lines(page)) for page in pages))


def write_paragraphs(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make a text file with one line for each paragraph, without running heads and feet."""
    texts = (page_text(page.lines, page.layout or PageLayout(())) for page in pages)
    return _file("\n\n".join(text for text in texts if text))


def _file(shown: str) -> bytes:
    return f"{shown}\n".encode("utf-8", "replace") if shown else b""


def _lines(page: FilePage) -> Iterator[str]:
    for block in page_blocks(page):
        if block.table is None:
            yield from line_texts(page, block.lines)
        else:
            yield from ("\t".join(row) for row in table_rows(page, block.table) if any(row))
