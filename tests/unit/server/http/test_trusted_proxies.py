import pytest

from server.http.trusted_proxies import TrustedProxies

PROXIES = TrustedProxies(["10.0.0.0/8", "::1"])


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        *(("10.1.2.3", True), ("::1", True), ("::ffff:10.1.2.3", True)),
        *(("11.1.2.3", False), ("::2", False), ("testclient", False), ("", False), (None, False)),
    ],
)
def test_a_proxy_is_known_by_its_address(peer: str | None, trusted: bool) -> None:
    assert PROXIES.trusts(peer) is trusted


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("1.2.3.4", ["5.6.7.8"], "1.2.3.4"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["5.6.7.8"], "5.6.7.8"),
        # A client may send the header itself; what a proxy of ours adds comes last, in the same header or another one.
        ("10.0.0.1", ["9.9.9.9, 5.6.7.8"], "5.6.7.8"),
        ("10.0.0.1", ["9.9.9.9", "5.6.7.8"], "5.6.7.8"),
        ("10.0.0.1", ["5.6.7.8, 10.0.0.2", "10.0.0.3"], "5.6.7.8"),
        ("10.0.0.1", ["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
        ("10.0.0.1", ["5.6.7.8, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["5.6.7.8, unknown, 10.0.0.2"], "10.0.0.2"),
        ("::ffff:1.2.3.4", [], "1.2.3.4"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", [], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        (None, ["5.6.7.8"], ""),
        ("testclient", [], "testclient"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy(
    peer: str | None, forwarded_for: list[str], client: str
) -> None:
    assert PROXIES.client(peer, forwarded_for) == client
