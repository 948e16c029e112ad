"""Documents from the hand of a person to their text: several at once, cancelled, failed, and with a lost server."""

import io
import re
import signal
import socket

import pikepdf
import pytest
from playwright.sync_api import Error, expect

from tests.contract.conftest import Server
from tests.page.shell import documents
from tests.page.shell.tab import PATIENCE_MILLISECONDS, opened

STATUS = ".entry-status"


def test_a_photo_and_a_long_pdf_are_read_side_by_side(tab, photo, scan):
    tab.drop(photo, scan)
    expect(tab.page.locator(".entry")).to_have_count(2)
    expect(tab.entry("scan.pdf").locator(STATUS)).to_have_text(
        re.compile(r"^([1-9]|1[01]) of 12 pages$"), timeout=PATIENCE_MILLISECONDS
    )
    expect(tab.entry("scan.pdf").locator("progress")).to_have_attribute("max", "12")
    tab.wait_for("photo.png", "done")
    tab.entry("scan.pdf").get_by_role("button", name="scan.pdf").first.click()
    expect(tab.page.locator("#page-title")).to_have_text("scan.pdf")
    # The first page is there before the last one is read.
    expect(tab.page.locator("#viewer")).to_contain_text(documents.title(1), timeout=PATIENCE_MILLISECONDS)
    tab.wait_for("scan.pdf", "done")
    expect(tab.entry("scan.pdf").locator(STATUS)).to_have_text("12 pages")
    tab.entry("photo.png").locator(".entry-open").click()
    expect(tab.page.locator("#viewer")).to_contain_text(documents.title(7))
    expect(tab.page.locator("#viewer table")).to_contain_text("Chronometer")


def test_a_pasted_picture_is_read(tab, photo):
    tab.page.evaluate(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true }));
        }""",
        list(photo.read_bytes()),
    )
    tab.wait_for("pasted", "done")
    expect(tab.page.locator("#viewer")).to_contain_text(documents.title(7))


def test_a_cancelled_document_stops_and_can_be_read_again(tab, scan):
    tab.choose(scan)
    tab.wait_for("scan.pdf", "running")
    with tab.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        tab.entry("scan.pdf").get_by_role("button", name="Cancel scan.pdf").click()
    assert deleted.value.status == 204
    entry = tab.wait_for("scan.pdf", "cancelled")
    expect(entry.locator(STATUS)).to_have_text("Cancelled")
    entry.get_by_role("button", name="Read scan.pdf again").click()
    tab.wait_for("scan.pdf", "done")


def test_the_tab_is_not_left_by_mistake_while_a_document_is_read(tab, scan):
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    tab.page.on("dialog", stay)
    tab.choose(scan)
    entry = tab.wait_for("scan.pdf", "running")
    entry.locator(".entry-open").click()  # A browser asks nothing before a person has used the page.
    with pytest.raises(Error, match="ERR_ABORTED"):
        tab.page.goto(f"{tab.url}/")
    assert asked == ["beforeunload"]
    entry.get_by_role("button", name="Cancel scan.pdf").click()
    tab.wait_for("scan.pdf", "cancelled")
    tab.open()
    expect(tab.page.locator(".entry")).to_have_count(0)
    assert asked == ["beforeunload"]


def test_a_removed_document_is_deleted_from_the_server(tab, photo):
    tab.choose(photo)
    with tab.page.expect_response(lambda answer: answer.url.endswith("/jobs")) as sent:
        entry = tab.wait_for("photo.png", "done")
    job = f"{tab.url}/jobs/{sent.value.json()['id']}"
    assert tab.page.request.get(job).status == 200
    with tab.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        entry.get_by_role("button", name="Remove photo.png").click()
    expect(tab.page.locator(".entry")).to_have_count(0)
    assert tab.page.request.get(job).status in (404, 410)
    expect(tab.page.locator("#welcome")).to_be_visible()


@pytest.mark.parametrize(
    ("content", "words"), [(b"no document at all", "cannot be read"), (b"", "empty"), (b"%PDF-1.7\n", "damaged")]
)
def test_a_document_that_fails_says_why_and_what_to_do(tab, tmp_path, content, words):
    file = tmp_path / "broken.pdf"
    file.write_bytes(content)
    tab.choose(file)
    entry = tab.wait_for("broken.pdf", "failed")
    what, hint = entry.locator(".entry-problem p").all_text_contents()
    assert words in what
    assert len(hint) > 10
    assert tab.page.locator("#blank p").all_text_contents() == [what, hint]
    expect(tab.page.locator("#viewer")).to_be_hidden()
    expect(entry.get_by_role("button", name="Read broken.pdf again")).to_be_visible()
    tab.problems = [each for each in tab.problems if "status of 422" not in each]


def test_an_encrypted_document_asks_for_its_password(tab, tmp_path):
    file = tmp_path / "locked.pdf"
    with pikepdf.open(io.BytesIO(documents.scan(1))) as document:
        document.save(file, encryption=pikepdf.Encryption(owner="open sesame", user="open sesame"))
    tab.choose(file)
    entry = tab.wait_for("locked.pdf", "failed")
    expect(entry).to_contain_text("encrypted")
    entry.get_by_label("Password of the document").fill("open sesame")
    entry.get_by_role("button", name="Open").click()
    tab.wait_for("locked.pdf", "done")
    expect(tab.page.locator("#viewer")).to_contain_text(documents.title(1))


def test_a_page_that_lost_its_server_goes_on_when_it_is_back(chromium, tmp_path):
    port = free_port()
    settings = ("--port", str(port), "--set", f"contracts.jobs.data_directory={tmp_path / 'jobs'}")
    file = tmp_path / "long.pdf"
    file.write_bytes(documents.scan(30))
    running = Server(*settings)
    try:
        with opened(chromium, running.url) as tab:
            tab.open()
            tab.choose(file)
            expect(tab.entry("long.pdf").locator(STATUS)).to_have_text(
                re.compile("of 30 pages"), timeout=PATIENCE_MILLISECONDS
            )
            running.process.send_signal(signal.SIGKILL)
            running.stop()
            entry = tab.wait_for("long.pdf", "reconnecting")
            expect(entry.locator(STATUS)).to_contain_text("does not answer")
            running = Server(*settings)
            tab.wait_for("long.pdf", "done")
            expect(entry.locator(STATUS)).to_have_text("30 pages")
            tab.check("ERR_")
    finally:
        running.stop()


def test_a_server_that_forgot_the_document_is_told(chromium, tmp_path):
    port = free_port()
    file = tmp_path / "long.pdf"
    file.write_bytes(documents.scan(30))
    running = Server("--port", str(port))
    try:
        with opened(chromium, running.url) as tab:
            tab.open()
            tab.choose(file)
            tab.wait_for("long.pdf", "running")
            running.process.send_signal(signal.SIGKILL)
            running.stop()
            tab.wait_for("long.pdf", "reconnecting")
            running = Server("--port", str(port))
            entry = tab.wait_for("long.pdf", "failed")
            expect(entry).to_contain_text("no longer has this document")
            entry.get_by_role("button", name="Read long.pdf again").click()
            tab.wait_for("long.pdf", "done")
            tab.check("ERR_", "status of 404")
    finally:
        running.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]
