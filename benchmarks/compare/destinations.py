"""Where the providers of a plan are, and which of them the command line must allow."""

import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.compare.egress import host_of, is_outside, only_to, proxy_hosts
from benchmarks.compare.errors import NotCompared, WrongPlan
from benchmarks.compare.plan import Contender, Plan

THIS_MACHINE = "this machine"
PORTS = {"http": 80, "https": 443}
REACH_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the documents of a provider go.

    Attributes:
        host: of its address, or `THIS_MACHINE` for a program.
        hosts: all hosts that its client speaks with.
        outside: those of them that are not this machine.
    """

    host: str
    hosts: tuple[str, ...]
    outside: tuple[str, ...]


def destination_of(contender: Contender) -> Destination:
    """Look up where a provider is.

    Raises:
        WrongPlan: its address is no URL of HTTP.
    """
    address = contender.address
    if address is None:
        return Destination(THIS_MACHINE, (), ())
    hosts = []
    for each in (address, *contender.provider.also(contender.settings)):
        if urlsplit(each).scheme not in PORTS or not host_of(each):
            raise WrongPlan(f"providers.{contender.name}: an address begins with http:// or https:// and has a host.")
        hosts.append(host_of(each))
    hosts = list(dict.fromkeys(hosts))
    return Destination(hosts[0], tuple(hosts), tuple(filter(is_outside, hosts)))


def check_allowed(destinations: Iterable[Destination], send_to: Iterable[str]) -> None:
    """See that the command line names every host beyond this machine.

    Raises:
        WrongPlan: it does not.
    """
    allowed = {host.lower() for host in send_to}
    needed = dict.fromkeys(host for each in destinations for host in each.outside)
    if needed:
        needed |= dict.fromkeys(filter(is_outside, proxy_hosts()))
    absent = [host for host in needed if host not in allowed]
    if absent:
        options = " ".join(f"--send-to {host}" for host in absent)
        raise WrongPlan(
            f"Nothing was sent: the plan sends documents beyond this machine. To allow that, give {options}"
        )


@contextmanager
def gate(destinations: Iterable[Destination], send_to: Iterable[str]) -> Iterator[None]:
    """Until the block ends, this process speaks with the hosts of the plan and no others, and with itself directly."""
    inside = {host for each in destinations for host in each.hosts if host not in each.outside}
    before = os.environ.get("NO_PROXY")
    os.environ["NO_PROXY"] = ",".join(filter(None, [before, "localhost", "127.0.0.1", "::1", *sorted(inside)]))
    try:
        with only_to({*inside, *send_to}):
            yield
    finally:
        if before is None:
            del os.environ["NO_PROXY"]
        else:
            os.environ["NO_PROXY"] = before


def reach(contender: Contender, destination: Destination) -> None:
    """Open a connection and close it again, so that a host that is not there is told of once.

    Raises:
        NotCompared: no connection is made.
    """
    if contender.address is None:
        return
    if destination.outside and proxy_hosts():
        return  # the proxy's name service may know the host where ours does not
    parts = urlsplit(contender.address)
    port = parts.port or PORTS[parts.scheme]
    try:
        socket.create_connection((destination.host, port), REACH_SECONDS).close()
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise NotCompared(
            f"{destination.host}, port {port}, cannot be reached ({reason}). Nothing was sent to it."
        ) from error


def destinations_of(plan: Plan) -> dict[str, Destination]:
    """Where each provider of a plan is, by its name."""
    return {each.name: destination_of(each) for each in plan.contenders}
