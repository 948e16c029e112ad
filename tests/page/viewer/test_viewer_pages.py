"""Long documents: only what is in sight is drawn, pages come one by one, and zooming stays where the reader is."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.harness.documents import document, plain_page
from tests.page.harness.waiting import wait_until

PAGES = 200
LINES = 60
MEGABYTE = 1 << 20
NODES = "document.querySelectorAll('*').length"
DRAWN = "[...document.querySelectorAll('.viewer-page.is-drawn')].map((page) => Number(page.dataset.page))"


def drawn(page: Page) -> list[int]:
    return page.evaluate(DRAWN)


def scroll_to(page: Page, number: int) -> None:
    field = page.get_by_role("textbox", name="Page")
    field.fill(str(number))
    field.press("Enter")
    page.wait_for_selector(f".viewer-page.is-drawn[data-page='{number}'] canvas")


def test_only_pages_in_sight_and_their_neighbours_are_drawn(page: Page) -> None:
    page.evaluate("([pages, lines]) => harness.viewLong(pages, lines)", [PAGES, LINES])
    page.wait_for_selector(".viewer-page.is-drawn canvas")
    for number in (1, 50, 120, 200, 3):
        scroll_to(page, number)
        wait_until(page, f"({DRAWN}).every((drawn) => Math.abs(drawn - {number}) <= 3)")
        assert number in drawn(page)
        assert len(drawn(page)) <= 5
        assert page.locator(".viewer-picture").count() <= 5
        assert page.evaluate(NODES) < 10 * PAGES + 25 * LINES * 5
    assert page.locator(".viewer-page").count() == PAGES


def test_pictures_are_let_go_out_of_sight(page: Page) -> None:
    page.evaluate("""() => {
        window.bitmaps = { decoded: 0, closed: 0 };
        const decode = window.createImageBitmap;
        window.createImageBitmap = async (...parameters) => {
            const bitmap = await decode(...parameters);
            bitmaps.decoded += 1;
            return bitmap;
        };
        const close = ImageBitmap.prototype.close;
        ImageBitmap.prototype.close = function () {
            bitmaps.closed += 1;
            close.call(this);
        };
        window.canvases = new Set();
        const context = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (...parameters) {
            canvases.add(this);
            return context.apply(this, parameters);
        };
    }""")
    page.evaluate("harness.viewLong(40, 10)")
    for number in range(1, 41, 4):
        scroll_to(page, number)
    wait_until(page, "[...canvases].filter((canvas) => canvas.width).length <= 5")
    assert page.evaluate("canvases.size") >= 10
    page.evaluate("harness.shown.destroy()")
    assert page.evaluate("[...canvases].filter((canvas) => canvas.width).length") == 0
    wait_until(page, "bitmaps.decoded === bitmaps.closed")
    assert page.evaluate("bitmaps.decoded") >= 10


def test_a_long_document_stays_under_500_megabytes(page: Page, browser: Browser) -> None:
    page.evaluate("([pages, lines]) => harness.viewLong(pages, lines)", [PAGES, LINES])
    for number in range(1, PAGES + 1, 5):
        scroll_to(page, number)
    session = browser.new_browser_cdp_session()
    renderers = [
        process["id"]
        for process in session.send("SystemInfo.getProcessInfo")["processInfo"]
        if process["type"] == "renderer"
    ]
    # The browser has others in store; the one with the document is the largest.
    resident = max(_resident_bytes(process) for process in renderers)
    assert 0 < resident < 500 * MEGABYTE, f"{resident / MEGABYTE:.0f} MiB"


def _resident_bytes(process: int) -> int:
    fields = dict(row.split(":", 1) for row in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


def test_pages_appear_as_they_come_and_the_reader_stays_where_he_is(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", document(plain_page(1, "first"), total=6))
    expect(page.locator(".viewer-page[data-page='3']")).to_have_text("Page 3 is not read yet")
    scroll_to_waiting = "document.querySelector('.viewer-list').scrollTop = 3000"
    page.evaluate(scroll_to_waiting)
    top = "document.querySelector(\".viewer-page[data-page='4']\").getBoundingClientRect().top"
    before = page.evaluate(top)
    wide = {**plain_page(2, "second"), "width": 1400, "height": 1000}
    page.evaluate("page => harness.add(page)", wide)
    page.wait_for_selector(".viewer-text section[data-section='2']:not([hidden])")
    assert page.evaluate(top) == pytest.approx(before, abs=3)
    page.evaluate("document.querySelector('.viewer-list').scrollTop = 0")
    expect(page.locator(".viewer-text section:visible h3")).to_have_text(["Page 1", "Page 2"])


def test_a_page_that_failed_says_why(page: Page) -> None:
    failed = {"number": 2, "failed": "The page has too many pixels.", "lines": [], "width": 0, "height": 0}
    page.evaluate("spec => harness.view(spec)", document(plain_page(1, "first"), failed))
    expect(page.locator(".viewer-text .viewer-failed")).to_have_text(
        "Page 2 could not be read. The page has too many pixels."
    )
    expect(page.locator(".viewer-page[data-page='2']")).to_contain_text("too many pixels")


def test_a_document_that_is_read_again_starts_from_nothing(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", document(plain_page(1, "one", "two"), total=2))
    page.get_by_role("searchbox").fill("two")
    expect(page.locator(".viewer-text mark")).to_have_text("two")
    page.evaluate("harness.docs[0].pages.clear(), harness.docs[0].dispatchEvent(new CustomEvent('state'))")
    expect(page.locator(".viewer-page[data-page='1']")).to_have_text("Page 1 is not read yet")
    expect(page.locator(".viewer-text section:visible")).to_have_count(0)
    page.evaluate("page => harness.add(page)", plain_page(1, "three"))
    expect(page.locator(".viewer-line")).to_have_text(["three"])
    expect(page.locator("[data-count='match']")).to_have_text("No matches")


def test_a_picture_that_is_not_there_is_said(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", document(plain_page(1, "first")))
    page.evaluate("""() => {
        const page = { ...harness.docs[0].pages.get(1), picture: async () => { throw new Error("It was deleted."); } };
        harness.docs[0].add(page);
    }""")
    expect(page.locator(".viewer-page-note")).to_have_text("The picture of page 1 cannot be shown. It was deleted.")


def scale_of(page: Page) -> float:
    return page.evaluate("Number(document.querySelector('.viewer-page').style.getPropertyValue('--scale'))")


def test_zoom_with_buttons_and_keys(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", document(plain_page(1, "first"), plain_page(2, "second")))
    page.wait_for_selector(".viewer-page.is-drawn")
    width = page.locator(".viewer-list").evaluate("list => list.clientWidth")
    assert scale_of(page) == pytest.approx((width - 40) / 1000, rel=0.01)
    fitted = scale_of(page)
    page.get_by_role("button", name="Zoom in").click()
    assert scale_of(page) == pytest.approx(fitted * 1.25)
    page.keyboard.press("-")
    assert scale_of(page) == pytest.approx(fitted)
    page.keyboard.press("1")
    height = page.locator(".viewer-list").evaluate("list => list.clientHeight")
    assert page.locator(".viewer-page").first.bounding_box()["height"] <= height - 39
    page.keyboard.press("0")
    assert scale_of(page) == pytest.approx(fitted)


def test_ctrl_and_wheel_zoom_at_the_pointer(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", document(*(plain_page(number, "text") for number in range(1, 8))))
    scroll_to(page, 4)
    x, y = 300, 420
    under = f"""() => {{
        const page = document.elementFromPoint({x}, {y}).closest('.viewer-page');
        const frame = page.getBoundingClientRect();
        return [Number(page.dataset.page), ({x} - frame.left) / frame.width, ({y} - frame.top) / frame.height];
    }}"""
    before = page.evaluate(under)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    wait_until(page, "document.querySelector('.viewer-list').scrollWidth > 1000")
    assert page.evaluate(under) == pytest.approx(before, abs=0.01)
    assert page.evaluate("window.visualViewport.scale") == 1


def test_space_and_the_middle_button_move_the_pages(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", document(*(plain_page(number, "text") for number in range(1, 8))))
    page.wait_for_selector(".viewer-page.is-drawn")
    top = "document.querySelector('.viewer-list').scrollTop"
    page.mouse.move(300, 600)
    page.mouse.down(button="middle")
    page.mouse.move(300, 400, steps=4)
    page.mouse.up(button="middle")
    assert page.evaluate(top) == pytest.approx(200, abs=2)
    page.locator(".viewer-list").focus()
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(300, 500, steps=4)
    page.mouse.up()
    page.keyboard.up("Space")
    assert page.evaluate(top) == pytest.approx(100, abs=2)
    assert page.evaluate("document.getSelection().isCollapsed")


def test_two_fingers_zoom(browser: Browser, harness_url: str) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 700}, has_touch=True)
    page = context.new_page()
    page.goto(harness_url)
    wait_until(page, "window.harness")
    page.evaluate("spec => harness.view(spec)", document(plain_page(1, "first")))
    page.wait_for_selector(".viewer-page.is-drawn")
    before = scale_of(page)
    session = context.new_cdp_session(page)

    def touch(kind: str, *xs: int) -> None:
        points = [{"x": x, "y": 250, "id": index} for index, x in enumerate(xs)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 180, 220)
    for apart in (30, 40, 50, 60):
        touch("touchMove", 200 - apart, 200 + apart)
    touch("touchEnd")
    assert scale_of(page) == pytest.approx(before * 3, rel=0.1)
    context.close()
