"""Truth as PAGE (PRImA): lines and words with polygons. Regions stand in the file's reading order where it has one."""

import re
from xml.etree.ElementTree import Element

from benchmarks.compare.model import Polygon, Truth, TruthLine, TruthPage, TruthWord

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def read(root: Element) -> Truth:
    """The page with its lines and words at their places."""
    return Truth(tuple(map(_page, root.iterfind("{*}Page"))))


def points(text: str) -> Polygon:
    """Corners of a list of numbers, however they are divided."""
    numbers = [float(found) for found in _NUMBER.findall(text)]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _page(page: Element) -> TruthPage:
    lines, words = [], []
    for region in _regions(page):
        for line in region.iterfind("{*}TextLine"):
            words += [TruthWord(_text(word), _place(word)) for word in line.iterfind("{*}Word")]
            text = _text(line) or " ".join(_text(word) for word in line.iterfind("{*}Word"))
            if text:
                lines.append(TruthLine(text, _place(line)))
    width, height = int(page.attrib["imageWidth"]), int(page.attrib["imageHeight"])
    text = "\n".join(line.text for line in lines)
    return TruthPage(width, height, text, tuple(lines), tuple(words), order=True)


def _regions(page: Element) -> list[Element]:
    regions = list(page.iterfind(".//{*}TextRegion"))
    named = [reference.attrib["regionRef"] for reference in page.iterfind("{*}ReadingOrder//*[@regionRef]")]
    rank = {name: place for place, name in enumerate(named)}
    return sorted(regions, key=lambda region: rank.get(region.get("id", ""), len(rank)))


def _text(element: Element) -> str:
    return " ".join((element.findtext("{*}TextEquiv/{*}Unicode") or "").split())


def _place(element: Element) -> Polygon | None:
    drawn = element.find("{*}Coords")
    return None if drawn is None or "points" not in drawn.attrib else points(drawn.attrib["points"])
