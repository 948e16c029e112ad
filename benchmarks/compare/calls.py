"""HTTP calls of providers that have no client of their own, and the words for what goes wrong on the way."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from benchmarks.compare.egress import NothingLeaves, host_of
from benchmarks.compare.errors import NotCompared
from benchmarks.compare.provider import NotAnswered, Reply, outcome_of
from models.engines.registry import how_to_install


@contextmanager
def http_client(timeout_seconds: float, headers: Mapping[str, str] | None = None) -> Iterator[httpx.Client]:
    """A client that follows no redirection, because a document goes to the host that the plan names and no other."""
    with httpx.Client(timeout=timeout_seconds, headers=headers, follow_redirects=False) as client:
        yield client


def call(client: httpx.Client, method: str, url: str, **arguments: Any) -> Reply:
    """Send one request, once.

    Raises:
        NotAnswered: no answer came, or one that tells of an error.
    """
    try:
        response = client.request(method, url, **arguments)
    except httpx.TimeoutException as error:
        raise NotAnswered("timeout", "No answer came within the time that the plan allows.") from error
    except httpx.HTTPError as error:
        raise unreachable(url, error) from error
    if response.status_code >= 300:
        raise NotAnswered(
            outcome_of(response.status_code),
            f"The provider answered with HTTP status {response.status_code}.",
            response.status_code,
            response.content,
        )
    return Reply(response.content, response.status_code)


def unreachable(address: str, error: BaseException) -> NotAnswered:
    """What is told when a host could not be spoken with. The words of the error are left out, but for our own."""
    refused = _cause(error, NothingLeaves)
    if refused is not None:
        return NotAnswered("failed", str(refused))
    return NotAnswered("failed", f"The host {host_of(address)} could not be reached: {type(error).__name__}.")


def need(package: str, extra: str) -> NotCompared:
    """What is told when a vendor's package is missing, which an extra of this project brings."""
    return NotCompared(f"The package {package} is not installed. {how_to_install(extra)}")


def _cause(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error
