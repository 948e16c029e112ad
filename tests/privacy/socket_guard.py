"""A guard in every Python process of a server: whoever wants to talk to another machine is noted, and refused.

It needs no rights and, unlike the kernel's counters, also sees names that a resolver on this machine is asked for; it
does not see native code that opens sockets by itself. Put into a folder that leads ``PYTHONPATH`` this file runs when
an interpreter starts, and child processes inherit it: those of the server get its module path as ``PYTHONPATH``, but
hardly another variable, so the list of attempts lies beside this file.
"""

import ipaddress
import os
import shutil
import sys
from pathlib import Path

LIST = "attempts"
NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
ADDRESSES = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getnameinfo")


def put_into(folder: Path) -> None:
    """Have interpreters with this folder in ``PYTHONPATH`` be guarded."""
    shutil.copyfile(__file__, folder / "sitecustomize.py")


def attempts(folder: Path) -> list[str]:
    """Return the attempts of any process that the folder guards: e.g. ``socket.getaddrinfo example.com``.

    Raises:
        FileNotFoundError: it guards none.
    """
    return (folder / LIST).read_text(encoding="utf-8").splitlines()


def stays_here(host: object) -> bool:
    """Whether a host, by name or number, is this machine; no host at all means the same."""
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


def _watch() -> None:
    # Opened now: a decode worker may open no file later on.
    notes = os.open(Path(__file__).with_name(LIST), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event in NAMES:
            host = arguments[0]
        elif event in ADDRESSES and isinstance(arguments[-1], tuple):
            host = arguments[-1][0]
        else:
            # Any other event; and an address that is no tuple is a file's, or missing where a socket is connected.
            return
        if not stays_here(host):
            os.write(notes, f"{event} {host!s}\n".encode())
            raise PermissionError(f"{event}: nothing may leave this machine")

    sys.addaudithook(note)
    # It resolves names and connects in C, past Python's events; without it servers use asyncio's own loop.
    sys.modules["uvloop"] = None  # type: ignore[assignment]


if __name__ == "sitecustomize":
    _watch()
