"""The page of a server that wants a token, and of one that listens for other machines."""

from playwright.sync_api import expect

from tests.contract.conftest import TOKEN, Server
from tests.page.shell import documents
from tests.page.shell.tab import opened

DIALOG = "dialog[open]"
SECURED = ("--set", f"auth.tokens={{tests: {TOKEN}}}", "--set", "server.host=0.0.0.0", "--set", "server.page=on")


def test_the_token_is_asked_for_once_and_kept_in_the_tab_alone(chromium, photo):
    running = Server(*SECURED)
    url = f"http://127.0.0.1:{running.port}"
    try:
        with opened(chromium, url) as tab:
            tab.page.goto(f"{url}/")
            dialog = tab.page.locator(DIALOG)
            dialog.get_by_label("Token").fill("not-the-token")
            dialog.get_by_role("button", name="Use this token").click()
            expect(tab.page.locator(DIALOG)).to_contain_text("does not know this token")
            tab.page.locator(DIALOG).get_by_label("Token").fill(TOKEN)
            tab.page.locator(DIALOG).get_by_role("button", name="Use this token").click()
            expect(tab.page.locator(".welcome-limits")).to_be_visible()
            tab.choose(photo)
            tab.wait_for("photo.png", "done")
            expect(tab.page.locator("#viewer")).to_contain_text(documents.title(7))
            tab.page.reload()
            expect(tab.page.locator(".welcome-limits")).to_be_visible()
            expect(tab.page.locator(DIALOG)).to_have_count(0)
            assert TOKEN not in "".join(tab.requests)
            assert tab.page.evaluate("Object.values(sessionStorage)") == [TOKEN]
            assert tab.page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
            with opened(chromium, url) as other:
                other.page.goto(f"{url}/")
                expect(other.page.locator(DIALOG)).to_be_visible()
            tab.check("status of 401")
    finally:
        running.stop()


def test_a_person_who_gives_no_token_is_told_and_can_try_again(chromium):
    running = Server(*SECURED)
    url = f"http://127.0.0.1:{running.port}"
    try:
        with opened(chromium, url) as tab:
            tab.page.goto(f"{url}/")
            tab.page.locator(DIALOG).get_by_role("button", name="Not now").click()
            expect(tab.page.locator("#page-notice")).to_contain_text("This server wants a token.")
            tab.page.get_by_role("button", name="Try again").click()
            tab.page.locator(DIALOG).get_by_label("Token").fill(TOKEN)
            tab.page.locator(DIALOG).get_by_role("button", name="Use this token").click()
            expect(tab.page.locator(".welcome-limits")).to_be_visible()
            tab.check("status of 401")
    finally:
        running.stop()
