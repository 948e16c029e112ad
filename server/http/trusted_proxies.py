"""Says which connections come from a configured proxy, and which client is behind it.

Anyone can send forwarding headers. They count only if the connection comes from a configured proxy.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
_SITE_BITS = 64
"""One site has as many IPv6 addresses as it likes below its network of this size."""


class TrustedProxies:
    """The configured proxies.

    Args:
        networks: addresses or networks.

    Raises:
        ValueError: one of them is neither an address nor a network.
    """

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = tuple(ip_network(network, strict=False) for network in networks)

    def trusts(self, peer: str | None) -> bool:
        """Whether the other end of a connection is one of the proxies."""
        address = _address(peer or "")
        return address is not None and any(address in network for network in self._networks)

    def client(self, peer: str | None, forwarded_for: Iterable[str]) -> str:
        """The address of the client, as limits count it. An IPv6 address stands for its network of 64 bits.

        Args:
            peer: address of the other end of the connection; None for a Unix socket.
            forwarded_for: the values of all headers X-Forwarded-For, in their order. Each proxy adds the address that
                it was called from at the end. So the client is the last one that is no proxy of ours.
        """
        client = peer or ""
        for hop in reversed([hop.strip() for value in forwarded_for for hop in value.split(",")]):
            if not self.trusts(client) or _address(hop) is None:
                break
            client = hop
        address = _address(client)
        if isinstance(address, IPv6Address):
            return str(ip_network((int(address), _SITE_BITS), strict=False))
        return client if address is None else str(address)


def _address(text: str) -> Address | None:
    """An address. One of IPv4 that is written as IPv6 becomes the former."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
