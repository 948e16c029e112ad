"""The page that shows the interface, in a real browser: with tokens, without, and below a path of a reverse proxy.

The server here reads nothing, so it has no weights. Configured for all addresses, it listens on one of this machine.
"""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urljoin

import pytest
import requests
import uvicorn

from tests.contract.browser import IN_BROWSER, Browser, Tab
from tests.contract.conftest import PATIENCE_SECONDS, TOKEN, wait_until
from tests.unit.server.apps import application

pytestmark = IN_BROWSER

PREFIX = "/tools/reader"
SHOWN = "document.querySelectorAll('.opblock').length > 10"
ASKED = "document.querySelector('#ask')?.checkVisibility() === true"
SAID = "document.querySelector('#problem')?.textContent ?? ''"
KEPT = "Object.values(sessionStorage)"
CALL_VERSION = """(async () => {
  const seen = async (parent, selector) => {
    for (;;) {
      const found = parent.querySelector(selector);
      if (found) return found;
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  const block = [...document.querySelectorAll(".opblock")].find((each) => each.textContent.includes("/version"));
  block.querySelector(".opblock-summary-control").click();
  (await seen(block, ".try-out__btn")).click();
  (await seen(block, ".execute")).click();
  return (await seen(block, ".live-responses-table .response .response-col_status")).textContent.trim();
})()"""
"""Tries ``GET /version`` out, as a person does, and gives the status that the page shows."""


@contextmanager
def serving(**settings: object) -> Iterator[str]:
    """A server with these settings; its address on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application(**settings), log_config=None))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Proxy:
    """A reverse proxy that takes a path away from what it passes on. Use it as a context manager."""

    def __init__(self) -> None:
        self.target = ""
        """The address of the server behind it."""
        self.seen: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy.seen.append(self.path)
                if not self.path.startswith(f"{PREFIX}/"):
                    self.send_error(404)
                    return
                headers = {"Authorization": self.headers.get("Authorization")}
                address = proxy.target + self.path.removeprefix(PREFIX)
                answer = requests.get(address, headers=headers, timeout=PATIENCE_SECONDS, allow_redirects=False)
                self.send_response(answer.status_code)
                for name in {"Content-Type", "Content-Security-Policy", "Location"} & answer.headers.keys():
                    self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{PREFIX}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def browser(tmp_path) -> Iterator[Browser]:
    with Browser(tmp_path) as running:
        yield running


def check_only_there(tab: Tab, url: str) -> None:
    """The tab asked this server alone, below its path, and never wrote the token into an address."""
    asked = [request["url"] for request in tab.requests() if not request["url"].startswith("data:")]
    assert asked
    assert [each for each in asked if not each.startswith(f"{url}/") or TOKEN in each] == []


def test_without_tokens_the_page_shows_the_interface_at_once(browser):
    with serving() as url:
        tab = browser.tab()
        tab.open(f"{url}/docs")
        tab.wait_for(SHOWN)
        assert not tab.run(ASKED)
        assert tab.run(CALL_VERSION) == "200"
        assert tab.run(KEPT) == []
        check_only_there(tab, url)
        assert tab.problems() == []


def test_the_page_asks_for_a_token_and_keeps_it_in_its_tab_alone(browser, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(server={"host": "0.0.0.0"}, auth={"tokens": {"a": TOKEN}}) as url:
        tab = browser.tab()
        tab.open(f"{url}/docs")
        tab.wait_for(ASKED)
        assert tab.run(SAID) == ""
        tab.run("document.querySelector('#token').focus()")
        tab.type("wrong")
        tab.wait_for(f"{SAID} === 'The server does not know this token.'")
        assert tab.run(KEPT) == []
        tab.run("document.querySelector('#token').select()")
        tab.type(TOKEN)
        tab.wait_for(SHOWN)
        assert not tab.run(ASKED)
        assert tab.run(CALL_VERSION) == "200"

        tab.reload()
        tab.wait_for(f"performance.getEntriesByType('navigation')[0].type === 'reload' && {SHOWN}")
        assert not tab.run(ASKED)
        assert tab.run(KEPT) == [TOKEN]
        assert tab.run("[localStorage.length, document.cookie]") == [0, ""]
        check_only_there(tab, url)

        other = browser.tab()
        other.open(f"{url}/docs")
        other.wait_for(ASKED)
    assert TOKEN not in caplog.text


def test_a_token_that_ended_is_forgotten_and_asked_for_again(browser):
    with serving(server={"host": "0.0.0.0"}, auth={"tokens": {"a": TOKEN}}) as url:
        tab = browser.tab()
        tab.open(f"{url}/docs")
        tab.wait_for(ASKED)
        tab.run("sessionStorage.setItem('ppocr-server token', 'one of yesterday')")
        tab.reload()
        tab.wait_for(f"{SAID} === 'The server does not know this token.'")
        assert tab.run(ASKED)
        assert tab.run(KEPT) == []


@pytest.mark.parametrize("page", ["/docs", "/schema", "/docs/"])
def test_the_page_works_below_a_path_of_a_proxy(browser, page):
    with Proxy() as proxy, serving(server={"public_url": proxy.url}) as url:
        proxy.target = url
        tab = browser.tab()
        tab.open(proxy.url + page)
        tab.wait_for(SHOWN)
        assert tab.run("document.querySelector('.servers option').value") == proxy.url
        assert tab.run(CALL_VERSION) == "200"
        assert proxy.seen[-1] == f"{PREFIX}/version"
        assert urljoin(f"{proxy.url}/", "openapi.json") in [request["url"] for request in tab.requests()]
        check_only_there(tab, proxy.url)
        assert tab.problems() == []
