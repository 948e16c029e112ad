"""ALTO 4.4, the form of the Library of Congress: pages, blocks, lines and words with their boxes, as XML.

All places are pixels of the page's picture.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from server.export.files.file_page import FilePage
from server.export.files.page_words import Bounds, PlacedLine, PlacedWord
from server.export.files.word_blocks import ElementNames, Paragraph, WordBlock, word_blocks
from server.intake.raw_file import RawFile
from server.version import installed_version

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
TAGS = {"title": "title", "table_caption": "caption", "image_caption": "caption", "image": "figure"}
"""The label of a block by its kind. Paragraphs have none, and a table is a composed block."""


def write_alto(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make an ALTO file."""
    blocks = [word_blocks(page) for page in pages]
    alto = Element(
        "alto",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
            "SCHEMAVERSION": "4.4",
        },
    )
    _add_description(alto)
    _add_tags(alto, sorted({TAGS[block.kind] for page in blocks for block in page if block.kind in TAGS}))
    layout = SubElement(alto, "Layout")
    for number, (page, of_page) in enumerate(zip(pages, blocks, strict=True), 1):
        _add_page(layout, number, page, of_page)
    indent(alto)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(alto, "unicode").encode() + b"\n"


def _add_description(alto: Element) -> None:
    description = SubElement(alto, "Description")
    SubElement(description, "MeasurementUnit").text = "pixel"
    step = SubElement(description, "Processing", {"ID": "ocr"})
    SubElement(step, "processingCategory").text = "contentGeneration"
    software = SubElement(step, "processingSoftware")
    SubElement(software, "softwareName").text = "ppocr-server"
    SubElement(software, "softwareVersion").text = installed_version()


def _add_tags(alto: Element, labels: Sequence[str]) -> None:
    if labels:
        tags = SubElement(alto, "Tags")
        for label in labels:
            SubElement(tags, "LayoutTag", {"ID": f"tag_{label}", "LABEL": label})


def _add_page(layout: Element, number: int, page: FilePage, blocks: Sequence[WordBlock]) -> None:
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    words = [
        word for block in blocks for paragraph in block.paragraphs for line in paragraph.lines for word in line.words
    ]
    confidence = {"PC": _confidence(sum(word.confidence for word in words) / len(words))} if words else {}
    attributes = {"ID": f"page_{number}", "PHYSICAL_IMG_NR": str(number), "PROCESSINGREFS": "ocr", **size, **confidence}
    space = SubElement(SubElement(layout, "Page", attributes), "PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    names = ElementNames(number)
    for block in blocks:
        if block.kind == "table":
            attributes = {"ID": names.next("table"), **_place(block.bounds), "TYPE": "table"}
            table = SubElement(space, "ComposedBlock", attributes)
            for paragraph in block.paragraphs:
                _add_block(table, paragraph, None, names)
        else:
            _add_block(space, block.paragraphs[0], TAGS.get(block.kind), names)


def _add_block(parent: Element, paragraph: Paragraph, label: str | None, names: ElementNames) -> None:
    block = SubElement(parent, "TextBlock", {"ID": names.next("block"), **_place(paragraph.bounds)})
    if label is not None:
        block.set("TAGREFS", f"tag_{label}")
    if paragraph.language is not None:
        block.set("LANG", paragraph.language)
    for line in paragraph.lines:
        _add_line(block, line, names)


def _add_line(block: Element, line: PlacedLine, names: ElementNames) -> None:
    shown = SubElement(block, "TextLine", {"ID": names.next("line"), **_place(line.bounds)})
    if line.stands:
        shown.set("BASEDIRECTION", "ttb")
    else:
        shown.set("BASELINE", _points(line.baseline))
        shown.set("BASEDIRECTION", "rtl" if line.right_to_left else "ltr")
    left, top, right, bottom = line.bounds
    if set(line.corners) != {(left, top), (right, top), (right, bottom), (left, bottom)}:
        SubElement(SubElement(shown, "Shape"), "Polygon", {"POINTS": _points(line.corners)})
    before: PlacedWord | None = None
    for word in line.words:
        if before is not None and word.after_space:
            SubElement(shown, "SP")
        attributes = {"CONTENT": word.text, "WC": _confidence(word.confidence)}
        SubElement(shown, "String", {"ID": names.next("word"), **_place(word.bounds), **attributes})
        before = word


def _place(bounds: Bounds) -> dict[str, str]:
    left, top, right, bottom = bounds
    return {"HPOS": str(left), "VPOS": str(top), "WIDTH": str(right - left), "HEIGHT": str(bottom - top)}


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{round(x)},{round(y)}" for x, y in points)


def _confidence(value: float) -> str:
    return f"{value:.4f}"
