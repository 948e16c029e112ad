"""The fetcher against real servers on loopback; names are resolved by a table instead of DNS."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from server.admission.requests import Admission
from server.config.settings import UrlInputSettings
from server.errors import InvalidInputFile, Overloaded, UrlNotFetched
from server.intake.fetch import UrlFetcher

HOST = "docs.example.test"


class Site(BaseHTTPRequestHandler):
    """Paths are named after what they do."""

    requests: list[tuple[str, str, dict[str, str]]]

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers["host"], headers))  # type: ignore[attr-defined]
        path = self.path.partition("?")[0]
        if path.startswith("/to/"):
            self._answer(302, b"", Location=self.path.removeprefix("/to/"))
        elif path == "/big":
            self._answer(200, b"x" * 5000)
        elif path == "/big-unannounced":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 5000)
        elif path == "/packed":
            self._answer(200, b"x", **{"Content-Encoding": "gzip"})
        elif path == "/cookie":
            self._answer(302, b"", Location="/file", **{"Set-Cookie": "a=b"})
        elif path == "/not-http":
            self.wfile.write(b"CONFIDENTIAL first line of a document\r\nsecond line\r\n\r\n")
        elif path == "/forever":
            self.server.released.wait(20)  # type: ignore[attr-defined]
        else:
            self._answer(200 if path in {"/file", "/%E6%96%87%20.pdf"} else 404, b"content")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Site)
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.released = threading.Event()


@pytest.fixture
def site() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


async def loopback(host: str, port: int) -> list[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


def fetcher(site: Server, **settings: object) -> UrlFetcher:
    values = {
        "allowed_hosts": (f"{HOST}:{site.server_port}",),
        "allow_private_addresses": True,
        "timeout_seconds": 5.0,
        "max_bytes": 1000,
        **settings,
    }
    return UrlFetcher(UrlInputSettings.model_validate(values), resolve=loopback)


def fetch(site: Server, path: str = "/file", host: str = HOST, **settings: object) -> bytes:
    return asyncio.run(fetcher(site, **settings).fetch(f"http://{host}:{site.server_port}{path}"))


def refused(site: Server, path: str = "/file", host: str = HOST, **settings: object) -> str:
    """Return what was wrong, for contracts that tell it; the message is the same for everything."""
    with pytest.raises(UrlNotFetched) as caught:
        fetch(site, path, host, **settings)
    assert caught.value.message == "Invalid input file"
    return caught.value.problem


def test_a_listed_host_is_fetched_under_its_name(site: Server) -> None:
    assert fetch(site) == b"content"
    path, host, headers = site.requests[0]
    assert (path, host) == ("/file", f"{HOST}:{site.server_port}")
    assert {"cookie", "authorization"}.isdisjoint(headers)


def test_non_ascii_paths_are_quoted(site: Server) -> None:
    assert fetch(site, "/文 .pdf") == b"content"


def test_by_default_nothing_is_fetched(site: Server) -> None:
    refused(site, allowed_hosts=())
    assert site.requests == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "other.test", f"x.{HOST}"]
)
def test_hosts_that_are_not_listed(site: Server, host: str) -> None:
    refused(site, host=host)
    assert site.requests == []


def test_credentials_are_refused(site: Server) -> None:
    refused(site, host=f"user:password@{HOST}")
    refused(site, host=f"other.test@{HOST}")
    assert site.requests == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://h/a", "gopher://h/", "http://", "https://[x/a", "http://h:99999/", "http://h/a\nb"],
)
def test_other_schemes_and_malformed_addresses(site: Server, url: str) -> None:
    with pytest.raises(InvalidInputFile):
        asyncio.run(fetcher(site).fetch(url))


def test_private_addresses_are_refused_by_default(site: Server) -> None:
    refused(site, allow_private_addresses=False)
    assert site.requests == []


def test_one_bad_address_among_good_ones_is_enough(site: Server) -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    settings = UrlInputSettings(allowed_hosts=(f"{HOST}:{site.server_port}",))
    with pytest.raises(InvalidInputFile):
        asyncio.run(UrlFetcher(settings, resolve=mixed).fetch(f"http://{HOST}:{site.server_port}/file"))
    assert site.requests == []


def test_a_name_is_resolved_once_a_connection(site: Server) -> None:
    """DNS that answers differently the second time has no second time."""
    asked = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    settings = UrlInputSettings(allowed_hosts=(f"{HOST}:{site.server_port}",), allow_private_addresses=True)
    one = UrlFetcher(settings, resolve=rebinding)
    assert asyncio.run(one.fetch(f"http://{HOST}:{site.server_port}/file")) == b"content"
    assert asked == [HOST]
    with pytest.raises(InvalidInputFile):
        asyncio.run(one.fetch(f"http://{HOST}:{site.server_port}/file"))


def test_redirects_are_followed_within_the_list(site: Server) -> None:
    assert fetch(site, "/to//file") == b"content"
    assert fetch(site, f"/to/http://{HOST}:{site.server_port}/file") == b"content"


@pytest.mark.parametrize(
    "target",
    [
        "http://other.test/",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//other.test/",
        "https://h",
    ],
)
def test_redirects_out_of_the_list_are_refused(site: Server, target: str) -> None:
    refused(site, f"/to/{target}")
    assert len(site.requests) == 1


def test_redirects_end(site: Server) -> None:
    refused(site, "/to//to//to//to//file", max_redirects=3)
    assert fetch(site, "/to//to//to//file", max_redirects=3) == b"content"
    refused(site, "/to//file", max_redirects=0)


def test_cookies_are_not_kept(site: Server) -> None:
    assert fetch(site, "/cookie") == b"content"
    assert "cookie" not in site.requests[1][2]


@pytest.mark.parametrize("path", ["/big", "/big-unannounced", "/packed", "/missing"])
def test_answers_that_are_not_taken(site: Server, path: str) -> None:
    refused(site, path)


def test_what_arrives_is_charged_before_it_is_kept(site: Server) -> None:
    admission = Admission(9, 5)
    url = f"http://{HOST}:{site.server_port}/file"
    with admission.ticket() as ticket, pytest.raises(Overloaded):
        asyncio.run(fetcher(site).fetch(url, ticket.add_bytes))
    with admission.ticket() as ticket:
        charged: list[int] = []
        assert asyncio.run(fetcher(site).fetch(url, charged.append)) == b"content"
        assert sum(charged) == len(b"content")


def test_time_is_limited(site: Server) -> None:
    refused(site, "/forever", timeout_seconds=0.3)


def test_what_was_received_is_not_logged(site: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "server.intake.fetch"):
        refused(site, "/not-http")
    assert "ProtocolError" in caplog.text
    assert "CONFIDENTIAL" not in caplog.text


def test_our_own_refusals_are_logged_in_words(site: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "server.intake.fetch"):
        refused(site, "/packed")
    assert "an encoding that was not asked for" in caplog.text


def test_proxies_of_the_environment_are_ignored(site: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetch(site) == b"content"


def test_a_closed_port_is_refused() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = UrlInputSettings(allowed_hosts=(f"{HOST}:{port}",), allow_private_addresses=True)
    with pytest.raises(InvalidInputFile):
        asyncio.run(UrlFetcher(settings, resolve=loopback).fetch(f"http://{HOST}:{port}/"))


def test_an_unknown_name_is_refused() -> None:
    settings = UrlInputSettings(allowed_hosts=("nobody.invalid",))
    with pytest.raises(InvalidInputFile):
        asyncio.run(UrlFetcher(settings).fetch("http://nobody.invalid/"))


def test_tls_is_asked_for_by_name() -> None:
    """The first message of the handshake carries the host's name, though the connection goes to its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        hello = []

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                hello.append(connection.recv(4096))

        thread = threading.Thread(target=answer)
        thread.start()
        settings = UrlInputSettings(allowed_hosts=(f"{HOST}:{port}",), allow_private_addresses=True)
        with pytest.raises(InvalidInputFile):
            asyncio.run(UrlFetcher(settings, resolve=loopback).fetch(f"https://{HOST}:{port}/"))
        thread.join()
    assert HOST.encode() in hello[0]


