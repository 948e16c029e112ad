"""Text and picture belong together: linking, choosing, doubtful words, tables, and hostile documents."""

import pytest
from playwright.sync_api import Page, expect

from tests.page.harness.documents import document, line, plain_page
from tests.page.harness.documents import page as page_with

LETTER = ("Dear Sir or Madam", "we thank you for your 0rder", "of the third of May")
SCORES = (0.99, 0.7, 0.9)


def show(page: Page, *pages: dict[str, object]) -> None:
    page.evaluate("spec => harness.view(spec)", document(*pages))
    page.wait_for_selector(".viewer-page.is-drawn .viewer-glyphs, .viewer-page.is-failed")


def lit(page: Page, name: str) -> list[int]:
    """The numbers of the boxes on the first page that have this class."""
    return page.evaluate(
        "name => [...document.querySelectorAll('.viewer-page[data-page=\"1\"] .viewer-boxes polygon')]"
        ".flatMap((box, index) => box.classList.contains(name) ? [index] : [])",
        name,
    )


def test_pointing_at_a_line_lights_its_text_and_the_other_way_round(page: Page) -> None:
    show(page, plain_page(1, *LETTER))
    page.locator(".viewer-glyphs").nth(1).hover()
    expect(page.locator(".viewer-line.is-hovered")).to_have_text([LETTER[1]])
    assert lit(page, "is-hovered") == [1]
    page.locator(".viewer-line").nth(2).hover()
    assert lit(page, "is-hovered") == [2]
    page.mouse.move(5, 5)
    assert lit(page, "is-hovered") == []


def test_the_keyboard_goes_from_line_to_line_and_lights_their_boxes(page: Page) -> None:
    show(page, plain_page(1, *LETTER), plain_page(2, "second page"))
    page.locator(".viewer-text").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".viewer-line").nth(0)).to_be_focused()
    assert lit(page, "is-hovered") == [0]
    page.keyboard.press("ArrowDown")
    assert lit(page, "is-hovered") == [1]
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_have_text("second page")
    page.keyboard.press("ArrowUp")
    expect(page.locator(":focus")).to_have_text(LETTER[2])
    assert page.locator(".viewer-line[tabindex='0']").count() == 1


def test_a_click_on_a_line_brings_its_text_into_sight(page: Page) -> None:
    long = plain_page(1, *(f"line {number}" for number in range(20)))
    show(page, long, plain_page(2, *(f"other {number}" for number in range(20))))
    page.set_viewport_size({"width": 1280, "height": 500})
    page.evaluate("document.querySelector('.viewer-page').parentElement.parentElement.scrollTop = 500")
    page.locator(".viewer-text").evaluate("panel => panel.scrollTo(0, 900)")
    page.locator(".viewer-page[data-page='1'] .viewer-glyphs[data-line='15']").click()
    chosen = page.locator(".viewer-line.is-chosen")
    expect(chosen).to_have_text("line 15")
    expect(chosen).to_be_in_viewport()
    assert lit(page, "is-chosen") == [15]


def test_a_click_on_text_brings_its_box_into_sight(page: Page) -> None:
    show(page, *(plain_page(number, f"text of page {number}") for number in range(1, 9)))
    page.locator(".viewer-line", has_text="text of page 6").click()
    glyphs = page.locator(".viewer-glyphs", has_text="text of page 6")
    expect(glyphs).to_be_in_viewport()
    expect(page.locator(".viewer-line.is-chosen")).to_have_text("text of page 6")


