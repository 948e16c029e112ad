"""The table of contracts in `docs/contracts.md`: which operations work, by the tests that exercise them.

A test names its operation with ``@pytest.mark.operation("Contract", "operation")``. If we differ from the vendor on
purpose, it adds ``differs="how"``. ``pytest tests/contract --write-contract-table`` rewrites the table after a run in
which all of these passed; `test_coverage_table.py` fails when the document says something else than the tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from tests.contract.document_table import DocumentTable

TABLE = DocumentTable(
    "contracts.md",
    "<!-- contracts: written by the tests -->",
    "<!-- contracts: end -->",
    "| contract | operation | |\n|---|---|---|",
)


@dataclass(slots=True)
class Row:
    """One operation of one contract."""

    contract: str
    operation: str
    differs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        state = "works" if not self.differs else "works; differs: " + "; ".join(self.differs)
        return f"| {self.contract} | {self.operation} | {state} |"


def rows(items: Iterable[pytest.Item]) -> list[Row]:
    """Gather the rows from collected tests."""
    found: dict[tuple[str, str], Row] = {}
    for item in items:
        for mark in item.iter_markers("operation"):
            contract, operation = mark.args
            row = found.setdefault((contract, operation), Row(contract, operation))
            differs = mark.kwargs.get("differs")
            if differs and differs not in row.differs:
                row.differs.append(differs)
    return list(found.values())
