"""Plain text: UTF-8 without a byte order mark, one line for each recognised line, a blank line between pages."""

from collections.abc import Iterator, Sequence

from server.export.files.file_page import FilePage
from server.export.files.page_blocks import line_texts, page_blocks, table_rows
from server.intake.raw_file import RawFile


def write_text(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make a text file. A row of a table is one line, with tabs between its cells."""
    shown = "\n\n".join("\n".join(_lines(page)) for page in pages)
    return f"{shown}\n".encode() if shown else b""


def _lines(page: FilePage) -> Iterator[str]:
    for block in page_blocks(page):
        if block.table is None:
            yield from line_texts(page, block.lines)
        else:
            yield from ("\t".join(row) for row in table_rows(page, block.table) if any(row))
