import socket

import httpx
import pytest
import requests

from benchmarks.compare.egress import NothingLeaves, host_of, is_outside, only_to, proxy_hosts
from tests.unit.benchmarks.compare.stand_in import Said, standing_in

OUTSIDE = "192.0.2.1"
"""An address for documentation: nobody has it, so a test that fails sends to nobody."""


@pytest.mark.parametrize(
    ("host", "outside"),
    [("127.0.0.1", False), ("127.8.8.8", False), ("::1", False), ("localhost", False), (OUTSIDE, True),
     ("10.0.0.1", True), ("0.0.0.0", True), ("no-such-host.invalid", True), ("x" * 300, True), ("", True)],
)  # fmt: skip
def test_only_loopback_is_inside(host: str, outside: bool) -> None:
    assert is_outside(host) is outside


def test_the_host_of_an_address() -> None:
    assert host_of("https://user:word@Example.COM:8443/path?key=1") == "example.com"
    assert host_of("http://[::1]:80/") == "::1"


@pytest.mark.parametrize("library", [httpx.get, requests.get])
def test_whatever_library_asks_nothing_leaves(library) -> None:
    with standing_in(lambda _asked: Said({})) as server:
        with only_to({"127.0.0.1"}):
            assert library(server.url, timeout=5).status_code == 200
            for address in (f"http://{OUTSIDE}/", "http://no-such-host.invalid/"):
                with pytest.raises(Exception) as refused:  # noqa: PT011 - each library has its own
                    library(address, timeout=5)
                assert "--send-to does not name it" in str(refused.value)
        assert library(server.url, timeout=5).status_code == 200


def test_a_connection_without_a_look_up_is_refused() -> None:
    with only_to({"localhost"}), socket.socket() as direct, pytest.raises(NothingLeaves):
        direct.connect((OUTSIDE, 80))
    with only_to(()), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram, pytest.raises(NothingLeaves):
        datagram.sendto(b"x", (OUTSIDE, 53))


def test_a_host_that_is_allowed_is_looked_up() -> None:
    with only_to({"no-such-host.invalid"}):
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("no-such-host.invalid", 80)
        with pytest.raises(NothingLeaves):
            socket.getaddrinfo("another-host.invalid", 80)


def test_after_the_block_all_is_as_before() -> None:
    with only_to(()):
        pass
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("no-such-host.invalid", 80)


def test_the_hosts_of_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_hosts() == ()
    monkeypatch.setenv("https_proxy", "http://user:word@proxy.example:3128")
    assert proxy_hosts() == ("proxy.example",)
