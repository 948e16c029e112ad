import pytest

from server.http.public_url import PublicUrl
from server.http.trusted_proxies import TrustedProxies

FORWARDED = {"host": "inner:8080", "x-forwarded-proto": "https", "x-forwarded-host": "ocr.example, other"}


def test_the_configured_address_wins():
    assert PublicUrl("https://a.example/ocr/", TrustedProxies(["10.0.0.0/8"])).base(
        "http", "10.0.0.1", FORWARDED, "b"
    ) == ("https://a.example/ocr")


def test_the_host_header_is_next_and_the_bound_address_last():
    assert PublicUrl(None, TrustedProxies([])).base("http", "1.2.3.4", {"host": "h:1"}, "b:2") == "http://h:1"
    assert PublicUrl(None, TrustedProxies([])).base("https", None, {}, "b:2") == "https://b:2"


@pytest.mark.parametrize("peer", ["10.1.2.3", "::1"])
def test_forwarding_headers_count_from_a_trusted_proxy(peer):
    assert (
        PublicUrl(None, TrustedProxies(["10.0.0.0/8", "::1"])).base("http", peer, FORWARDED, "b")
        == "https://ocr.example"
    )


@pytest.mark.parametrize("peer", ["11.1.2.3", None, "testclient"])
def test_and_from_nobody_else(peer):
    assert PublicUrl(None, TrustedProxies(["10.0.0.0/8"])).base("http", peer, FORWARDED, "b") == "http://inner:8080"


MALFORMED = [
    "",
    "a b",
    "a/b",
    "user@host",
    "host:",
    "host:0",
    "host:65536",
    "host:1:2",
    "a\r\nX: y",
    "é",
    "[::1",
    "?x",
    "a" * 300,
]


@pytest.mark.parametrize("host", MALFORMED)
def test_a_malformed_host_never_gets_into_a_link(host):
    assert PublicUrl(None, TrustedProxies([])).base("http", None, {"host": host}, "b:2") == "http://b:2"
    headers = {"host": "h", "x-forwarded-host": host or "/", "x-forwarded-proto": "javascript"}
    assert PublicUrl(None, TrustedProxies(["10.0.0.1"])).base("http", "10.0.0.1", headers, "b:2") == "http://b:2"


@pytest.mark.parametrize(
    "host", ["a", "ocr.example:8080", "127.0.0.1:1", "[::1]:65535", "my_service", "xn--tst-qla.example"]
)
def test_a_proper_host_does(host):
    assert PublicUrl(None, TrustedProxies([])).base("https", None, {"host": host}, "b:2") == f"https://{host}"


def test_an_ipv4_peer_on_an_ipv6_socket_is_the_same_proxy():
    assert (
        PublicUrl(None, TrustedProxies(["10.0.0.0/8"])).base("http", "::ffff:10.0.0.9", FORWARDED, "b")
        == "https://ocr.example"
    )
