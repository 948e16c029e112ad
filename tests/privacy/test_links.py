"""Links to pictures and results: nobody guesses them, they end, lead nowhere else, and browsers run nothing of them."""

import re
import socket
from collections.abc import Iterator

import pytest
import requests
import yaml

from tests.contract.conftest import IMAGE, PATIENCE_SECONDS, Server, body, wait_until

SECONDS = 6


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Links that work for a few seconds; pictures in a directory."""
    folder = tmp_path_factory.mktemp("links")
    storage = {"type": "file_system", "directory": str(folder / "pictures")}
    config = {
        "Serving": {"return_urls": True, "extra": {"file_storage": storage, "url_expires_in": SECONDS}},
        "ppocr_server": {"contracts": {"file_task": {"retention_seconds": SECONDS}}},
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config))
    running = Server("--config", str(file))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def links(server: Server) -> dict[str, str]:
    """A link to a picture and one to a result, asked for at the same time."""
    answer = requests.post(f"{server.url}/ocr", json=body(IMAGE) | {"visualize": True}, timeout=PATIENCE_SECONDS)
    (picture, *_) = re.findall(rf"{re.escape(server.url)}/files/[^\"]+", answer.text)
    task = requests.post(f"{server.url}/task/pic/ocr", files={"image_file": ("a.png", IMAGE)}, timeout=PATIENCE_SECONDS)
    return {"picture": picture, "result": task.json()["data"]["file"]}


KINDS = pytest.mark.parametrize("kind", ["picture", "result"])


@KINDS
def test_browsers_run_nothing_of_a_file(links, kind):
    answer = requests.get(links[kind], timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "public" not in answer.headers["Cache-Control"]
    kinds = {"picture": ("image/jpeg", "attachment"), "result": ("text/plain", "attachment")}
    assert answer.headers["Content-Type"].startswith(kinds[kind][0])
    assert answer.headers["Content-Disposition"].startswith(kinds[kind][1])


@KINDS
def test_a_link_holds_more_than_anybody_tries(links, kind):
    token = links[kind].rsplit("/", 2)[1]
    longest = max(re.split(r"\.", token), key=len)
    assert len(longest) >= 43, "256 bits"


@KINDS
def test_no_other_link_opens_anything(server, links, kind):
    start, token, name = links[kind].rsplit("/", 2)
    first = "A" if token[0] != "A" else "B"
    changed = [first + token[1:], token[:-1], token + "A", token.swapcase(), "0", ""]
    for other in changed:
        assert requests.get(f"{start}/{other}/{name}", timeout=PATIENCE_SECONDS).status_code in (401, 404), other
    for other in ("", ".", "..", "other.txt", f"%2e%2e%2f{name}", "..%2f..%2fetc%2fpasswd", f"{name}%00"):
        assert requests.get(f"{start}/{token}/{other}", timeout=PATIENCE_SECONDS).status_code == 404, other


@pytest.mark.parametrize(
    "path",
    [
        "/files",
        "/files/",
        "/task/files",
        "/task/files/",
        "/static/",
        "/schema/assets/",
        "/schema/assets/LICENSE",
        "/schema/assets/..%2f..%2f__init__.py",
        "/schema/assets/%2e%2e/%2e%2e/app.py",
        "/page/",
        "/page/texts",
        "/page/..%2f..%2f__init__.py",
        "/page/%2e%2e/%2e%2e/app.py",
        "/../configs/default.yaml",
    ],
)
def test_nothing_is_listed_and_no_path_leads_out(server, path):
    answer = _raw(server, path)
    assert answer.split(b"\r\n", 1)[0].split()[1] in (b"404", b"405", b"400")


@KINDS
def test_links_end(links, kind):
    """After the others, because it waits for that."""
    wait_until(lambda: requests.get(links[kind], timeout=PATIENCE_SECONDS).status_code == 404)


def _raw(server: Server, path: str) -> bytes:
    """A request as it stands: HTTP libraries tidy paths up before they send them."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65_536), b""))
