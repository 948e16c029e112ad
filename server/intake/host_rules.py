"""The rules for URL input: the addresses that a connection may go to."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.ip_network("64:ff9b::/96")
LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254", "fd00:42::42"),
    )
)
"""Metadata addresses of clouds outside the link-local range, where machines get secrets: Azure, Alibaba, Oracle, AWS,
Google and Scaleway over IPv6. Some of them count as public, others as private."""


def is_allowed_address(text: str, allow_private: bool) -> bool:
    """Whether a connection may go to this address.

    Public addresses are allowed. Private and loopback addresses are allowed only if the operator says so. Never allowed
    are link-local addresses, where clouds keep their metadata, the clouds' other metadata addresses, and multicast,
    reserved and unspecified addresses. An IPv4 address inside an IPv6 address (mapped, 6to4, Teredo, NAT64) is judged
    itself. A network's own NAT64 is never allowed, because the address inside cannot be known.
    """
    return all(_is_allowed(address, allow_private) for address in _unwrap(ipaddress.ip_address(text.partition("%")[0])))


def _is_allowed(address: Address, allow_private: bool) -> bool:
    if address in METADATA or address in LOCAL_NAT64:
        return False
    if address.is_loopback:
        return allow_private
    if address.is_multicast or address.is_link_local or address.is_unspecified or address.is_reserved:
        return False
    return address.is_global or (allow_private and address.is_private)


def _unwrap(address: Address) -> tuple[Address, ...]:
    """The addresses that traffic to this address can reach."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address, address.sixtofour)
    if address.teredo is not None:
        return (address, *address.teredo)
    if address in NAT64:
        # In some Python versions the prefix itself counts as reserved. Only the address inside decides.
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)
