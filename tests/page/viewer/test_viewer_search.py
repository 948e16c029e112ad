"""Searching all pages."""

import pytest
from playwright.sync_api import Page, expect

from tests.page.harness.documents import document, plain_page

TEXT = ("Invoice No. 4711", "ｉｎｖｏｉｃｅ of ＡＣＭＥ", "ｶﾞｽ料金", "nothing")


@pytest.fixture
def searching(page: Page) -> Page:
    pages = [
        plain_page(1, *TEXT),
        *(plain_page(number, "filler") for number in range(2, 12)),
        plain_page(12, "INVOICE"),
    ]
    page.evaluate("spec => harness.view(spec)", document(*pages))
    page.wait_for_selector(".viewer-page.is-drawn .viewer-glyphs")
    return page


def marks(page: Page) -> list[str]:
    return page.locator(".viewer-text mark").all_inner_texts()


def test_case_and_width_do_not_matter(searching: Page) -> None:
    searching.get_by_role("searchbox").fill("invoice")
    expect(searching.locator("[data-count='match']")).to_have_text("1 of 3")
    assert marks(searching)[:2] == ["Invoice", "ｉｎｖｏｉｃｅ"]
    searching.get_by_role("searchbox").fill("ＡＣme")
    assert marks(searching) == ["ＡＣＭＥ"]
    searching.get_by_role("searchbox").fill("ガス")
    assert marks(searching) == ["ｶﾞｽ"]


def test_enter_goes_from_match_to_match_over_all_pages(searching: Page) -> None:
    box = searching.get_by_role("searchbox")
    count = searching.locator("[data-count='match']")
    searching.locator(".viewer-list").focus()
    searching.keyboard.press("/")
    expect(box).to_be_focused()
    box.press_sequentially("invoice")
    box.press("Enter")
    expect(count).to_have_text("2 of 3")
    box.press("Enter")
    expect(count).to_have_text("3 of 3")
    expect(searching.locator(".viewer-text mark.is-current")).to_have_text("INVOICE")
    expect(searching.locator(".viewer-text mark.is-current")).to_be_in_viewport()
    expect(searching.locator(".viewer-page[data-page='12'] .viewer-marks .is-current")).to_be_in_viewport()
    box.press("Enter")
    expect(count).to_have_text("1 of 3")
    box.press("Shift+Enter")
    expect(count).to_have_text("3 of 3")


def test_marks_on_the_picture_lie_on_the_words(searching: Page) -> None:
    searching.get_by_role("searchbox").fill("4711")
    mark = searching.locator(".viewer-marks polygon")
    expect(mark).to_have_count(1)
    frame, whole = mark.bounding_box(), searching.locator(".viewer-boxes polygon").first.bounding_box()
    assert frame
    assert whole
    # The digits are the last quarter or so of the line.
    assert frame["x"] > whole["x"] + 0.6 * whole["width"]
    assert frame["x"] + frame["width"] == pytest.approx(whole["x"] + whole["width"], abs=3)


def test_nothing_found_is_said_and_new_pages_are_searched(searching: Page) -> None:
    count = searching.locator("[data-count='match']")
    searching.get_by_role("searchbox").fill("zebra")
    expect(count).to_have_text("No matches")
    expect(searching.get_by_role("button", name="Next match")).to_be_disabled()
    searching.evaluate("page => harness.add(page)", plain_page(13, "a zebra"))
    expect(count).to_have_text("Matches: 1")
    searching.get_by_role("searchbox").fill("")
    expect(count).to_be_hidden()
    expect(searching.get_by_role("button", name="Next match")).to_be_hidden()
    expect(searching.locator(".viewer-text mark")).to_have_count(0)
