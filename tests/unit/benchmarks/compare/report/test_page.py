"""The page, in a browser."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.compare.report.making import make_report

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("neither chromium nor google-chrome is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def test_votes_are_saved_as_a_file_that_the_report_counts_and_inside_a_copy_of_the_page(
    browser: Browser, run: Callable[..., Path]
) -> None:
    folder = run(report={"blind": 3, "worst": 1})
    made = make_report(folder, folder.parent / "report", below=folder.parent)
    complaints: list[str] = []
    requests: list[str] = []
    context = browser.new_context(viewport={"width": 390, "height": 800}, offline=True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(made.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.check("input[name=page-1][value=left]")
    page.check("input[name=page-3][value=neither]")

    with page.expect_download() as saved:
        page.click("#save-votes")
    votes = folder.parent / "votes.json"
    saved.value.save_as(votes)
    assert json.loads(votes.read_text())["votes"] == {"page-1": "left", "page-3": "neither"}
    counted = make_report(folder, folder.parent / "voted", below=folder.parent, votes=[votes])
    tallies = json.loads((counted.parent / "report.json").read_text())["votes"]
    assert sum(each["for_one"] + each["for_other"] for each in tallies) == 1
    assert sum(each["neither"] for each in tallies) == 1

    with page.expect_download() as copied:
        page.click("#save-page")
    copy = folder.parent / "copy.html"
    copied.value.save_as(copy)
    page.goto(copy.as_uri())
    assert page.is_checked("input[name=page-1][value=left]")
    assert not page.is_checked("input[name=page-2][value=left]")
    context.close()
    assert complaints == []
    assert {url.partition(":")[0] for url in requests} <= {"file", "data", "blob"}
