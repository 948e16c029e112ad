"""Every file of the corpus to every contract of a real server: each gets what its contract prescribes for it."""

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.process_tree import tree_bytes
from tests.contract.adapters import Adapter, File, Reply, adapter, adapters
from tests.contract.conftest import Server, SharedServer
from tests.hostile.corpus import corpus, expected, wrong

PAGE_SECONDS, PATIENCE_SECONDS = 4, 120
CLIENTS = 4
KNOWN = "plain.png"
SLOWEST_FIRST = ("scans.jpg",)
MAX_GROWTH = 128 * 2**20
"""Bytes of the whole process tree when everything is sent once more: what the first time takes is taken once."""

NEEDS_OFFICE = frozenset({"plain.docx"})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = SharedServer("--set", f"decode.page_timeout_seconds={PAGE_SECONDS}")
    yield running
    running.stop()


@dataclass(frozen=True)
class Held:
    """The resources that a server's process tree holds."""

    descriptors: int
    children: int

    @classmethod
    def by(cls, server: Server) -> "Held":
        process = Path("/proc") / str(server.process.pid)
        children = sum(len((task / "children").read_text().split()) for task in (process / "task").iterdir())
        return cls(len(list((process / "fd").iterdir())), children)


def test_every_file_has_an_outcome_and_every_difference_is_about_a_file() -> None:
    names = set(corpus())
    assert names == set(expected())
    assert [name for contract in adapters() for name in contract.hostile if name not in names] == []


def test_every_file_gets_from_every_contract_what_that_contract_prescribes(server: Server) -> None:
    keys = {contract.name: contract.sign_in(server.url, None) for contract in adapters()}

    def ask(contract: Adapter, name: str, data: bytes) -> Reply:
        return contract.ask(server.url, File(name, data), keys[contract.name], PATIENCE_SECONDS)

    names = [*SLOWEST_FIRST, *(name for name in corpus() if name not in SLOWEST_FIRST)]
    if shutil.which("soffice") is None:
        names = [name for name in names if name not in NEEDS_OFFICE]
    for contract in adapters():
        assert wrong(contract, KNOWN, ask(contract, KNOWN, corpus()[KNOWN]())) is None
    held = Held.by(server)

    def check(name: str) -> list[str]:
        data = corpus()[name]()
        faults, begin = [], time.monotonic()
        for contract in adapters():
            fault = wrong(contract, name, ask(contract, name, data))
            faults += [fault] if fault else []
        if time.monotonic() - begin > PATIENCE_SECONDS:
            faults.append(f"{name}: too slow")
        return faults

    with ThreadPoolExecutor(CLIENTS) as pool:
        faults = [fault for found in pool.map(check, names) for fault in found]
    assert faults == []
    for contract in adapters():
        assert wrong(contract, KNOWN, ask(contract, KNOWN, corpus()[KNOWN]())) is None
    # Each worker may have its successor beside it.
    assert held.children <= Held.by(server).children <= 2 * held.children
    assert Held.by(server).descriptors <= held.descriptors + held.children + CLIENTS
    resident = tree_bytes(server.process.pid)
    with ThreadPoolExecutor(CLIENTS) as pool:
        again = [name for name in names if name not in {*SLOWEST_FIRST, *NEEDS_OFFICE}]
        list(pool.map(lambda name: ask(adapter("paddlex"), name, corpus()[name]()), again))
    assert tree_bytes(server.process.pid) - resident < MAX_GROWTH
    assert "Traceback" not in "".join(server.log)
