"""Truth as ALTO: lines and words with upright boxes or polygons, in the order of the file."""

from xml.etree.ElementTree import Element

from benchmarks.compare.documents.page_xml import points
from benchmarks.compare.model import Polygon, Truth, TruthLine, TruthPage, TruthWord
from benchmarks.compare.polygons import box

UNIT = "pixel"


def read(root: Element) -> Truth:
    """Pages with lines and words at their places.

    Raises:
        ValueError: places are in another unit than pixels.
    """
    unit = root.findtext(".//{*}MeasurementUnit", UNIT)
    if unit.strip() != UNIT:
        raise ValueError("places are not in pixels")
    return Truth(tuple(map(_page, root.iterfind(".//{*}Page"))))


def _page(page: Element) -> TruthPage:
    lines, words = [], []
    for line in page.iterfind(".//{*}TextLine"):
        strings = [TruthWord(word.attrib["CONTENT"], _place(word)) for word in line.iterfind("{*}String")]
        words += strings
        lines.append(TruthLine(" ".join(word.text for word in strings), _place(line)))
    width, height = (round(float(page.get(side, "0"))) for side in ("WIDTH", "HEIGHT"))
    return TruthPage(width, height, "\n".join(line.text for line in lines), tuple(lines), tuple(words), order=True)


def _place(element: Element) -> Polygon | None:
    drawn = element.find("{*}Shape/{*}Polygon")
    if drawn is not None:
        return points(drawn.attrib["POINTS"])
    if "HPOS" not in element.attrib:
        return None
    left, top, width, height = (float(element.attrib[key]) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    return box(left, top, left + width, top + height)
