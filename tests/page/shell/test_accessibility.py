"""The page for everybody: axe in both themes and on both widths, the keyboard alone, and both languages."""

from importlib.resources import files

import pytest
from playwright.sync_api import expect

from tests.page.shell import documents
from tests.page.shell.tab import NARROW, WIDE, opened

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
SERIOUS = ("serious", "critical")


def findings(tab) -> list[tuple[str, list[str]]]:
    """What axe finds that is serious, with where."""
    tab.page.evaluate(AXE)
    found = tab.page.evaluate("axe.run()")["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found if each["impact"] in SERIOUS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_serious(chromium, server, photo, tmp_path, scheme, viewport):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n")
    with opened(chromium, server.url, color_scheme=scheme, viewport=viewport) as tab:
        tab.open()
        assert findings(tab) == []
        tab.choose(photo, broken)
        tab.wait_for("photo.png", "done")
        tab.wait_for("broken.pdf", "failed")
        expect(tab.page.locator("#viewer")).to_contain_text(documents.title(7))
        assert findings(tab) == []
        if viewport is NARROW:
            for view in ("Documents", "Settings"):
                tab.page.get_by_role("button", name=view, exact=True).click()
                assert findings(tab) == []
        else:
            tab.page.get_by_role("button", name="Download").click()
            tab.unfold()
            assert findings(tab) == []
            tab.page.get_by_role("tab", name="Code").click()
            assert findings(tab) == []


def test_the_switch_of_the_theme_holds_for_the_tab(tab):
    paper = "getComputedStyle(document.body.parentElement).backgroundColor"
    light = tab.page.evaluate(paper)
    tab.page.get_by_role("button", name="Dark").click()
    dark = tab.page.evaluate(paper)
    assert dark != light
    expect(tab.page.get_by_role("button", name="Light")).to_be_focused()
    tab.page.reload()
    assert tab.page.evaluate(paper) == dark


def test_the_page_speaks_chinese(tab, photo):
    tab.choose(photo)
    tab.wait_for("photo.png", "done")
    tab.page.get_by_role("button", name="中文").click()
    expect(tab.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(tab.page.locator("#documents-title")).to_have_text("文档")
    expect(tab.entry("photo.png").locator(".entry-status")).to_have_text("1 页")
    expect(tab.page.locator("#viewer")).to_contain_text(documents.title(7))
    tab.page.get_by_role("button", name="English").click()
    expect(tab.page.locator("#documents-title")).to_have_text("Documents")


def test_a_browser_in_chinese_gets_chinese_at_once(chromium, server):
    with opened(chromium, server.url, locale="zh-CN") as tab:
        tab.open()
        expect(tab.page.locator(".welcome-title")).to_have_text("把文档拖到这里")
        tab.check()


def test_everything_is_reached_by_the_keyboard_in_the_order_of_the_page(tab, photo):
    tab.choose(photo)
    tab.wait_for("photo.png", "done")
    expect(tab.page.get_by_role("button", name="Download")).to_be_enabled()
    tab.page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(80):
        tab.page.keyboard.press("Tab")
        at = tab.page.evaluate(
            """() => {
                const each = document.activeElement;
                if (each === document.body) return null;
                const style = getComputedStyle(each);
                const seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
                const where = each.closest("section, header")?.id;
                return { name: each.textContent.trim() || each.ariaLabel, seen, where };
            }"""
        )
        if at is None or (seen and at == seen[0]):
            break
        seen.append(at)
    names = [at["name"] for at in seen]
    assert all(at["seen"] for at in seen), "the focus is visible"
    wanted = ["API", "Dark", "中文", "Choose files", "Photo", "Remove", "Copy text", "Download", "Settings"]
    places = [names.index(name) for name in wanted]
    assert places == sorted(places)
    assert len([at for at in seen if at["where"] == "page"]) > 6


def test_the_menu_and_the_tabs_follow_the_keyboard(tab, photo):
    tab.choose(photo)
    tab.wait_for("photo.png", "done")
    toggle = tab.page.get_by_role("button", name="Download")
    expect(toggle).to_be_enabled()
    toggle.focus()
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator(".menu-item").first).to_be_focused()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    tab.page.keyboard.press("Escape")
    expect(toggle).to_be_focused()
    expect(tab.page.locator(".menu")).to_be_hidden()
    tab.show_settings()
    tab.page.get_by_role("tab", name="Settings").focus()
    tab.page.keyboard.press("ArrowRight")
    expect(tab.page.get_by_role("tab", name="Code")).to_be_focused()
    expect(tab.page.locator("pre.code")).to_be_visible()


def test_what_happens_is_said_to_screen_readers(tab, photo):
    tab.choose(photo)
    tab.wait_for("photo.png", "done")
    expect(tab.page.locator("#announcements")).to_have_text("photo.png: 1 page")


def test_on_a_narrow_screen_one_part_is_shown_at_a_time(chromium, server, photo):
    with opened(chromium, server.url, viewport=NARROW) as tab:
        tab.open()
        expect(tab.page.locator("#welcome")).to_be_visible()
        expect(tab.page.locator("#documents")).to_be_hidden()
        tab.drop(photo)
        expect(tab.page.locator("#viewer")).to_contain_text(documents.title(7))
        tab.page.get_by_role("button", name="Settings", exact=True).click()
        expect(tab.page.locator("#settings")).to_be_visible()
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
        tab.check()
