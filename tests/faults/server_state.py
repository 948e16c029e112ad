"""A server's state is what it says of itself and whether it serves as ever."""

import re

import requests

from tests.contract.conftest import wait_until
from tests.faults.conftest import FaultyServer
from tests.faults.load import Tally


def metric(server: FaultyServer, series: str) -> float:
    """The value of a series of ``/metrics``, labels included; 0 where it does not exist."""
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def is_well(server: FaultyServer) -> None:
    """A page is read as ever, and nothing of anybody else's is left inside."""
    tally = Tally()
    with requests.Session() as session:
        tally.ask(session, server.url, 1)
    tally.check("the next client")
    assert tally.answered == 1
    wait_until(lambda: metric(server, "ppocr_queue_requests") == 0)
    wait_until(lambda: metric(server, "ppocr_queue_bytes") == 0)
