"""The page at ``/`` in a real browser: its weight, its first paint, the first page of a long PDF, and its memory.

    python -m benchmarks.page [--pages 200] [--rounds 3] [--out FILE]

Debian's Chromium opens the page of a server whose jobs are read with the preset `best`. Weight and first paint are
those of five openings with an empty cache: the weight is what every file takes on the wire, settings included; the
paint is the first one with content. In each round a scan of one page is dropped on the page, then the long one. The
clock runs from the drop until the picture and the text of the first page are drawn. All rounds but the last one cancel
the long document there. The last one reads it to its end, and scrolls through all of its pages. Medians over the
openings and the rounds.

The memory is the highest resident memory of the tab's process, plus what the browser's other processes grew by, since
they keep the tab's pictures. Pages of memory that processes share count in each, so it is an upper bound. Exit status
1: a bar is missed (`missed`).
"""

import argparse
import json
import shutil
import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.command import NotMeasured, result_file, run_command
from benchmarks.documents import scan
from benchmarks.first_page import PRESET, wait_until_idle
from benchmarks.machine import made_with
from benchmarks.peers import our_server
from benchmarks.process_tree import PeakMemory, tree_bytes
from benchmarks.store import FOLDER
from tests.page.shell.tab import Tab, opened

RESULTS = FOLDER / "page.json"
MOST_KILOBYTES = 400
MOST_PAINT_SECONDS = 1.0
MOST_EXTRA_SECONDS = 3.0
MOST_MEGABYTES = 500
"""The bars."""
OPENINGS = 5
FIRST_PAGE_MILLISECONDS = 600_000
WHOLE_MILLISECONDS = 7_200_000
"""Bounds of the work, generous for slow machines."""
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, { transferSize }) => sum + transferSize, 0)"""
PAINT = """() => new Promise((done) => {
    new PerformanceObserver((list) => {
        const paint = list.getEntriesByName("first-contentful-paint")[0];
        if (paint) done(paint.startTime);
    }).observe({ type: "paint", buffered: true });
})"""
SOURCE = "benchmark-source"
ADD_SOURCE = """(id) => {
    const source = document.createElement("input");
    Object.assign(source, { type: "file", id, hidden: true });
    document.body.append(source);
}"""
DROP = """async ([id, limit]) => {
    const transfer = new DataTransfer();
    transfer.items.add(document.getElementById(id).files[0]);
    const begin = performance.now();
    for (const name of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
    }
    const frame = () => new Promise(requestAnimationFrame);
    const first = '.viewer-page[data-page="1"]';
    while (!document.querySelector(`${first} canvas`)?.width || !document.querySelector(`${first} .viewer-glyphs`)) {
        if (document.querySelector('.entry[data-state="failed"]')) return null;
        if (performance.now() - begin > limit) return null;
        await frame();
    }
    await frame();
    return performance.now() - begin;
}"""
ENDED = """() => ["done", "failed"].includes(document.querySelector(".entry").dataset.state)"""
SCROLL = """async () => {
    const list = document.querySelector(".viewer-list");
    const rest = () => new Promise((done) => setTimeout(done, 100));
    for (let top = 0; top < list.scrollHeight; top += list.clientHeight) {
        list.scrollTo(0, top);
        await rest();
    }
}"""


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=result_file, default=RESULTS)
    given = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise NotMeasured("Install Debian's package chromium.")
    made = made_with()
    preset = f"contracts.jobs.preset={PRESET}"
    with tempfile.TemporaryDirectory() as folder, our_server("ours", None, [preset]) as server:
        one, long = (Path(folder) / f"{pages} pages.pdf" for pages in (1, given.pages))
        one.write_bytes(scan(1).content)
        long.write_bytes(scan(given.pages).content)
        url = f"http://{server.host}:{server.port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            browser_version = browser.version
            figures = opening(browser, url) | reading(browser, url, one, long, given.rounds)
            browser.close()
    bars = missed(figures)
    report = {
        "made_with": made | {"chromium": browser_version},
        "pages": given.pages,
        "preset": PRESET,
        **figures,
        "missed": bars,
    }
    given.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))
    return int(bool(bars))


def missed(figures: Mapping[str, float]) -> list[str]:
    """The bars that are missed, in words."""
    found = []
    if figures["page_kilobytes"] >= MOST_KILOBYTES:
        found.append(f"the page weighs {figures['page_kilobytes']:.0f} KB; the bar is {MOST_KILOBYTES} KB")
    if figures["first_paint_seconds"] >= MOST_PAINT_SECONDS:
        found.append(f"the first paint comes after {figures['first_paint_seconds']:.2f} s; the bar is 1 s")
    extra = figures["first_page_seconds"] - figures["one_page_seconds"]
    if extra >= MOST_EXTRA_SECONDS:
        found.append(f"the first page is drawn {extra:.1f} s after one page's time; the bar is 3 s")
    if figures["tab_megabytes"] >= MOST_MEGABYTES:
        found.append(f"the tab takes {figures['tab_megabytes']:.0f} MB; the bar is {MOST_MEGABYTES} MB")
    return found


def opening(browser: Browser, url: str) -> dict[str, float]:
    """The weight of the page and its first paint."""
    kilobytes, paints = [], []
    for _ in range(OPENINGS):
        with opened(browser, url) as tab:
            tab.open()
            kilobytes.append(tab.page.evaluate(WEIGHT) / 1000)
            paints.append(tab.page.evaluate(PAINT) / 1000)
    return {
        "page_kilobytes": round(max(kilobytes), 1),
        "first_paint_seconds": round(statistics.median(paints), 3),
    }


def reading(browser: Browser, url: str, one: Path, long: Path, rounds: int) -> dict[str, float]:
    """The times to the first page on the screen, and the tab's memory."""
    alone, first = [], []
    drop_alone(browser, url, one)  # The server reads its first document more slowly.
    for last in [False] * (rounds - 1) + [True]:
        alone.append(drop_alone(browser, url, one))
        with opened(browser, url) as tab:
            tab.open()
            processes = Processes.of(browser)
            with PeakMemory(processes.root) as peak:
                first.append(drop(tab, long))
                if last:
                    to_the_end(tab)
                    heap = javascript_bytes(tab)
                else:
                    tab.page.locator(".entry-acts button").click()
        wait_until_idle(url)
    return {
        "one_page_seconds": round(statistics.median(alone), 3),
        "first_page_seconds": round(statistics.median(first), 3),
        "tab_megabytes": round(peak.peak_mebibytes * 2**20 / 1e6 - processes.others_bytes / 1e6, 1),
        "empty_tab_megabytes": round(processes.tab_bytes / 1e6, 1),
        "javascript_megabytes": round(heap / 1e6, 1),
    }


