"""Sends one document to a stand-in through a provider."""

from collections.abc import Callable

from benchmarks.compare.model import AnswerPage, Document
from benchmarks.compare.provider import NotAnswered, Provider
from tests.unit.benchmarks.compare.stand_in import Asked, Said, StandIn, standing_in, terms


def ask(
    provider: Provider,
    document: Document,
    answer: Callable[[Asked], Said],
    timeout_seconds: float = 20.0,
    **settings: object,
) -> tuple[tuple[AnswerPage, ...] | NotAnswered, StandIn]:
    """What the provider makes of the stand-in's answer, and the stand-in."""
    with standing_in(answer) as server:
        given = provider.settings(endpoint=server.url, **settings)
        try:
            with provider.connect(given, terms(timeout_seconds)) as client:
                reply = client.read(document, document.path.read_bytes())
        except NotAnswered as error:
            return error, server
        return provider.understand(reply.raw), server
