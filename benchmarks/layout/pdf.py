"""A generated document as a PDF, with a text layer as word processors write it."""

import io

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.layout.document import Document
from benchmarks.layout.sheet import FONTS, Run, Sheet


def write_pdf(document: Document, *, chinese: bool = True) -> bytes:
    """The file. The same document gives the same bytes.

    Args:
        document: its pages.
        chinese: whether Chinese text is drawn. Its font is not in the file, so not every machine can render it.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(FONTS["cjk"]))
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for sheet in document.pages:
        canvas.setPageSize((sheet.width, sheet.height))
        _draw(canvas, sheet, chinese=chinese)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, sheet: Sheet, *, chinese: bool) -> None:
    for fill in sheet.fills:
        x0, y0, x1, y1 = fill.box
        canvas.setFillGray(fill.grey)
        canvas.rect(x0, sheet.height - y1, x1 - x0, y1 - y0, stroke=0, fill=1)
    canvas.setFillGray(0)
    for stroke in sheet.strokes:
        canvas.setLineWidth(stroke.thickness)
        canvas.line(stroke.x0, sheet.height - stroke.y0, stroke.x1, sheet.height - stroke.y1)
    for run in sheet.runs:
        if chinese or run.font != "cjk":
            _write(canvas, run, sheet.height)


def _write(canvas: Canvas, run: Run, height: float) -> None:
    if run.way == "down":
        canvas.setFont(FONTS[run.font], run.size)
        for number, character in enumerate(run.text):
            canvas.drawString(run.x, height - run.y - (number + 0.88) * run.size, character)
        return
    canvas.saveState()
    canvas.translate(run.x, height - run.y)
    if run.way == "up":
        canvas.rotate(90)
    text = canvas.beginText(0, 0)
    text.setFont(FONTS[run.font], run.size)
    text.setWordSpace(run.space)
    text.textOut(run.text)
    canvas.drawText(text)
    canvas.restoreState()