def drop_alone(browser: Browser, url: str, one: Path) -> float:
    """Seconds until a document of one page is on the screen."""
    with opened(browser, url) as tab:
        tab.open()
        return drop(tab, one)


def drop(tab: Tab, file: Path) -> float:
    """Drop a file on the page. Seconds until its first page is drawn."""
    tab.page.evaluate(ADD_SOURCE, SOURCE)
    tab.page.set_input_files(f"#{SOURCE}", file)
    milliseconds = tab.page.evaluate(DROP, [SOURCE, FIRST_PAGE_MILLISECONDS])
    if milliseconds is None:
        raise NotMeasured("The page did not show the document's first page.")
    return float(milliseconds) / 1000


def to_the_end(tab: Tab) -> None:
    """Wait until all pages are read, and scroll through them."""
    tab.page.wait_for_function(ENDED, timeout=WHOLE_MILLISECONDS, polling=500)
    if tab.page.locator(".entry").get_attribute("data-state") != "done":
        raise NotMeasured("The page could not read the document to its end.")
    tab.page.evaluate(SCROLL)


def javascript_bytes(tab: Tab) -> float:
    """What JavaScript's objects take at the end, as the browser tells it."""
    session = tab.page.context.new_cdp_session(tab.page)
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(each["value"]) for each in metrics if each["name"] == "JSHeapUsedSize")


@dataclass(frozen=True, slots=True)
class Processes:
    """The browser's processes while one tab is open that shows nothing yet.

    Attributes:
        root: process id of the browser.
        tab_bytes: resident bytes of the tab's process.
        others_bytes: resident bytes of all other processes.
    """

    root: int
    tab_bytes: int
    others_bytes: int

    @classmethod
    def of(cls, browser: Browser) -> "Processes":
        """Look at them now. The tab's process is the largest of its kind, since Chromium keeps spare ones."""
        found = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        root = next(int(each["id"]) for each in found if each["type"] == "browser")
        tab = max(tree_bytes(int(each["id"])) for each in found if each["type"] == "renderer")
        return cls(root, tab, tree_bytes(root) - tab)


if __name__ == "__main__":
    run_command(main)
