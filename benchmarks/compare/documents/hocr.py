"""Truth as hOCR: pages, lines and words of an HTML file, in the order of the file."""

import re
from pathlib import Path

from lxml import html

from benchmarks.compare.model import Polygon, Truth, TruthLine, TruthPage, TruthWord
from benchmarks.compare.polygons import box

LINES = ("ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat", "ocrx_line")
_BOX = re.compile(r"\bbbox\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)")


def read(path: Path, size: tuple[int, int]) -> Truth:
    """Pages with lines and words at their places.

    Raises:
        ValueError: no page is in the file.
    """
    pages = _of_class(html.fromstring(path.read_bytes()), "ocr_page")
    if not pages:
        raise ValueError("no element of the class ocr_page")
    return Truth(tuple(_page(page, size) for page in pages))


def _page(page: html.HtmlElement, size: tuple[int, int]) -> TruthPage:
    lines = [(line, _words(line)) for line in _of_class(page, *LINES)]
    told = [TruthLine(" ".join(word.text for word in words), _place(line)) for line, words in lines if words]
    words = _words(page)
    place = _place(page)
    width, height = (round(place[2][0]), round(place[2][1])) if place else size
    text = "\n".join(line.text for line in told) if told else " ".join(word.text for word in words)
    return TruthPage(width, height, text, tuple(told), tuple(words), order=True)


def _words(element: html.HtmlElement) -> list[TruthWord]:
    found = ((" ".join(word.text_content().split()), _place(word)) for word in _of_class(element, "ocrx_word"))
    return [TruthWord(text, place) for text, place in found if text]


def _of_class(element: html.HtmlElement, *names: str) -> list[html.HtmlElement]:
    return [found for found in element.iter() if isinstance(found.tag, str) and found.get("class") in names]


def _place(element: html.HtmlElement) -> Polygon | None:
    found = _BOX.search(element.get("title", ""))
    return box(*map(float, found.groups())) if found else None
