"""The systems of a run: started when first needed, warmed with what they will be asked, kept until the end."""

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from benchmarks.command import NotMeasured
from benchmarks.load import closed_load
from benchmarks.peers import Document, Peer, Request, start


class Field:
    """Use as a context manager; systems that are up and asked nothing cost memory and no processor time."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: dict[str, Peer] = {}
        self._lines: dict[tuple[str, str, bool], int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def peer(self, name: str) -> Peer:
        """The named system, running."""
        if name not in self._running:
            self._running[name] = self._stack.enter_context(start(name))
        return self._running[name]

    def requests(self, name: str, documents: Sequence[Document], *, visualize: bool = False) -> list[Request]:
        """The documents as requests to a system that has answered each of them before.

        Raises:
            RuntimeError: it does not answer one of them.
        """
        peer = self.peer(name)
        requests = [peer.request(document, visualize=visualize) for document in documents]
        new = {request.name: request for request in requests if (name, request.name, visualize) not in self._lines}
        result = closed_load(peer, list(new.values()), 1, keep=True)
        if result.errors:
            raise NotMeasured(f"{name} failed on {result.errors} of {len(new)} documents")
        for document, (answer,) in result.answers.items():
            self._lines[name, document, visualize] = len(peer.texts(answer))
        return requests

    def lines(self, name: str, documents: Sequence[Document]) -> int:
        """Text lines that a system read on documents it has been asked before."""
        return sum(self._lines[name, document.name, False] for document in documents)
