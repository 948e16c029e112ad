"""Addresses that want the server to look where it must not, on every contract that takes addresses, over real HTTP."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import yaml

from server.contracts.registry import OWN
from tests.contract.adapters import Adapter, Key, Outcome, adapters
from tests.contract.conftest import IMAGE, PATIENCE_SECONDS, TEXT, WITH_TINY, Server

ALLOWED, WILD, REBINDING = "docs.example.com", "*.wild.example.com", "rebinding.example.com"
NOWHERE = "0.0.0.0"
MAX_REDIRECTS = 2
REFUSALS = (Outcome.REFUSED, Outcome.UNREADABLE, Outcome.TIMED_OUT)
"""An address is refused with one of these; a forbidden address is not told from one that nobody can reach."""


class Site(ThreadingHTTPServer):
    """A web server: what it was asked for, and where it sends who asks for ``/to/...``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.targets: dict[str, str] = {}


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        target = self.server.targets.get(self.path)
        self.send_response(302 if target is not None else 200 if self.path == "/a.png" else 404)
        if target is not None:
            self.send_header("Location", target)
        self.send_header("Content-Length", str(0 if target else len(IMAGE)))
        self.end_headers()
        self.wfile.write(b"" if target else IMAGE)

    def log_message(self, *_: object) -> None:
        return


class ResolvingServer(Server):
    program = WITH_TINY + "import runpy; runpy.run_module('tests.privacy.resolving_server', run_name='__main__')"


@dataclass
class Scene:
    """A server that may fetch from one site, and a site that nobody must ever ask.

    Attributes:
        server: may fetch from ``docs.example.com``, ``*.wild.example.com`` and ``rebinding.example.com``.
        site: what those names lead to, on ``port``.
        victim: another service of this machine.
        resolved: file with the names that were looked up.
    """

    server: Server
    site: Site
    victim: Site
    resolved: Path
    keys: dict[Adapter, Key | None]

    @property
    def port(self) -> int:
        return self.site.server_port

    def send(self, url: str) -> list[tuple[Adapter, requests.Response]]:
        """Hand the address to every contract that takes addresses, in each way that it does."""
        return [
            (contract, call.send(self.server.url, PATIENCE_SECONDS))
            for contract, key in self.keys.items()
            for call in contract.addresses(url, key)
        ]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("ssrf")
    site, victim = Site(), Site()
    port = site.server_port
    bad = ["169.254.169.254", "168.63.129.16", NOWHERE, "::", "fe80::1", "224.0.0.1", "::ffff:169.254.169.254"]
    table = {
        ALLOWED: [["127.0.0.1"]],
        "a.wild.example.com": [["127.0.0.1"]],
        REBINDING: [["127.0.0.1"], ["169.254.169.254"]],
        **{f"bad{number}.wild.example.com": [[address]] for number, address in enumerate(bad)},
        "mixed.wild.example.com": [["127.0.0.1", "169.254.169.254"]],
        "empty.wild.example.com": [[]],
    }
    rules = [f"{host}:{port}" for host in (ALLOWED, WILD, REBINDING)]
    urls = {
        "allowed_hosts": rules,
        "allow_private_addresses": True,
        "timeout_seconds": 5,
        "max_redirects": MAX_REDIRECTS,
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump({"ppocr_server": {"url_input": urls, "server": {"log_level": "debug"}}}))
    with ThreadPoolExecutor(2) as pool:
        for each in (site, victim):
            pool.submit(each.serve_forever, 0.05)
        variables = {"RESOLVER_TABLE": json.dumps(table), "RESOLVER_LOG": str(folder / "resolved")}
        server = ResolvingServer("--config", str(file), **variables)
        keys = {contract: contract.sign_in(server.url, None) for contract in adapters()}
        yield Scene(server, site, victim, folder / "resolved", keys)
        server.stop()
        for each in (site, victim):
            each.shutdown()
            each.server_close()


def check_refused(contract: Adapter, answer: requests.Response) -> None:
    """The contract says, in its own words, that it did not read the document."""
    reply = contract.reply(answer, requests.get)
    assert contract.outcome(reply) in REFUSALS, (contract.name, answer.status_code, answer.text)
    assert TEXT not in answer.text


def must_not_reach(scene: Scene, url: str) -> None:
    """Send an address to every contract; each must refuse it, without a word of why, and nobody may be asked."""
    site, victim = len(scene.site.asked), len(scene.victim.asked)
    for contract, answer in scene.send(url):
        check_refused(contract, answer)
        assert "127.0.0.1" not in answer.text.replace(scene.server.url, "")
    assert len(scene.victim.asked) == victim
    assert len(scene.site.asked) == site


def test_what_is_allowed_is_fetched(scene):
    takers = {contract.name for contract in adapters() if contract.any_port and list(contract.addresses("", None))}
    assert OWN in takers
    for host in (ALLOWED, "a.wild.example.com", f"{ALLOWED}.", ALLOWED.upper()):
        answers = scene.send(f"http://{host}:{scene.port}/a.png")
        assert {contract.name for contract, answer in answers if TEXT in answer.text} == takers, answers


LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0",
    NOWHERE,
    "localhost",
    "LOCALHOST.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
]
METADATA = [
    "169.254.169.254",
    "169.254.169.254.",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]",
    "168.63.129.16",
    "100.100.100.200",
    "metadata.google.internal",
]


