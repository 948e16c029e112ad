"""Pieces of pages whose places are known."""

import numpy as np

from models.document import TextLine
from server.contracts.mistral.page_part import Piece, PieceKind, ReadText

BOX = (10, 20, 110, 60)


def line(text: str, score: float = 0.9, box: tuple[int, int, int, int] = BOX) -> TextLine:
    x0, y0, x1, y1 = box
    return TextLine(text, score, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.int32))


def piece(kind: PieceKind, content: str = "", *, score: float = 0.9, **more) -> Piece:
    lines = (ReadText(content, score),) if content else ()
    return Piece(kind, BOX, content, **{"lines": lines, **more})
