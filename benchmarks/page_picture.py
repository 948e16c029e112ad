"""This makes the README's picture of the page: a real browser, a real server, and a document that is drawn here.

    python -m benchmarks.page_picture [--all FOLDER]

It writes docs/page.png. With --all it also writes a folder of pictures to look at: both themes, wide and narrow, with
and without documents. Debian's Chromium must be installed.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks.command import NotMeasured, run_command
from tests.contract.conftest import Server
from tests.page.shell import documents
from tests.page.shell.tab import NARROW, PATIENCE_MILLISECONDS, WIDE, Tab, opened

PICTURE = Path(__file__).parents[1] / "docs" / "page.png"
PAGES = 3
NAME = "Delivery report.pdf"
SETTLED_MILLISECONDS = 1500
"""Pictures of pages are decoded after their text is there."""


def main() -> int:
    """Make the pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise NotMeasured("Install Debian's package chromium.")
    server = Server()
    try:
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            report = Path(folder) / NAME
            report.write_bytes(documents.scan(PAGES, documents.DOTS_PER_INCH))
            picture(browser, server.url, PICTURE, lambda tab: read(tab, report))
            print(f"{PICTURE}: {PICTURE.stat().st_size // 1024} KB")
            if given.all:
                look(browser, server.url, given.all, report)
            browser.close()
    finally:
        server.stop()
    return 0


def look(browser: Browser, url: str, folder: Path, report: Path) -> None:
    """Make the pictures to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    views: dict[str, Callable[[Tab], None]] = {
        "empty": lambda _: None,
        "read": lambda tab: read(tab, report),
        "settings": lambda tab: settings(tab, report, "Settings"),
        "code": lambda tab: settings(tab, report, "Code"),
        "failed": failed,
    }
    for scheme in ("light", "dark"):
        for width, viewport in (("wide", WIDE), ("narrow", NARROW)):
            for name, act in views.items():
                file = folder / f"{scheme}-{width}-{name}.png"
                picture(browser, url, file, act, color_scheme=scheme, viewport=viewport)
    picture(browser, url, folder / "chinese.png", lambda tab: settings(tab, report, "设置"), locale="zh-CN")


def picture(browser: Browser, url: str, file: Path, act: Callable[[Tab], None], **options: object) -> None:
    """Open the page, do something, and keep what it looks like."""
    with opened(browser, url, **options) as tab:
        tab.open()
        act(tab)
        tab.page.wait_for_timeout(SETTLED_MILLISECONDS)
        tab.page.screenshot(path=file)


def read(tab: Tab, report: Path) -> None:
    """Have a document read."""
    tab.choose(report)
    tab.wait_for(NAME, "done")
    expect(tab.page.locator("#viewer")).to_contain_text(documents.title(1), timeout=PATIENCE_MILLISECONDS)
    tab.page.mouse.move(0, 0)


def settings(tab: Tab, report: Path, panel: str) -> None:
    """Show the settings or the code beside a document."""
    read(tab, report)
    if tab.page.locator(".views").is_visible():
        tab.page.locator('.view-tab[data-view="settings"]').click()
    else:
        tab.show_settings()
    tab.page.get_by_role("tab", name=panel).click()


def failed(tab: Tab) -> None:
    """Have a document fail."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Letter.pdf"
        file.write_bytes(b"%PDF-1.7\n")
        tab.choose(file)
        tab.wait_for("Letter.pdf", "failed")
    if tab.page.locator(".views").is_visible():
        tab.page.locator('.view-tab[data-view="documents"]').click()


if __name__ == "__main__":
    run_command(main)
