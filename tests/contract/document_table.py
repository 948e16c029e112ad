"""A table in a document that the tests write."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """A table between two comments of a document.

    Attributes:
        document: its name in the folder of the documents.
        begin: the comment before the table.
        end: the comment after it.
        head: the first two lines of the table.
    """

    document: str
    begin: str
    end: str
    head: str

    def written(self) -> list[str]:
        """The table's lines as they stand in the document, without its head."""
        table = self._text().partition(self.begin)[2].partition(self.end)[0].strip().splitlines()
        return table[len(self.head.splitlines()) :]

    def write(self, rows: Iterable[object]) -> None:
        """Put the rows into the document."""
        before, _, rest = self._text().partition(self.begin)
        _, _, after = rest.partition(self.end)
        body = "\n".join([self.head, *map(str, rows)])
        (DOCS / self.document).write_text(f"{before}{self.begin}\n{body}\n{self.end}{after}", encoding="utf-8")

    def _text(self) -> str:
        return (DOCS / self.document).read_text(encoding="utf-8")
