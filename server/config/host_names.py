"""Reads the host names that this server answers to, and the origins of web pages that may use it."""

import re
from ipaddress import IPv6Address

_NAME = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_PATTERN = re.compile(rf"(?:\*\.)?{_NAME}(?:\.{_NAME})*", re.ASCII)
_AUTHORITY = re.compile(rf"(?P<host>{_NAME}(?:\.{_NAME})*\.?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{{0,5}}))?", re.ASCII)
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]+)")
DEFAULT_PORTS = {"http": "80", "https": "443"}


def read_authority(text: str) -> tuple[str, str] | None:
    """Read a host with or without a port, such as the header Host.

    Returns:
        The host and the port, which is empty if there is none. The host is in lower case, without a dot at its end. An
        address of IPv6 is in its shortest form, without brackets; one of IPv4 within it is the latter. None if this is
        something else: a user name, a zone, a path, a name that is not ASCII.
    """
    match = _AUTHORITY.fullmatch(text.lower()) if text.isascii() else None
    if match is None:
        return None
    host = match["host"].rstrip(".")
    if host.startswith("["):
        try:
            address = IPv6Address(host.strip("[]"))
        except ValueError:
            return None
        host = str(address.ipv4_mapped or address)
    return host, match["port"] or ""


def host_pattern(text: str) -> str:
    """Check an entry of the list of names that the server answers to: a name, ``*.domain`` or an address.

    Returns:
        The entry as `read_authority` gives hosts.

    Raises:
        ValueError: it is something else; the message says what is expected.
    """
    entry = _ascii(text.strip().lower().rstrip("."))
    if _PATTERN.fullmatch(entry) is not None:
        return entry
    parts = read_authority(f"[{entry.strip('[]')}]")
    if parts is None:
        raise ValueError("write a host name, *.domain or an address, without scheme, port and path")
    return parts[0]


def origin(text: str) -> str:
    """Check an origin of web pages: scheme, host, and a port unless it is the scheme's own.

    Returns:
        The origin as browsers write it.

    Raises:
        ValueError: it is something else; the message says what is expected.
    """
    match = _ORIGIN.fullmatch(text.strip().lower())
    parts = None if match is None else read_authority(_ascii(match["authority"]))
    if match is None or parts is None:
        raise ValueError("write an origin such as https://app.example.org, without a path; * and null are not allowed")
    host, port = parts
    shown = f"[{host}]" if ":" in host else host
    return f"{match['scheme']}://{shown}" + (f":{port}" if port and port != DEFAULT_PORTS[match["scheme"]] else "")


def _ascii(name: str) -> str:
    """The name as browsers send it: labels that are not ASCII become punycode."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("this is no host name") from error