@pytest.mark.parametrize("host", [*LOOPBACK, *METADATA])
def test_other_hosts_are_not_asked_in_whatever_notation(scene, host):
    must_not_reach(scene, f"http://{host}:{scene.victim.server_port}/a.png")
    must_not_reach(scene, f"http://{host}/latest/meta-data/a.png")


def test_hosts_that_are_not_allowed_are_not_even_looked_up(scene):
    names = set(scene.resolved.read_text(encoding="utf-8").split())
    allowed = {ALLOWED, "a.wild.example.com", REBINDING}
    assert {name for name in names if name not in allowed and not name.endswith(".wild.example.com")} == set()


@pytest.mark.parametrize(
    "url",
    [
        f"http://{ALLOWED}@127.0.0.1:{{victim}}/a.png",
        f"http://{ALLOWED}:{{port}}@127.0.0.1:{{victim}}/a.png",
        f"http://user:password@{ALLOWED}:{{port}}/a.png",
        f"http://127.0.0.1:{{victim}}#@{ALLOWED}:{{port}}/a.png",
        f"http://127.0.0.1:{{victim}}\\@{ALLOWED}:{{port}}/a.png",
        f"http://127.0.0.1:{{victim}}/?@{ALLOWED}:{{port}}/a.png",
        f"http://{ALLOWED}:{{victim}}/a.png",
        f"http://{ALLOWED}/a.png",
        f"http://{ALLOWED}:0/a.png",
        f"http://{ALLOWED}:99999/a.png",
        f"http://{ALLOWED}:{{port}}.127.0.0.1:{{victim}}/a.png",
        f"https://{ALLOWED}:{{victim}}/a.png",
        "http://wild.example.com:{port}/a.png",
        "http://evil-docs.example.com:{port}/a.png",
        f"http://{ALLOWED}.evil.example.org:{{port}}/a.png",
        f"http://127.0.0.1:{{victim}}%2f@{ALLOWED}:{{port}}/a.png",
        f"http://{ALLOWED}%00.evil.example.org:{{port}}/a.png",
        "http://[::1%25lo]:{victim}/a.png",
        "http://[127.0.0.1]:{victim}/a.png",
    ],
)
def test_tricks_with_user_names_and_ports(scene, url):
    must_not_reach(scene, url.format(port=scene.port, victim=scene.victim.server_port))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "file://localhost/etc/hostname.png",
        "gopher://127.0.0.1:{victim}/_GET%20/a.png",
        "ftp://127.0.0.1:{victim}/a.png",
        "dict://127.0.0.1:{victim}/a.png",
        "ldap://127.0.0.1:{victim}/a.png",
        "jar:http://127.0.0.1:{victim}/a.png!/",
        "data:image/png;base64,AAAA",
        "unix:/var/run/docker.sock:/a.png",
        "//127.0.0.1:{victim}/a.png",
        "javascript:alert(1)",
    ],
)
def test_other_schemes(scene, url):
    must_not_reach(scene, url.format(victim=scene.victim.server_port))


@pytest.mark.parametrize("name", [f"bad{number}" for number in range(7)] + ["mixed", "empty"])
def test_allowed_names_with_addresses_that_are_not(scene, name):
    must_not_reach(scene, f"http://{name}.wild.example.com:{scene.port}/a.png")


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{victim}/a.png",
        "http://localhost:{victim}/a.png",
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1:{victim}/a.png",
        "http:127.0.0.1:{victim}/a.png",
        "\\\\127.0.0.1:{victim}\\a.png",
        f"http://{ALLOWED}:{{victim}}/a.png",
        f"http://user@{ALLOWED}:{{port}}/a.png",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{victim}/x",
        "http://bad0.wild.example.com:{port}/a.png",
        "http://[::ffff:127.0.0.1]:{victim}/a.png",
        "http://2130706433:{victim}/a.png",
        "",
    ],
)
def test_redirects_are_checked_like_the_first_address(scene, target):
    scene.site.targets["/to/a.png"] = target.format(port=scene.port, victim=scene.victim.server_port)
    victim = len(scene.victim.asked)
    for contract, answer in scene.send(f"http://{ALLOWED}:{scene.port}/to/a.png"):
        check_refused(contract, answer)
    assert len(scene.victim.asked) == victim


def test_a_circle_of_redirects_ends(scene):
    scene.site.targets["/to/b.png"] = f"http://{ALLOWED}:{scene.port}/to/b.png"
    before = len(scene.site.asked)
    answers = scene.send(f"http://{ALLOWED}:{scene.port}/to/b.png")
    for contract, answer in answers:
        check_refused(contract, answer)
    asking = sum(contract.any_port for contract, _ in answers)
    assert len(scene.site.asked) - before == (1 + MAX_REDIRECTS) * asking


def test_dns_that_changes_its_mind(scene):
    """The server connects to the address that it checked; the next request is checked anew."""
    first, second = (
        requests.post(f"{scene.server.url}/ocr", json=_ocr(f"http://{REBINDING}:{scene.port}/a.png"), timeout=60)
        for _ in range(2)
    )
    assert TEXT in first.text
    assert second.status_code == 422
    assert scene.resolved.read_text(encoding="utf-8").split().count(REBINDING) == 2


def test_the_log_names_no_address_of_a_caller(scene):
    log = "".join(scene.server.log)
    assert "was not fetched" in log
    assert not [word for word in ("meta-data", "evil", "password", "docker.sock") if word in log]


def _ocr(url: str) -> dict[str, object]:
    return {"file": url, "fileType": 1, "visualize": False}
