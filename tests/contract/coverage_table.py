"""The table of contracts in `docs/contracts.md`: which operations work, by the tests that exercise them.

A test names its operation with ``@pytest.mark.operation("Contract", "operation")``. If we differ from the vendor on
purpose, it adds ``differs="how"``. ``pytest tests/contract --write-contract-table`` rewrites the table after a run in
which all of these passed; `test_coverage_table.py` fails when the document says something else than the tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "contracts.md"
BEGIN, END = "<!-- contracts: written by the tests -->", "<!-- contracts: end -->"
HEAD = "| contract | operation | |\n|---|---|---|"


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


def written() -> list[str]:
    """The table's lines as they stand in the document, without its head."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    return table[len(HEAD.splitlines()) :]


def write(table: Iterable[Row]) -> None:
    """Put the table into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    body = "\n".join([HEAD, *map(str, table)])
    DOCUMENT.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")
