"""The colour around a line is the paper's, not the ink's."""

import numpy as np

from server.export.files.paper import paper_colours
from tests.unit.server.export.files.file_pages import text_line


def test_each_line_with_text_has_the_colour_around_it() -> None:
    image = np.full((200, 300, 3), (10, 20, 30), np.uint8)
    image[100:] = (200, 210, 220)
    image[20:40, 30:200] = 255
    lines = (
        text_line("one", 20, 10, 210, 50),
        text_line("\0", 0, 0, 9, 9),
        text_line("two", 20, 120, 210, 150),
        text_line("off the page", 400, 300, 500, 320),
    )
    assert paper_colours(image, lines) == ((30, 20, 10), (220, 210, 200), (255, 255, 255))
