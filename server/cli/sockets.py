"""Binds the listening port before anything slow happens, so that a port in use is reported at once."""

import errno
import socket
from collections.abc import Sequence

from server.cli.failures import Failure


def listen_on(host: str, port: int) -> list[socket.socket]:
    """Bind every address that a host name stands for.

    Args:
        host: address or name.
        port: 0 takes any free port, the same for all addresses.

    Returns:
        Bound sockets that do not accept yet. Clients are refused until the server listens.

    Raises:
        Failure: the port is taken or not allowed, or the host has no address here.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise Failure(f"Cannot listen on '{host}' (server.host): {error.strerror}.") from error
    bound: list[socket.socket] = []
    for family, _, _, _, address in addresses:
        taken = bound[0].getsockname()[1] if bound else port
        bound.append(_bind(family, (address[0], taken, *address[2:])))
    return bound


def url_of(listening: socket.socket, secure: bool) -> str:
    """The URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{shown}:{port}"


def _bind(family: socket.AddressFamily, address: Sequence[str | int]) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        listening.bind(tuple(address))
    except OSError as error:
        listening.close()
        raise Failure(_reason(error, str(address[0]), int(address[1]))) from error
    return listening


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program. Stop it, or choose another port with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} on {host} needs more rights than this user has. Choose one above 1023 with --port."
    return f"Cannot listen on {host} port {port}: {error.strerror}."
