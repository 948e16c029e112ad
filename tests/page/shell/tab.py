"""A tab of Debian's Chromium that watches what the page does: its requests, and what goes wrong in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, expect

PATIENCE_MILLISECONDS = 180_000
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}

expect.set_options(timeout=PATIENCE_MILLISECONDS)  # no test is about speed


class Tab:
    """One tab of a context of its own. It must be opened before it is used.

    Args:
        page: of Playwright.
        url: the server's address.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type in ("error", "warning") else None)

    def open(self) -> None:
        """Go to the page, and wait until it knows its server."""
        self.page.goto(f"{self.url}/")
        expect(self.page.locator("#promise")).not_to_be_empty(timeout=PATIENCE_MILLISECONDS)

    def choose(self, *files: Path) -> None:
        """Choose files, as with the browser's own dialog."""
        self.page.set_input_files("#inputs input[type=file]", list(files))

    def drop(self, *files: Path) -> None:
        """Drop files on the page."""
        given = [{"name": file.name, "bytes": list(file.read_bytes())} for file in files]
        self.page.evaluate(
            """(given) => {
                const transfer = new DataTransfer();
                for (const { name, bytes } of given) transfer.items.add(new File([new Uint8Array(bytes)], name));
                for (const name of ["dragenter", "dragover", "drop"]) {
                    const event = new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true });
                    document.body.dispatchEvent(event);
                }
            }""",
            given,
        )

    def entry(self, name: str) -> Locator:
        """A document's place in the list."""
        return self.page.locator(".entry", has_text=name)

    def wait_for(self, name: str, state: str) -> Locator:
        """Wait until a document is in a state; its place in the list."""
        entry = self.entry(name)
        expect(entry).to_have_attribute("data-state", state, timeout=PATIENCE_MILLISECONDS)
        return entry

    def show_settings(self) -> None:
        """Unfold the settings."""
        toggle = self.page.locator(".settings-toggle")
        if toggle.get_attribute("aria-pressed") == "false":
            toggle.click()

    def unfold(self) -> None:
        """Show the settings, with all their groups open."""
        self.show_settings()
        self.page.locator(".group").evaluate_all("(all) => all.forEach((each) => { each.open = true; })")

    def check(self, *allowed: str) -> None:
        """Nothing went wrong but what is allowed, and the page asked no other server."""
        own = urlsplit(self.url).netloc
        asked = [url for url in self.requests if not url.startswith(("data:", "blob:"))]
        assert asked
        assert {urlsplit(url).netloc for url in asked} == {own}
        unexpected = [each for each in self.problems if not any(part in each for part in allowed)]
        assert unexpected == [], unexpected


@contextmanager
def opened(chromium: Browser, url: str, **options: object) -> Iterator[Tab]:
    """A tab of a new context, which is closed at the end. Options are those of Playwright's contexts."""
    context = chromium.new_context(**{"viewport": WIDE, "locale": "en-GB", "color_scheme": "light", **options})
    try:
        yield Tab(context.new_page(), url)
    finally:
        context.close()
