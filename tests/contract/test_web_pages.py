"""What a web page of somebody else can do with a server without tokens: over raw sockets, and with a real browser."""

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.contract.browser import IN_BROWSER, OPTIONS, PATIENCE_SECONDS, PROGRAM
from tests.contract.conftest import IMAGE, TEXT, Server, body

CONTENT = json.dumps(body(IMAGE)).encode()


def status_line(server: Server, head: str) -> str:
    """Announce a document, send none of it, and give the first line of the answer, or 'the body' if it is awaited."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        expect = f"Expect: 100-continue\r\nContent-Length: {len(CONTENT)}\r\n\r\n"
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1") + expect.encode())
        line = connection.recv(65536).split(b"\r\n")[0].decode()
        return "the body" if " 100 " in line else line.partition(" ")[2]


REFUSED, CROSS = "421 Misdirected Request", "403 Forbidden"


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("POST /ocr HTTP/1.1\nHost: localhost\n", "the body"),
        ("POST /ocr HTTP/1.1\nhOsT: LOCALHOST.:99\n", "the body"),
        ("POST /ocr HTTP/1.1\nHost: [::1]:8080\n", "the body"),
        ("POST /ocr HTTP/1.1\nHost: api.capsolver.com\n", "the body"),
        ("POST /ocr HTTP/1.1\nHost: evil.example\n", REFUSED),
        ("POST /ocr HTTP/1.1\nHost: localhost@evil.example\n", REFUSED),
        ("POST /ocr HTTP/1.1\nHost:\n", REFUSED),
        ("POST /ocr HTTP/1.1\nHost: localhost\nHost: localhost\n", REFUSED),
        ("POST /ocr HTTP/1.1\nHost: evil.example\nX-Forwarded-Host: localhost\n", REFUSED),
        # What a browser sends to a proxy: both name the same host.
        ("POST http://evil.example/ocr HTTP/1.1\nHost: evil.example\n", REFUSED),
        ("POST /ocr HTTP/1.1\nHost: localhost\nOrigin: https://evil.example\n", CROSS),
        ("POST /ocr HTTP/1.1\nHost: localhost\nOrigin: null\n", CROSS),
        ("POST /ocr HTTP/1.1\nHost: localhost\nOrigin: http://localhost\n", "the body"),
        ("POST /ocr HTTP/1.1\nHost: localhost\nSec-Fetch-Site: cross-site\n", CROSS),
        ("POST /ocr HTTP/1.1\nHost: localhost\nSec-Fetch-Site: same-origin\nOrigin: http://localhost\n", "the body"),
        ("POST /createTask HTTP/1.1\nHost: evil.example\n", REFUSED),
        ("POST /nothing HTTP/1.1\nHost: evil.example\n", REFUSED),
    ],
)
def test_a_request_is_refused_by_its_head(server, head, answer):
    assert status_line(server, head) == answer


def test_a_request_of_http_1_0_needs_no_host(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        head = f"POST /ocr HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(CONTENT)}\r\n\r\n"
        connection.sendall(head.encode() + CONTENT)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert TEXT.encode() in answer


PAGE = """<!DOCTYPE html><title>somebody else's page</title><pre id="out"></pre><iframe name="hidden"></iframe><script>
const server = "http://127.0.0.1:%(port)d", own = "http://" + location.hostname + ":%(port)d";
const document_ = %(content)s;
async function tried(name, url, options) {
  try {
    const answer = await fetch(url, options);
    const text = options.mode === "no-cors" ? answer.type : answer.status + " " + await answer.text();
    return name + ": " + text.replace(/\\s+/g, " ");
  } catch (error) { return name + ": " + error.name; }
}
(async () => {
  const json = {method: "POST", body: document_, headers: {"Content-Type": "application/json"}};
  const lines = [
    await tried("read", server + "/ocr", json),
    await tried("blind", server + "/ocr", {method: "POST", body: document_, mode: "no-cors"}),
    await tried("metrics", server + "/metrics", {}),
    await tried("rebound", own + "/ocr", json),
  ];
  document.getElementById("out").textContent = lines.join("\\n") + "\\ndone";
})();
</script>
"""


class Pages:
    """Serves the page at a port of its own, for any host name."""

    def __init__(self) -> None:
        self.target = 0
        """The port of the server that the page tries to use."""
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = (PAGE % {"port": pages.target, "content": json.dumps(CONTENT.decode())}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def allowing() -> Iterator[tuple[Server, Pages]]:
    """A server that one page may use, and the page."""
    pages = Pages()
    running = Server("--set", f"server.cors_origins=[http://app.example:{pages.port}]")
    pages.target = running.port
    yield running, pages
    running.stop()
    pages.close()


def told(url: str, profile: Path, rules: str) -> dict[str, str]:
    """Open a page in a browser, and give what its script wrote, by the first word of each line."""
    command = [
        *(str(PROGRAM), *OPTIONS),
        # Newer browsers ask the user before a page may call this machine. The server must not depend on that.
        "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
        *(f"--user-data-dir={profile}", f"--host-resolver-rules={rules}", "--virtual-time-budget=60000", "--dump-dom"),
        url,
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False).stdout
    found = re.search(r'<pre id="out">(.*?)\ndone</pre>', shown, re.DOTALL)
    assert found, shown[-2000:]
    return dict(line.split(": ", 1) for line in found[1].splitlines())


def seen(allowing: tuple[Server, Pages], name: str, profile: Path) -> tuple[dict[str, str], str]:
    """What the page of this host name got, and what the server logged meanwhile."""
    server, pages = allowing
    before = len(server.log)
    lines = told(f"http://{name}:{pages.port}/", profile, f"MAP {name} 127.0.0.1")
    return lines, "".join(server.log[before:])


@IN_BROWSER
def test_a_browser_does_not_read_for_somebody_elses_page(allowing, tmp_path):
    """The name of the page's host leads to this machine, as after DNS rebinding."""
    lines, log = seen(allowing, "evil.example", tmp_path)
    assert (lines["read"], lines["metrics"]) == ("TypeError", "TypeError")
    assert lines["blind"] == "opaque"
    assert TEXT not in "".join(lines.values())
    assert "error=CrossSiteRequest" in log
    assert "error=WrongHost" in log
    assert "pages=1" not in log


@IN_BROWSER
def test_a_browser_reads_for_the_page_of_an_allowed_origin(allowing, tmp_path):
    lines, _ = seen(allowing, "app.example", tmp_path)
    assert lines["read"].startswith("200 ")
    assert TEXT in lines["read"]
    # Its origin stands for one route. Its host name is no name of this server.
    assert lines["metrics"] == "TypeError"
    assert TEXT not in lines["rebound"]
