"""A real server with the default weights, and Debian's Chromium. Without Chromium the tests skip and say so."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.contract.conftest import Server
from tests.page.shell import documents
from tests.page.shell.tab import Tab, opened

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. It ends with these tests, because while Playwright runs, no other event loop can."""
    if PROGRAM is None:
        pytest.skip("neither chromium nor google-chrome is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server with the default configuration."""
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def tab(chromium: Browser, server: Server) -> Iterator[Tab]:
    """The page, opened. At the end nothing may have gone wrong in it."""
    with opened(chromium, server.url) as tab:
        tab.open()
        yield tab
        tab.check()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of one page."""
    return _kept(tmp_path_factory, "photo.png", documents.photo(7))


@pytest.fixture(scope="session")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of twelve pages."""
    return _kept(tmp_path_factory, "scan.pdf", documents.scan(12))


def _kept(factory: pytest.TempPathFactory, name: str, content: bytes) -> Path:
    file = factory.mktemp("documents") / name
    file.write_bytes(content)
    return file
