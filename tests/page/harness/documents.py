"""Documents for the viewer, as the harness takes them."""

from typing import Any

Json = dict[str, Any]


def line(text: str, x: float, y: float, width: float, height: float, score: float = 0.99) -> Json:
    """A line whose box is straight."""
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    return {"text": text, "score": score, "polygon": corners}


def page(number: int, lines: list[Json], blocks: list[Json] | None = None, **more: object) -> Json:
    """A page of 1000 by 1400 pixels."""
    return {"number": number, "width": 1000, "height": 1400, "lines": lines, "blocks": blocks or [], **more}


def document(*pages: Json, total: int | None = None, name: str = "letter.pdf") -> Json:
    """A document with these pages."""
    return {"id": "1", "name": name, "pagesTotal": total or len(pages), "pages": list(pages)}


def plain_page(number: int, *texts: str, scores: tuple[float, ...] = ()) -> Json:
    """A page with these lines below each other, 60 pixels apart."""
    lines = [line(text, 100, 100 + 60 * index, 600, 30) for index, text in enumerate(texts)]
    for which, score in enumerate(scores):
        lines[which]["score"] = score
    return page(number, lines)
