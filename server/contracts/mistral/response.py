"""The answers: the pages of a document, files and models."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.contracts.mistral.confidence import block_scores, page_scores, word_scores
from server.contracts.mistral.file_store import StoredFile
from server.contracts.mistral.page_part import PagePart, Piece
from server.contracts.mistral.request import Wanted
from server.decode.document import DocumentInfo

IMAGE_DPI = 72
"""Dots per inch of an image whose file says none."""
POINTS = 72
"""Points per inch."""

Answer = dict[str, object]


def ocr_answer(pages: Sequence[PagePart], info: DocumentInfo, wanted: Wanted, model: str, size: int) -> Answer:
    """The answer of `POST /v1/ocr`. It costs CPU: call it in a thread.

    Args:
        pages: in the document's order.
        info: the document's outline.
        wanted: the form of the answer.
        model: the name of what read.
        size: of the document in bytes.
    """
    numbers = _Numbers()
    return {
        "pages": [_page(page, info, wanted, numbers) for page in pages],
        "model": model,
        "document_annotation": None,
        "usage_info": {"pages_processed": len(pages), "doc_size_bytes": size},
    }


def file_object(file: StoredFile) -> Answer:
    """A file as the calls about files show it."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": len(file.data),
        "created_at": file.created,
        "filename": file.name,
        "purpose": "ocr",
        "sample_type": "ocr_input",
        "source": "upload",
        "num_lines": None,
        "mimetype": file.media_type or None,
        "signature": None,
        "expires_at": file.expires,
        "visibility": "workspace",
    }


def model_list(names: Sequence[str]) -> Answer:
    """The answer of `GET /v1/models`."""
    models = [{"id": name, "object": "model", "capabilities": {"ocr": True}} for name in names]
    return {"object": "list", "data": models}


@dataclass(slots=True)
class _Numbers:
    """The numbers of the next picture and the next table of the document."""

    image: int = 0
    table: int = 0


@dataclass(slots=True)
class _PageAnswer:
    """The parts of one page's answer, as far as its pieces were gone through."""

    wanted: Wanted
    parts: list[str] = field(default_factory=list)
    length: int = 0
    images: list[Answer] = field(default_factory=list)
    tables: list[Answer] = field(default_factory=list)
    blocks: list[Answer] = field(default_factory=list)
    words: list[Mapping[str, object]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)

    def write(self, text: str, piece: Piece) -> None:
        """Add a paragraph to the Markdown."""
        offset = self.length + 2 if self.parts else 0
        self.parts.append(text)
        self.length = offset + len(text)
        # A link to a table or a picture holds no words that were read.
        if self.wanted.confidence == "word" and text == piece.content:
            self.words.extend(word_scores(text, piece.lines, offset))


def _page(page: PagePart, info: DocumentInfo, wanted: Wanted, numbers: _Numbers) -> Answer:
    made = _PageAnswer(wanted)
    for piece in page.pieces:
        _add(made, piece, numbers)
    answer: Answer = {
        "index": page.index,
        "markdown": "\n\n".join(made.parts),
        "images": made.images,
        "tables": made.tables,
        "hyperlinks": [],
        "header": "\n\n".join(made.header) or None,
        "footer": "\n\n".join(made.footer) or None,
        "dimensions": {"dpi": _dpi(info, page.index), "height": page.size[1], "width": page.size[0]},
    }
    if wanted.blocks:
        answer["blocks"] = made.blocks
    if wanted.confidence is not None:
        scores = page_scores(page.pieces)
        if scores is not None and wanted.confidence == "word":
            scores["word_confidence_scores"] = made.words
        answer["confidence_scores"] = scores
    return answer


def _add(made: _PageAnswer, piece: Piece, numbers: _Numbers) -> None:
    wanted = made.wanted
    if piece.kind == "image":
        if wanted.image_limit is not None and numbers.image >= wanted.image_limit:
            return
        name = f"img-{numbers.image}.jpeg"
        numbers.image += 1
        made.images.append(_image(name, piece))
        made.write(f"![{name}]({name})", piece)
        made.blocks.append(_block(made, piece, "", image_id=name))
    elif piece.kind == "table":
        _add_table(made, piece, numbers)
    else:
        if piece.kind == "header" and wanted.header:
            made.header.append(piece.content)
        elif piece.kind == "footer" and wanted.footer:
            made.footer.append(piece.content)
        else:
            made.write(piece.content, piece)
        made.blocks.append(_block(made, piece, piece.content))


def _add_table(made: _PageAnswer, piece: Piece, numbers: _Numbers) -> None:
    form = made.wanted.table_format
    name = f"tbl-{numbers.table}.{'html' if form == 'html' else 'md'}"
    numbers.table += 1
    content = piece.html if form == "html" else piece.content
    if form is None:
        made.write(content, piece)
    else:
        made.tables.append({"id": name, "content": content, "format": form})
        made.write(f"[{name}]({name})", piece)
    made.blocks.append(_block(made, piece, content, table_id=name))


def _image(name: str, piece: Piece) -> Answer:
    jpeg = piece.jpeg
    return {
        "id": name,
        **_corners(piece),
        "image_base64": None if jpeg is None else f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}",
        "image_annotation": None,
    }


def _block(made: _PageAnswer, piece: Piece, content: str, **names: str) -> Answer:
    block: Answer = {"type": piece.kind, **_corners(piece), "content": content, **names}
    if made.wanted.confidence == "block":
        block["confidence_scores"] = block_scores(piece)
    return block


def _corners(piece: Piece) -> dict[str, object]:
    x0, y0, x1, y1 = map(int, piece.box)
    return {"top_left_x": x0, "top_left_y": y0, "bottom_right_x": x1, "bottom_right_y": y1}


def _dpi(info: DocumentInfo, index: int) -> int:
    """Dots per inch of a page: of its rendering, or those that the file of an image names."""
    if info.points is not None:
        pixels, points = max(info.sizes[index]), max(info.points[index])
        return max(1, round(POINTS * pixels / points)) if points > 0 and math.isfinite(points) else IMAGE_DPI
    known = info.resolutions[index] if index < len(info.resolutions) else None
    return max(1, round(known[0])) if known else IMAGE_DPI
