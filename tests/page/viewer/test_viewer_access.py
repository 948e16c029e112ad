"""The viewer for everybody: axe-core in both themes and widths, the keyboard alone, the help."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.harness.documents import document, line, plain_page
from tests.page.harness.documents import page as page_with

TABLE = {
    "label": "table",
    "box": [90, 590, 700, 800],
    "order": 2,
    "text": "",
    "html": "<table><tr><td>a</td><td>b</td></tr></table>",
}
LINES = [line("A doubtful line", 100, 100, 500, 30, 0.5), line("a fair line", 100, 160, 500, 30, 0.9)]
SPEC = document(
    page_with(1, LINES, [TABLE]), {"number": 2, "lines": [], "failed": "It is damaged."}, plain_page(3, "third")
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 380])
@pytest.mark.parametrize("what", ["view", "compare"])
def test_axe_finds_nothing_serious(page: Page, theme: str, width: int, what: str) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("([what, spec]) => what === 'view' ? harness.view(spec) : harness.compare(spec, spec)", [what, SPEC])
    page.wait_for_selector(".viewer-page.is-drawn .viewer-glyphs")
    if what == "view":
        page.get_by_role("searchbox").fill("doubtful")
    found = Axe().run(page).response["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}]
    assert serious == []


def test_every_control_is_reached_by_tab_and_has_a_name(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", SPEC)
    page.wait_for_selector(".viewer-line[tabindex='0']")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.append(name)
    controls = page.locator(".viewer-toolbar :is(button, input):not(:disabled)")
    names = controls.evaluate_all("nodes => nodes.map((node) => node.getAttribute('aria-label'))")
    assert all(names)
    assert [name for name in names if name not in reached] == []
    assert {"Pictures of the pages", "Text of the pages", "Table on page 1"} <= set(reached)


def test_a_screen_reader_gets_headings_and_lines_and_no_boxes(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", SPEC)
    page.wait_for_selector(".viewer-page.is-drawn .viewer-glyphs")
    snapshot = page.locator(".viewer").aria_snapshot()
    assert snapshot.count("A doubtful line") == 1
    for part in ('heading "Page 1"', 'heading "Page 3"', "Doubtful: A doubtful line", "It is damaged.", "third"):
        assert part in snapshot


def test_the_help_lists_the_keys_and_closes(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", SPEC)
    page.locator(".viewer-list").focus()
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys")
    expect(help_).to_be_visible()
    expect(help_).to_contain_text("Next doubtful words")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def test_keys_do_nothing_while_somebody_types(page: Page) -> None:
    page.evaluate("spec => harness.view(spec)", SPEC)
    page.get_by_role("searchbox").press_sequentially("pro?1")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Reading order")).to_have_attribute("aria-pressed", "false")
    assert page.locator(".is-chosen").count() == 0
