"""The real server, with a table in place of DNS. As a program: ``serve`` and its options.

The table is JSON in ``RESOLVER_TABLE``: for each name the answers to one question after the other, the last one for
good; a name that is not in it resolves to itself, as numeric hosts do in any notation that the system knows. Who asked
for what is written to ``RESOLVER_LOG``, one name a line.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from server.cli import main
from server.intake import fetch


class Table:
    """Answers from a table."""

    def __init__(self, answers: dict[str, list[list[str]]], log: Path) -> None:
        self._answers = answers
        self._log = log

    async def resolve(self, host: str, port: int) -> list[str]:
        """See `server.intake.fetch.Resolve`."""
        with self._log.open("a", encoding="utf-8") as file:
            file.write(f"{host}\n")
        answers = self._answers.get(host)
        if answers is None:
            return await fetch.resolve_host(host, port)
        return answers.pop(0) if len(answers) > 1 else answers[0]


def use(table: Table) -> None:
    """Have every fetcher of this process ask the table."""
    defaults: dict[str, Callable[..., object]] = fetch.UrlFetcher.__init__.__kwdefaults__
    defaults["resolve"] = table.resolve


if __name__ == "__main__":
    use(Table(json.loads(os.environ["RESOLVER_TABLE"]), Path(os.environ["RESOLVER_LOG"])))
    main()
