import cv2
import numpy as np

from models.document import Page, PageResult, Preprocessed, TextLine
from models.options import OcrDefaults, OcrOverrides
from server.contracts.mistral.page_part import page_part
from server.contracts.mistral.request import Wanted
from server.service import RecognizedPage
from tests.contract.paddleocr_jobs.documents import FIGURE, ROWS, report
from tests.unit.server.contracts.mistral.pages import line


def read(*more: TextLine) -> RecognizedPage:
    image = report()
    lines = (
        line("Quarterly Report", box=(120, 80, 720, 150)),
        line("Trains leave platform 9 on time", box=(120, 232, 660, 266)),
        *(
            line(text, box=(140 + 260 * column, 390 + 80 * row, 240 + 260 * column, 418 + 80 * row))
            for row, cells in enumerate(ROWS)
            for column, text in enumerate(cells)
        ),
        *more,
    )
    result = PageResult(OcrDefaults().resolve(OcrOverrides()), Preprocessed(image), (), (), lines)
    return RecognizedPage(Page(image, 4), result)


def kinds(wanted: Wanted, *more: TextLine) -> list[str]:
    return [piece.kind for piece in page_part(read(*more), wanted).pieces]


def test_the_pieces_of_a_page_in_reading_order():
    part = page_part(read(), Wanted())
    assert (part.index, part.size) == (4, (1000, 1300))
    assert part.pieces[0].kind == "title"
    assert part.pieces[0].content == "# Quarterly Report"
    assert part.picture_bytes == 0
    (picture,) = (piece for piece in part.pieces if piece.kind == "image")
    assert np.abs(np.array(picture.box) - FIGURE).max() <= 12
    (table,) = (piece for piece in part.pieces if piece.kind == "table")
    assert table.content.split("\n")[:3] == ["| Name | Sum |", "| --- | --- |", "| Rent | 1200 |"]
    assert table.html.startswith("<table><tr><td>Name</td><td>Sum</td></tr><tr><td>Rent</td>")
    assert [read.text for read in table.lines] == [text for cells in ROWS for text in cells]


def test_a_picture_is_the_part_of_the_page_if_pictures_are_wanted():
    part = page_part(read(), Wanted(pictures=True))
    (picture,) = (piece for piece in part.pieces if piece.kind == "image")
    x0, y0, x1, y1 = picture.box
    assert cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (y1 - y0, x1 - x0, 3)
    assert part.picture_bytes == len(picture.jpeg)


def test_a_picture_that_is_not_wanted_leaves_its_text():
    inside = line("Figure text", box=(200, 950, 400, 980))
    assert kinds(Wanted(), inside).count("image") == 1
    for wanted in (Wanted(image_limit=0), Wanted(image_min_size=2000)):
        pieces = page_part(read(inside), wanted).pieces
        assert "image" not in [piece.kind for piece in pieces]
        assert "Figure text" in [piece.content for piece in pieces]


def test_paragraphs_with_bullets_are_a_list():
    image = np.full((600, 800, 3), 255, np.uint8)
    texts = ("• first point", "• second point")
    lines = tuple(line(text, box=(100, 100 + 120 * row, 500, 124 + 120 * row)) for row, text in enumerate(texts))
    result = PageResult(OcrDefaults().resolve(OcrOverrides()), Preprocessed(image), (), (), lines)
    part = page_part(RecognizedPage(Page(image), result), Wanted())
    assert [piece.content for piece in part.pieces] == ["- first point", "- second point"]
    assert [read.text for piece in part.pieces for read in piece.lines] == list(texts)
