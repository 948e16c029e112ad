"""Allow-list entries: which hosts and ports they allow, and which are malformed."""

import pytest

from server.config.host_rule import HostRule


@pytest.mark.parametrize(
    ("entry", "scheme", "host", "port", "allowed"),
    [
        ("docs.example.com", "https", "docs.example.com", 443, True),
        ("docs.example.com", "http", "docs.example.com", 80, True),
        ("docs.example.com", "https", "docs.example.com", 80, False),
        ("docs.example.com", "https", "docs.example.com", 8443, False),
        ("docs.example.com:8443", "https", "docs.example.com", 8443, True),
        ("docs.example.com:8443", "https", "docs.example.com", 443, False),
        ("docs.example.com", "https", "evil-docs.example.com", 443, False),
        ("docs.example.com", "https", "docs.example.com.evil.com", 443, False),
        ("*.example.com", "https", "a.b.example.com", 443, True),
        ("*.example.com", "https", "example.com", 443, False),
        ("*.example.com", "https", "badexample.com", 443, False),
        ("Docs.Example.COM.", "https", "docs.example.com", 443, True),
        ("[::1]:8080", "http", "::1", 8080, True),
        ("127.0.0.1", "http", "2130706433", 80, False),
    ],
)
def test_rules(entry: str, scheme: str, host: str, port: int, allowed: bool) -> None:
    assert HostRule.parse(entry).allows(scheme, host, port) is allowed


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*",
        "*.",
        "http://h",
        "h/path",
        "a b",
        "h:",
        "h:port",
        "u@h",
        "a.*.com",
        "h:0",
        "h:99999",
        "127.0.0.1:*",
        "999.1.1.1",
        "[1.2.3.4]",
        "[::::]",
        "a..b",
        "x" * 64,
        "-a.b",
    ],
)
def test_malformed_entries_are_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="allowed host"):
        HostRule.parse(entry)
