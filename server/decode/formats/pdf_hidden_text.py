"""Text of a PDF page that nobody sees: an older program's reading of the scanned page. Runs in a worker only.

Text is hidden if its rendering mode draws nothing, or if an opaque picture is drawn over it. PDFium tells what the text
says. The page's own operators tell what can be taken out. Text within forms (XObjects) is never taken out.
"""

import ctypes
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Dictionary, Name

from server.export.files.text_layer import Matrix, transformed
from server.export.line_box import Point

Bounds = tuple[float, float, float, float]
"""Left, bottom, right and top, in the page's user space."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
EVERYWHERE: Bounds = (-math.inf, -math.inf, math.inf, math.inf)
INVISIBLE = 3
"""The text rendering mode that draws nothing (PDF 1.7, table 106)."""
CLIPPING = 4
"""From this mode on, text clips what follows."""
SHOWING: dict[str, tuple[str, ...]] = {"Tj": (), "TJ": (), "'": ("T*",), '"': ("Tw", "Tc", "T*")}
"""The operators that show text, and what is left of each when the text goes."""
PATHS = frozenset({"m", "l", "c", "v", "y", "h", "re", "W", "W*"})
PAINTS = frozenset({"n", "f", "F", "f*", "S", "s", "B", "B*", "b", "b*"})
NOT_FOLLOWED = (ArithmeticError, IndexError, TypeError, ValueError, pikepdf.PdfError)
"""Operators with wrong operands raise these."""


class _Character(NamedTuple):
    text: str
    x: float
    y: float
    hidden: bool


class _Show(NamedTuple):
    """One operator that shows text: its place among the operators, where the text begins, and whether it is drawn.

    All that follow each other without a new position have one ``run``: each begins where the one before it ends.
    """

    at: int
    run: int
    origin: Point
    drawn: bool


class _Picture(NamedTuple):
    """A picture that is drawn: its place among the operators, and what it covers; None if one sees through it."""

    at: int
    covers: Bounds | None


@dataclass(slots=True)
class _State:
    """The state that ``q`` keeps and ``Q`` brings back."""

    matrix: Matrix = IDENTITY
    mode: int = 0
    leading: float = 0.0
    opaque: bool = True
    clip: Bounds = EVERYWHERE


@dataclass(slots=True)
class _Content:
    """The text and the pictures that a page draws."""

    shows: list[_Show] = field(default_factory=list)
    pictures: list[_Picture] = field(default_factory=list)


Instruction = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage


class HiddenText:
    """The text of a page that has hidden text.

    Args:
        page: the page, to be written.
        instructions: its operators.
        content: what they draw.
        characters: of the page, in reading order.
    """

    def __init__(
        self,
        page: pikepdf.Page,
        instructions: Sequence[Instruction],
        content: _Content,
        characters: Sequence[_Character],
    ) -> None:
        self._page = page
        self._instructions = instructions
        self._content = content
        self._characters = characters

    def within(self, bounds: Bounds, *, hidden: bool) -> str:
        """The hidden text within bounds, or the text that one sees there."""
        return "".join(
            each.text for each in self._characters if each.hidden is hidden and holds(bounds, each.x, each.y)
        )

    def remove(self, pdf: pikepdf.Pdf, unwanted: Callable[[Point], bool]) -> None:
        """Take hidden text out of the page where it begins at an unwanted point. What one sees stays where it is."""
        gone, kept = set[int](), set[int]()
        for show in self._content.shows:
            hidden = not show.drawn or _is_covered(self._content.pictures, show.at, show.origin)
            (gone if hidden and unwanted(show.origin) else kept).add(show.run)
        places = {show.at for show in self._content.shows if show.run in gone - kept}
        left: list[Instruction] = []
        for at, instruction in enumerate(self._instructions):
            left += _without_text(instruction) if at in places else (instruction,)
        if places:
            self._page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(left))


def find_hidden_text(page: pikepdf.Page, shown: pdfium.PdfPage, text: pdfium.PdfTextPage) -> HiddenText | None:
    """Find the hidden text of a page.

    Args:
        page: as pikepdf has it.
        shown: the same page, as PDFium has it.
        text: its text.

    Returns:
        None if there is none that could be taken out, or if the page's operators make no sense.
    """
    objects = [
        pdfium.raw.FPDFPage_GetObject(shown.raw, at) for at in range(pdfium.raw.FPDFPage_CountObjects(shown.raw))
    ]
    if not _may_hide_text(objects):
        return None
    try:
        instructions = tuple(pikepdf.parse_content_stream(page))
        content = _content_of(instructions, page.resources)
    except NOT_FOLLOWED:
        return None
    characters = _characters(text, objects, content.pictures)
    return HiddenText(page, instructions, content, characters) if any(each.hidden for each in characters) else None


def _may_hide_text(objects: Sequence[Any]) -> bool:
    """Whether some text draws nothing, or a picture comes after some text."""
    any_text = False
    for each in objects:
        kind = pdfium.raw.FPDFPageObj_GetType(each)
        if kind == pdfium.raw.FPDF_PAGEOBJ_TEXT:
            any_text = True
            if pdfium.raw.FPDFTextObj_GetTextRenderMode(each) == INVISIBLE:
                return True
        elif kind == pdfium.raw.FPDF_PAGEOBJ_IMAGE and any_text:
            return True
    return False


def _characters(text: pdfium.PdfTextPage, objects: Sequence[Any], drawn: Sequence[_Picture]) -> list[_Character]:
    places = {_address(each): at for at, each in enumerate(objects)}
    images = [
        at for at, each in enumerate(objects) if pdfium.raw.FPDFPageObj_GetType(each) == pdfium.raw.FPDF_PAGEOBJ_IMAGE
    ]
    # PDFium leaves out pictures that it cannot read. Then nobody knows which is which, and none counts as a cover.
    pictures = (
        [_Picture(at, each.covers) for at, each in zip(images, drawn, strict=False)]
        if len(images) == len(drawn)
        else []
    )
    found = []
    for index in range(text.count_chars()):
        owner = pdfium.raw.FPDFText_GetTextObject(text.raw, index)
        if owner:
            left, bottom, right, top = text.get_charbox(index)
            middle = ((left + right) / 2, (bottom + top) / 2)
            hidden = pdfium.raw.FPDFTextObj_GetTextRenderMode(owner) == INVISIBLE or _is_covered(
                pictures, places.get(_address(owner), len(objects)), middle
            )
            character = chr(pdfium.raw.FPDFText_GetUnicode(text.raw, index))
            found.append(_Character(character, *middle, hidden))
    return found


def _address(pointer: Any) -> int | None:
    return ctypes.cast(pointer, ctypes.c_void_p).value


def _is_covered(pictures: Sequence[_Picture], at: int, point: Point) -> bool:
    return any(each.at > at and each.covers is not None and holds(each.covers, *point) for each in pictures)


def holds(bounds: Bounds, x: float, y: float) -> bool:
    """Whether a point lies within bounds."""
    left, bottom, right, top = bounds
    return left <= x <= right and bottom <= y <= top


def _without_text(instruction: Instruction) -> list[Instruction]:
    """An operator that shows text, without the text. Some of them also move to the next line."""
    name = str(instruction.operator)
    operands = [*instruction.operands[:-1], None][: len(SHOWING[name])]
    return [
        pikepdf.ContentStreamInstruction([] if operand is None else [operand], pikepdf.Operator(operator))
        for operand, operator in zip(operands, SHOWING[name], strict=True)
    ]


def _content_of(instructions: Sequence[Instruction], resources: pikepdf.Object) -> _Content:
    """Follow a page's operators (PDF 1.7, 8.4 and 9.4)."""
    reader = _Reader(resources)
    for at, instruction in enumerate(instructions):
        reader.follow(at, str(instruction.operator), list(instruction.operands))
    return reader.content


