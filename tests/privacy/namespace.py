"""A network without a way out, and how often somebody looked for one: the kernel's own counters.

In a fresh network namespace there is the loopback interface and no route. Whoever tries to send a packet to another
machine, be it Python, a native library or a child process, for a connection or to ask for a name, makes the kernel look
for a route, fail, and count.
"""

import fcntl
import ipaddress
import shutil
import socket
import struct
import subprocess
from pathlib import Path

COMMAND = ("unshare", "--map-root-user", "--net")
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def available() -> bool:
    """Whether this machine lets its users have network namespaces."""
    return shutil.which(COMMAND[0]) is not None and subprocess.run([*COMMAND, "true"], check=False).returncode == 0


def raise_loopback() -> None:
    """Switch the loopback interface of a new namespace on.

    Raises:
        OSError: this is no namespace of the caller's own.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        (flags,) = struct.unpack("16xh14x", answer)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def attempts() -> int:
    """Count how often anything in this namespace looked for a route and found none, over IPv4 and IPv6."""
    return _counter4() + _counter6()


def sees_look_ups() -> bool:
    """Whether names are asked of another machine, and not of a resolver on this one that would go there itself."""
    path = Path("/etc/resolv.conf")
    rows = (line.split() for line in path.read_text().splitlines()) if path.exists() else ()
    servers = [row[1].partition("%")[0] for row in rows if len(row) > 1 and row[0] == "nameserver"]
    return any(not ipaddress.ip_address(server).is_loopback for server in servers)


def _counter4() -> int:
    rows = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    return int(rows[1][rows[0].index("OutNoRoutes")])


def _counter6() -> int:
    path = Path("/proc/net/snmp6")
    rows = (line.split() for line in path.read_text().splitlines()) if path.exists() else ()
    return sum(int(value) for name, value in rows if name == "Ip6OutNoRoutes")