def test_doubtful_words_are_marked_and_can_be_gone_through(page: Page) -> None:
    show(page, plain_page(1, *LETTER, scores=SCORES), plain_page(2, "sure", "d0ubtful", scores=(1, 0.3)))
    expect(page.locator(".viewer-doubt")).to_have_text([LETTER[1], "d0ubtful"])
    expect(page.locator(".viewer-line[data-level='doubtful']").first).to_have_attribute(
        "title", "Doubtful: confidence 70 %"
    )
    page.locator(".viewer-list").focus()
    count = page.locator("[data-count='doubt']")
    expect(count).to_have_text("Doubtful: 2")
    for key, text, index in (("n", LETTER[1], 1), ("n", "d0ubtful", 2), ("n", LETTER[1], 1), ("p", "d0ubtful", 2)):
        page.keyboard.press(key)
        expect(page.locator(".viewer-line.is-chosen .viewer-doubt")).to_have_text(text)
        expect(count).to_have_text(f"Doubtful {index} of 2")
        expect(page.locator(".viewer-line.is-chosen")).to_be_focused()
    page.get_by_role("button", name="Next doubtful words").click()
    expect(count).to_have_text("Doubtful 1 of 2")


def test_levels_differ_by_more_than_colour(page: Page) -> None:
    show(page, plain_page(1, *LETTER, scores=SCORES))
    styles = page.evaluate(
        "() => [...document.querySelectorAll('.viewer-boxes polygon')].map((box) => {"
        " return getComputedStyle(box).strokeDasharray; })"
    )
    assert len(set(styles)) == 3
    assert page.locator(".viewer-legend li").all_inner_texts() == ["Sure", "Fair", "Doubtful"]


def test_overlays_are_switched(page: Page) -> None:
    blocks = [{"label": "title", "box": [90, 90, 710, 140], "order": 1, "text": LETTER[0]}]
    one = plain_page(1, *LETTER)
    one["blocks"] = blocks
    show(page, one)
    order, region = page.locator(".viewer-order-label").first, page.locator(".viewer-region-label")
    expect(order).to_be_hidden()
    expect(region).to_be_hidden()
    page.locator(".viewer-list").focus()
    page.keyboard.press("o")
    page.keyboard.press("r")
    expect(order).to_be_visible()
    expect(page.locator(".viewer-order-label")).to_have_text(["1", "2", "3"])
    expect(region).to_have_text("Title")
    expect(region).to_be_visible()
    page.get_by_role("button", name="Layout regions").click()
    expect(region).to_be_hidden()


TABLE = (
    "<table><tr><th colspan='2'>Price list</th></tr>"
    "<tr><td>Ap-ple juice</td><td>1</td></tr><tr><td>Pear<script>window.ran = 1</script></td><td>10</td></tr></table>"
)
TABLE_LINES = [
    line("Price list", 100, 100, 400, 30),
    line("Ap-", 100, 150, 100, 30),
    line("ple juice", 100, 180, 100, 30),
    line("1", 300, 150, 50, 30, 0.5),
    line("Pear", 100, 250, 100, 30),
    line("10", 300, 250, 50, 30),
    line("after the table", 100, 500, 400, 30),
]


def test_tables_are_tables_and_their_cells_are_linked(page: Page) -> None:
    block = {"label": "table", "box": [90, 90, 600, 300], "order": 1, "text": "", "html": TABLE}
    show(page, page_with(1, TABLE_LINES, [block]))
    table = page.locator(".viewer-text table")
    cells = table.locator("th, td")
    assert [cell.inner_text() for cell in cells.all()][:2] == ["Price list", "Ap-ple juice"]
    expect(table.locator("th")).to_have_attribute("colspan", "2")
    lines = page.locator(".viewer-line").evaluate_all(
        "lines => lines.map((line) => [line.dataset.line, line.localName])"
    )
    assert lines == [*([str(number), "span"] for number in range(6)), ["6", "div"]]
    expect(table.locator(".viewer-doubt")).to_have_text("1")
    page.locator(".viewer-glyphs", has_text="10").click()
    expect(table.locator(".is-chosen")).to_have_text("10")


def test_words_of_a_wide_table_stay_whole(page: Page) -> None:
    words = ["Chronometer", "Quantity", "Temperature", "Destination", "1,248,000.00", "Insurance", "Confirmation"]
    lines = [line(word, 20 + 120 * place, 100, 100, 30) for place, word in enumerate(words)]
    html = f"<table><tr>{''.join(f'<td>{word}</td>' for word in words)}</tr></table>"
    block = {"label": "table", "box": [0, 90, 900, 140], "order": 1, "text": "", "html": html}
    show(page, page_with(1, lines, [block]))
    found = page.locator(".viewer-text td .viewer-line")
    expect(found).to_have_text(words)
    assert found.evaluate_all("lines => lines.map((line) => line.getClientRects().length)") == [1] * len(words)
    frame = page.locator(".viewer-table-frame")
    assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth")  # so the words had no room
    assert page.locator(".viewer-text").evaluate("panel => panel.scrollWidth <= panel.clientWidth")


