"""A page that has text of its own: what is left to recognise, and how both are put together."""

from dataclasses import replace

import numpy as np

from models.aids.own_text import painted_over, text_of_own, with_own_text
from models.aids.page_text import PageText
from models.document import OwnText, TextBox, TextLine
from models.options import OcrDefaults, OcrOverrides

OPTIONS = OcrDefaults().resolve(OcrOverrides())


def quad(x: int, y: int, width: int = 100, height: int = 20):
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.int32)


def own_line(text: str, x: int, y: int, **changes: object) -> TextLine:
    places = tuple((number + 0.5) / len(text) for number in range(len(text)))
    line = TextLine(text, 1.0, quad(x, y, 10 * len(text)), (1.0,) * len(text), (), places, None, "layer")
    return replace(line, **changes)


def read_line(text: str, x: int, y: int) -> TextLine:
    return TextLine(text, 0.9, quad(x, y))


def recognised(*lines: TextLine, lost: tuple = (), warnings: tuple = ()) -> PageText:
    quads = [*(line.quad for line in lines), *lost]
    return PageText(tuple(TextBox(each.copy(), 0.8) for each in quads), (-1,) * len(quads), lines, warnings)


def test_lines_of_both_stand_in_the_order_of_a_page() -> None:
    own = OwnText((own_line("second", 10, 100), own_line("fourth", 10, 300)), complete=False)
    read = recognised(read_line("first", 10, 10), read_line("third", 10, 200), lost=(quad(10, 400),))
    text = with_own_text(own, read, OPTIONS)
    assert [line.text for line in text.lines] == ["first", "second", "third", "fourth"]
    assert [line.source for line in text.lines] == ["picture", "layer", "picture", "layer"]
    assert [box.score for box in text.boxes] == [0.8, 1.0, 0.8, 1.0, 0.8]
    assert text.boxes[4].quad.tolist() == quad(10, 400).tolist(), "a box whose line was not kept stays a box"
    assert len(text.angles) == 5


def test_what_is_found_where_the_own_text_is_does_not_count() -> None:
    own = OwnText((own_line("letters", 10, 100),), complete=False)
    read = recognised(read_line("|", 12, 102), read_line("beside it", 300, 100))
    assert [line.text for line in with_own_text(own, read, OPTIONS).lines] == ["letters", "beside it"]


def test_warnings_follow_their_lines() -> None:
    own = OwnText((own_line("letters", 10, 100),), complete=False)
    gone, kept = read_line("|", 12, 102), read_line("below", 10, 300)
    read = recognised(gone, kept, warnings=(("line_cut", 0), ("line_cut", 1), ("page_tiled", None)))
    assert with_own_text(own, read, OPTIONS).warnings == (("line_cut", 1), ("page_tiled", None))


def test_words_have_the_boxes_of_their_characters() -> None:
    own = OwnText((own_line("ab cd", 10, 100),), complete=True)
    (line,) = text_of_own(own, replace(OPTIONS, return_word_box=True)).lines
    assert [word.text for word in line.words] == ["ab", " ", "cd"]
    assert line.words[0].box == (10, 100, 30, 120)
    assert line.words[2].box == (40, 100, 60, 120)
    assert text_of_own(own, OPTIONS).lines[0].words == ()


def test_upside_down_lines_have_their_angle_where_angles_are_wanted() -> None:
    own = OwnText((own_line("up", 10, 100), own_line("down", 10, 300, direction="left")), complete=True)
    assert text_of_own(own, OPTIONS).angles == (-1, -1)
    assert text_of_own(own, replace(OPTIONS, use_textline_orientation=True)).angles == (0, 1)


def test_painting_over_leaves_the_paper() -> None:
    image = np.full((200, 300, 3), 255, np.uint8)
    image[:, 150:] = (40, 90, 140)
    image[105:115, 20:60:3] = 0
    image[105:115, 170:220:3] = 255
    image[150:160, 20:60] = 0
    lines = [own_line("black", 10, 100), own_line("white", 165, 100)]
    painted = painted_over(image, lines)
    assert (painted[100:120, 10:60] == 255).all()
    assert (painted[100:120, 165:215] == (40, 90, 140)).all()
    assert (painted[150:160, 20:60] == 0).all(), "what is not the page's own text stays"
    assert (image[105:115, 20] == 0).all(), "the page itself is not changed"


def test_lines_beyond_the_page_do_no_harm() -> None:
    image = np.full((50, 50, 3), 255, np.uint8)
    assert (painted_over(image, [own_line("outside", 400, 400), own_line("across", 30, 40)]) == 255).all()