class _Reader:
    """Follows operators: where text begins, whether it is drawn, and what pictures cover."""

    def __init__(self, resources: pikepdf.Object) -> None:
        self.content = _Content()
        self._resources = resources
        self._state, self._saved = _State(), list[_State]()
        self._line, self._run = IDENTITY, 0
        self._paths, self._clips = list[Bounds | None](), False

    def follow(self, at: int, operator: str, operands: list[Any]) -> None:
        """Follow one operator."""
        if operator == "q":
            self._saved.append(replace(self._state))
        elif operator == "Q":
            self._state = self._saved.pop() if self._saved else self._state
        elif operator == "cm":
            self._state.matrix = _product(_matrix(operands), self._state.matrix)
        elif operator == "gs":
            self._state.opaque = self._state.opaque and self._is_opaque(str(operands[0]))
        elif operator in PATHS or operator in PAINTS:
            self._path(operator, operands)
        elif operator in ("Do", "INLINE IMAGE"):
            self._draw(at, operator, operands)
        elif operator == "Tr":
            self._state.mode = int(operands[0])
        elif operator == "TL":
            self._state.leading = float(operands[0])
        else:
            self._text(at, operator, operands)

    def _path(self, operator: str, operands: list[Any]) -> None:
        if operator in ("W", "W*"):
            self._clips = True
        elif operator == "re":
            x, y, width, height = (float(operand) for operand in operands)
            self._paths.append(self._bounds((x, y), (x + width, y + height)))
        elif operator in PATHS:
            self._paths.append(None)
        else:
            if self._clips:
                only = self._paths[0] if len(self._paths) == 1 else None
                self._state.opaque = self._state.opaque and only is not None
                self._state.clip = _common(self._state.clip, only or EVERYWHERE)
            self._paths, self._clips = [], False

    def _is_opaque(self, name: str) -> bool:
        state = self._resources.get("/ExtGState", Dictionary()).get(name, Dictionary())
        return (
            float(state.get("/ca", 1.0)) >= 1.0
            and state.get("/BM", Name.Normal) in (Name.Normal, Name.Compatible)
            and state.get("/SMask", Name("/None")) == Name("/None")
        )

    def _bounds(self, one: Point, other: Point) -> Bounds | None:
        """An upright rectangle of user space; None where it stands askew."""
        a, b, c, d, _, _ = self._state.matrix
        if (a or d) and (b or c):
            return None
        (x0, y0), (x1, y1) = transformed(self._state.matrix, one), transformed(self._state.matrix, other)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _text(self, at: int, operator: str, operands: list[Any]) -> None:
        if operator == "BT":
            self._move(IDENTITY)
        elif operator == "Tm":
            self._move(_matrix(operands))
        elif operator in ("Td", "TD"):
            across, along = float(operands[0]), float(operands[1])
            self._state.leading = -along if operator == "TD" else self._state.leading
            self._move(_product((1.0, 0.0, 0.0, 1.0, across, along), self._line))
        elif operator in ("T*", "'", '"'):
            self._move(_product((1.0, 0.0, 0.0, 1.0, 0.0, -self._state.leading), self._line))
        if operator in SHOWING:
            origin = transformed(_product(self._line, self._state.matrix), (0.0, 0.0))
            self.content.shows.append(_Show(at, self._run, origin, self._state.mode != INVISIBLE))
            self._state.opaque = self._state.opaque and self._state.mode < CLIPPING

    def _move(self, line: Matrix) -> None:
        self._line = line
        self._run += 1

    def _draw(self, at: int, operator: str, operands: list[Any]) -> None:
        opaque = operator == "INLINE IMAGE"
        if operator == "Do":
            drawn = self._resources.get("/XObject", Dictionary()).get(str(operands[0]))
            if drawn is None or drawn.get("/Subtype") != Name.Image:
                return
            opaque = not {"/SMask", "/Mask", "/ImageMask", "/SMaskInData"} & drawn.keys()
        shape = self._bounds((0.0, 0.0), (1.0, 1.0))
        covers = _common(shape, self._state.clip) if opaque and shape is not None and self._state.opaque else None
        self.content.pictures.append(_Picture(at, covers))


def _common(one: Bounds, other: Bounds) -> Bounds:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _matrix(operands: list[Any]) -> Matrix:
    a, b, c, d, e, f = (float(operand) for operand in operands)
    return a, b, c, d, e, f


def _product(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that maps by the first one, then by the second one."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m
