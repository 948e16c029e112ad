"""Markdown: UTF-8, the pages of the document with a blank line between them."""

from collections.abc import Sequence

from models.layout.document import PageLayout
from server.export.files.file_page import FilePage
from server.export.markdown import page_markdown
from server.intake.raw_file import RawFile


def write_markdown(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make a Markdown file. Recognised text is escaped; a page whose structure is not known has no text here."""
    texts = (page_markdown(page.lines, page.layout or PageLayout(()), escape=False, figure=None) for page in pages)
    shown = "\n\n".join(text for text in texts if text)
    return f"{shown}\n".encode("utf-8", "replace") if shown else b""