def test_a_malformed_list_is_found_before_the_start() -> None:
    with pytest.raises(ValueError, match="it has another form"):
        UrlFetcher(UrlInputSettings(allowed_hosts=("http://h/",)))


@pytest.mark.parametrize(
    ("path", "host", "settings", "problem"),
    [
        ("/file", HOST, {"allowed_hosts": ()}, "blocked"),
        ("/file", HOST, {"allow_private_addresses": False}, "blocked"),
        ("/file", f"user:password@{HOST}", {}, "malformed"),
        ("/missing", HOST, {}, "not_found"),
        ("/packed", HOST, {}, "unusable"),
        ("/not-http", HOST, {}, "unusable"),
        ("/big", HOST, {}, "too_large"),
        ("/forever", HOST, {"timeout_seconds": 0.3}, "timeout"),
        ("/to/file:///etc/passwd", HOST, {}, "malformed"),
    ],
)
def test_what_was_wrong_is_told_apart(
    site: Server, path: str, host: str, settings: dict[str, object], problem: str
) -> None:
    assert refused(site, path, host, **settings) == problem


def test_a_port_that_nobody_listens_on_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = UrlInputSettings(allowed_hosts=(f"{HOST}:{port}",), allow_private_addresses=True)
    with pytest.raises(UrlNotFetched) as caught:
        asyncio.run(UrlFetcher(settings, resolve=loopback).fetch(f"http://{HOST}:{port}/"))
    assert caught.value.problem == "unreachable"
