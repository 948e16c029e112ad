"""hOCR 1.2: pages, blocks, paragraphs, lines and words with their boxes, as XHTML.

The document has no DOCTYPE with an address, so that no reader tries to fetch one. Between words there is white space
only where the page has it, so the text of a Chinese line has no spaces.
"""

import math
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from server.export.files.file_page import FilePage
from server.export.files.page_words import UPRIGHT_DEGREES, Bounds, PlacedLine
from server.export.files.word_blocks import ElementNames, Paragraph, WordBlock, word_blocks
from server.intake.raw_file import RawFile
from server.version import installed_version

CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf ocrp_lang ocrp_dir"
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'


def write_hocr(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make an hOCR file."""
    blocks = [word_blocks(page) for page in pages]
    html = Element("html", {"xmlns": "http://www.w3.org/1999/xhtml"})
    html.append(_head(blocks))
    body = _below(html, "body", {})
    for number, (page, of_page) in enumerate(zip(pages, blocks, strict=True), 1):
        _add_page(body, number, page, of_page)
    return HEAD + tostring(html, "unicode").encode() + b"\n"


def _head(blocks: Sequence[Sequence[WordBlock]]) -> Element:
    head = Element("head")
    head.tail = "\n"
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "title").text = "OCR"
    languages = {paragraph.language for page in blocks for block in page for paragraph in block.paragraphs} - {None}
    facts = {
        "ocr-system": f"ppocr-server {installed_version()}",
        "ocr-capabilities": CAPABILITIES,
        "ocr-number-of-pages": str(len(blocks)),
        "ocr-langs": " ".join(sorted(filter(None, languages))) or "unknown",
    }
    for name, content in facts.items():
        SubElement(head, "meta", {"name": name, "content": content})
    return head


def _add_page(body: Element, number: int, page: FilePage, blocks: Sequence[WordBlock]) -> None:
    title = f"{_bbox((0, 0, page.width, page.height))}; ppageno {number - 1}"
    shown = _below(body, "div", {"class": "ocr_page", "id": f"page_{number}", "title": title})
    shown.text = "\n"  # a reader of HTML would not see the end of a page without it
    names = ElementNames(number)
    for block in blocks:
        area = _below(shown, "div", {"class": "ocr_carea", "id": names.next("block"), "title": _bbox(block.bounds)})
        for paragraph in block.paragraphs:
            _add_paragraph(area, paragraph, names)


def _add_paragraph(area: Element, paragraph: Paragraph, names: ElementNames) -> None:
    attributes = {"class": "ocr_par", "id": names.next("par"), "title": _bbox(paragraph.bounds)}
    if paragraph.language is not None:
        attributes |= {"lang": paragraph.language, "xml:lang": paragraph.language}
    shown = _below(area, "p", attributes)
    for line in paragraph.lines:
        title = "; ".join((_bbox(line.bounds), *_direction(line)))
        span = _below(shown, "span", {"class": "ocr_line", "id": names.next("line"), "title": title})
        if line.right_to_left:
            span.set("dir", "rtl")
        before: Element | None = None
        for word in line.words:
            if word.after_space and before is not None:
                before.tail = " "
            title = f"{_bbox(word.bounds)}; x_wconf {round(100 * word.confidence)}"
            before = SubElement(span, "span", {"class": "ocrx_word", "id": names.next("word"), "title": title})
            before.text = word.text


def _direction(line: PlacedLine) -> Iterator[str]:
    """The properties that say how the text runs. Upright characters one below the other have none."""
    if line.stands:
        return
    if abs(line.box.angle) > UPRIGHT_DEGREES:
        yield f"textangle {round(-line.box.angle % 360, 1):g}"
        return
    (x0, y0), (x1, y1) = line.baseline
    left, _, _, bottom = line.bounds
    slope = (y1 - y0) / (x1 - x0) if not math.isclose(x0, x1) else 0.0
    # A line from the lower left corner of the box. y grows downwards.
    yield f"baseline {_number(slope, 4)} {_number(y0 - bottom - slope * (x0 - left), 1)}"


def _number(value: float, places: int) -> str:
    """Write a number without an exponent, and zero without a sign."""
    return f"{round(value, places) + 0.0:.{places}f}".rstrip("0").rstrip(".")


def _bbox(bounds: Bounds) -> str:
    return f"bbox {bounds[0]} {bounds[1]} {bounds[2]} {bounds[3]}"


def _below(parent: Element, tag: str, attributes: dict[str, str]) -> Element:
    """Add an element that begins on a line of its own."""
    parent.text = "\n"
    child = SubElement(parent, tag, attributes)
    child.tail = "\n"
    return child
