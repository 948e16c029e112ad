"""Reads a generated document by geometry alone, from faultless lines: no model is needed."""

from benchmarks.layout.detected import true_lines
from benchmarks.layout.document import Document
from benchmarks.layout.picture import draw_pictures
from models.layout.analyse import analyse_layout
from models.layout.whole_document import settle
from server.export.markdown import page_markdown


def read_exactly(document: Document) -> str:
    """The document as Markdown."""
    layouts, sizes = [], []
    for number, picture in enumerate(draw_pictures(document)):
        layouts.append(analyse_layout(picture, true_lines(document, number)))
        sizes.append((picture.shape[1], picture.shape[0]))
    pages = [
        page_markdown(layout.lines, layout, escape=False, figure=lambda _: "figure")
        for layout in settle(layouts, sizes)
    ]
    return "\n\n".join(pages)