def test_a_cell_of_many_equal_lines_that_do_not_make_it_up_is_soon_there(page: Page) -> None:
    dots = [line(".", 100, 100 + 20 * place, 10, 10) for place in range(60)]
    html = f"<table><tr><td>{'.' * len(dots)}:</td></tr></table>"
    block = {"label": "table", "box": [0, 90, 900, 1390], "order": 1, "text": "", "html": html}
    show(page, page_with(1, dots, [block]))
    expect(page.locator(".viewer-text td")).to_have_text("." * len(dots) + ":")


HOSTILE = "<img src=x onerror='window.ran=1'><script>window.ran=1</script><b>bold</b>"


@pytest.mark.usefixtures("without_policy")
def test_hostile_markup_is_text_and_nothing_else(page: Page) -> None:
    html = (
        "<table onclick='window.ran=1'><tr>"
        f"<td style='position:fixed' colspan='99999999' onmouseover='window.ran=1'>{HOSTILE}"
        "<iframe srcdoc='<script>parent.ran=1</script>'></iframe><svg onload='window.ran=1'></svg>"
        "<a href='javascript:window.ran=1'>link</a><table><tr><td>inner</td></tr></table></td></tr></table>"
    )
    blocks = [{"label": HOSTILE, "box": [0, 300, 900, 900], "order": 1, "text": HOSTILE, "html": html}]
    show(page, page_with(1, [line(HOSTILE, 100, 100, 800, 30, 0.2)], blocks))
    page.keyboard.press("r")
    page.get_by_role("searchbox").fill("<img")
    expect(page.locator(".viewer-line mark")).to_have_text("<img")
    cell = page.locator(".viewer-text td").first
    assert "bold" in cell.inner_text()
    assert cell.evaluate("cell => cell.colSpan") <= 200
    inside = page.locator(".viewer").evaluate(
        "root => [...new Set([...root.querySelectorAll('*')].map((e) => e.localName))]"
    )
    assert not {"script", "iframe", "b", "a", "style", "object", "embed", "link"} & set(inside)
    assert page.locator(".viewer-text img").count() == 0
    handlers = (
        "root => [...root.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => a.name.startsWith('on')))"
    )
    assert page.locator(".viewer").evaluate(f"root => ({handlers})(root).length") == 0
    assert page.locator(".viewer-text td").evaluate_all("cells => cells.filter((c) => c.style.length).length") == 0
    cell.click()
    assert page.evaluate("window.ran") is None


def test_a_page_without_text_says_so(page: Page) -> None:
    show_empty = document(plain_page(1))
    page.evaluate("spec => harness.view(spec)", show_empty)
    expect(page.locator(".viewer-text section")).to_contain_text("No text was found on this page.")


def test_the_viewer_speaks_chinese(page: Page) -> None:
    page.evaluate("spec => harness.view(spec, 'zh')", document(plain_page(1, "发票号码", "金额", scores=(1, 0.4))))
    expect(page.locator("[data-count='doubt']")).to_have_text("1 处存疑")
    expect(page.get_by_role("button", name="适合宽度")).to_be_visible()


def test_both_languages_have_the_same_keys_and_values(page: Page) -> None:
    same = page.evaluate("""async () => {
        const [en, zh] = await Promise.all(["en", "zh"].map((name) => import(`/page/texts/viewer_${name}.js`)));
        const valuesOf = (text) => (text.match(/\\{\\w+\\}/g) ?? []).sort().join();
        const keys = Object.keys(en.default);
        return keys.join() === Object.keys(zh.default).join()
            && keys.every((key) => valuesOf(en.default[key]) === valuesOf(zh.default[key]));
    }""")
    assert same
