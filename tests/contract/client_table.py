"""The table of `docs/clients.md`: which clients of other makers work with this server, by the tests that run them.

A test names its client with ``@pytest.mark.client("name", "version", "what to set")``. If the client works with a
restriction, or cannot work, it adds ``but="why"`` or ``cannot="why"``. ``pytest tests/contract --write-client-table``
rewrites the table; `test_client_table.py` fails when the document says something else than the tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from tests.contract.document_table import DocumentTable

TABLE = DocumentTable(
    "clients.md",
    "<!-- clients: written by the tests -->",
    "<!-- clients: end -->",
    "| client | version | set | |\n|---|---|---|---|",
)


@dataclass(slots=True)
class Row:
    """One client."""

    name: str
    version: str
    set: str
    but: list[str] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verdict = "works" if not self.but else "works, but " + "; ".join(self.but)
        if self.cannot:
            verdict += "; cannot: " + "; ".join(self.cannot)
        return f"| {self.name} | {self.version} | {self.set} | {verdict} |"


def rows(items: Iterable[pytest.Item]) -> list[Row]:
    """Gather the rows from collected tests."""
    found: dict[tuple[str, str], Row] = {}
    for item in items:
        for mark in item.iter_markers("client"):
            name, version, setting = mark.args
            row = found.setdefault((name, setting), Row(name, version, setting))
            for verdict, told in (("but", row.but), ("cannot", row.cannot)):
                why = mark.kwargs.get(verdict)
                if why and why not in told:
                    told.append(why)
    return list(found.values())
