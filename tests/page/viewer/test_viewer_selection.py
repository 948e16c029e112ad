"""Text on the picture is selected as on paper, and copied in reading order with line breaks."""

import math

from playwright.sync_api import Page

from tests.page.harness.documents import document, line, plain_page
from tests.page.harness.documents import page as page_with

COPIED = "navigator.clipboard.readText()"


def show(page: Page, *pages: dict[str, object]) -> None:
    page.evaluate("spec => harness.view(spec)", document(*pages))
    page.wait_for_selector(".viewer-page.is-drawn .viewer-glyphs")


def point_on(page: Page, x: float, y: float, number: int = 1) -> tuple[float, float]:
    """The point of the window that shows a point of a page."""
    frame = page.locator(f".viewer-page[data-page='{number}']").bounding_box()
    assert frame
    scale = frame["width"] / 1000
    return frame["x"] + x * scale, frame["y"] + y * scale


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=8)
    page.mouse.up()


def copy(page: Page) -> str:
    page.keyboard.press("Control+c")
    return page.evaluate(COPIED)


def test_a_selection_over_several_lines_copies_line_breaks(page: Page) -> None:
    show(page, plain_page(1, "The first line", "the second line", "the third line"))
    drag(page, point_on(page, 95, 115), point_on(page, 705, 235))
    assert copy(page) == "The first line\nthe second line\nthe third line"


def test_a_selection_may_end_within_words_and_go_backwards(page: Page) -> None:
    show(page, plain_page(1, "mmmmmmmmmm", "mmmmmmmmmm"))
    # Ten equal letters on 600 pixels: the middle is after the fifth.
    drag(page, point_on(page, 100 + 360, 175), point_on(page, 100 + 300, 115))
    assert copy(page) == "mmmmm\nmmmmmm"


def test_a_drag_that_ends_between_lines_does_not_jump(page: Page) -> None:
    show(page, plain_page(1, "one", "two", "three", "four"))
    drag(page, point_on(page, 95, 115), point_on(page, 900, 185))
    assert copy(page) == "one\ntwo"


def test_slanted_and_vertical_lines_are_selected_along_their_direction(page: Page) -> None:
    angle = math.radians(20)
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    corner = (100.0, 400.0)

    def at(u: float, v: float) -> list[float]:
        return [corner[0] + u * along[0] + v * across[0], corner[1] + u * along[1] + v * across[1]]

    slanted = {"text": "mmmmmmmmmm", "score": 0.99, "polygon": [at(0, 0), at(500, 0), at(500, 40), at(0, 40)]}
    show(page, page_with(1, [slanted, line("一二三四五六七八九十", 800, 100, 50, 500)]))
    drag(page, point_on(page, *at(150, 20)), point_on(page, *at(350, 20)))
    assert copy(page) == "mmmm"
    drag(page, point_on(page, 825, 205), point_on(page, 825, 405))
    assert copy(page) == "三四五六"


def test_the_invisible_text_covers_the_line_on_the_picture(page: Page) -> None:
    upside_down = {"text": "upside down", "score": 1, "polygon": [[600, 540], [100, 540], [100, 500], [600, 500]]}
    show(
        page,
        page_with(1, [line("a straight line", 100, 100, 700, 44), line("竖排文字", 850, 200, 40, 400), upside_down]),
    )
    frames = page.evaluate("""() => [...document.querySelectorAll('.viewer-glyphs')].map((glyphs) => {
        const page = glyphs.closest('.viewer-page').getBoundingClientRect();
        const { left, top, width, height } = glyphs.getBoundingClientRect();
        const scale = page.width / 1000;
        return [(left - page.left) / scale, (top - page.top) / scale, width / scale, height / scale];
    })""")
    for frame, expected in zip(frames, ([100, 100, 700, 44], [850, 200, 40, 400], [100, 500, 500, 40]), strict=True):
        for measured, wanted in zip(frame, expected, strict=True):
            assert abs(measured - wanted) < 4


def test_a_double_click_takes_a_word_and_a_third_click_the_line(page: Page) -> None:
    show(page, plain_page(1, "mmmm mmmm mmmm"))
    page.mouse.dblclick(*point_on(page, 400, 115))
    assert copy(page) == "mmmm"
    page.mouse.click(*point_on(page, 400, 115), click_count=3)
    assert copy(page) == "mmmm mmmm mmmm"


def test_a_selection_lasts_over_pages_that_are_no_longer_drawn(page: Page) -> None:
    show(page, *(plain_page(number, f"top {number}", f"bottom {number}") for number in range(1, 13)))
    page.mouse.move(*point_on(page, 95, 175))
    page.mouse.down()
    last = page.locator(".viewer-page[data-page='12']").evaluate("page => page.offsetTop")
    page.locator(".viewer-list").evaluate("(list, top) => list.scrollTo(0, top)", last)
    page.wait_for_selector(".viewer-page.is-drawn[data-page='12'] .viewer-glyphs")
    page.mouse.move(*point_on(page, 705, 175, 12), steps=4)
    page.mouse.up()
    rows = [f"{place} {number}" for number in range(1, 13) for place in ("top", "bottom")]
    assert copy(page) == "\n".join(rows[1:])
    assert page.evaluate("document.querySelectorAll('.viewer-page.is-drawn').length") <= 5


def test_the_text_at_the_side_is_copied_with_single_line_breaks(page: Page) -> None:
    show(page, plain_page(1, "one", "two", "three", scores=(1, 0.2, 1)))
    page.evaluate("""() => {
        const lines = document.querySelectorAll('.viewer-line');
        document.getSelection().setBaseAndExtent(lines[0], 0, lines[2], 1);
    }""")
    assert copy(page) == "one\ntwo\nthree"
