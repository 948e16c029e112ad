"""A browser with the harness open, one for all tests of the viewer."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.page.harness.server import WITHOUT_POLICY, harness_server
from tests.page.harness.waiting import wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SIZE = {"width": 1280, "height": 800}


@pytest.fixture(scope="package")
def harness_url() -> Iterator[str]:
    with harness_server() as url:
        yield url


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("neither chromium nor google-chrome is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def without_policy() -> None:
    """For tests of the code's own defence."""


@pytest.fixture
def page(browser: Browser, harness_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The harness in a tab of its own. No test may leave an error on the console or a text without words.

    With the mark ``usefixtures("without_policy")`` the Content-Security-Policy does not hold.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    context = browser.new_context(
        viewport=SIZE, color_scheme="light", permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{harness_url}?{WITHOUT_POLICY}" if "without_policy" in request.fixturenames else harness_url)
    wait_until(page, "window.harness")
    yield page
    missing = page.evaluate("[...harness.missing].filter((key) => !key.startsWith('viewer.region.'))")
    context.close()
    assert complaints == []
    assert missing == []
