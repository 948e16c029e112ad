"""What every endpoint that takes documents does first: a place, the body within limits, and an eye on the caller."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from litestar import Request

from server.admission.requests import Ticket
from server.config.settings import LimitSettings
from server.errors import NotReady
from server.http.body import read_body
from server.http.disconnect import run_while_connected
from server.runtime import Runtime
from server.telemetry.record import record_of

T = TypeVar("T")

AnyRequest = Request[Any, Any, Any]
Answer = Callable[[Ticket, list[bytes]], Coroutine[Any, Any, T]]
"""Makes the answer. The list holds the body alone; emptied once it is understood, a large one need not stay in memory
for the whole work."""


async def admitted(
    request: AnyRequest,
    runtime: Runtime,
    answer: Answer[T],
    *,
    max_body_bytes: int | None = None,
    waits_for_text: bool = True,
    stranger: bool = False,
) -> T:
    """Admit a request, read its body and answer it, for as long as its caller stays.

    Args:
        request: its body not read yet.
        runtime: the running server.
        answer: called with the request's ticket and its body; cancelled when the caller goes away.
        max_body_bytes: the contract's own cap on the body, where it is below the server's.
        waits_for_text: whether the answer holds what is read for it now, so that the line for that decides, too.
        stranger: only the body will tell whose it is.

    Raises:
        NotReady, Overloaded: the server takes no more.
        BodyTooLarge, BodyTimeout: the body is not one.
        ClientDisconnected: the caller went away.
    """
    limits = runtime.configuration.settings.limits
    if max_body_bytes is not None:
        limits = limits.model_copy(update={"max_body_bytes": min(max_body_bytes, limits.max_body_bytes)})
    record = record_of(request.scope)  # type: ignore[arg-type]
    with runtime.admission.ticket(stranger=stranger) as ticket:
        async with runtime.lifecycle.stay():
            # Who finds every place taken hears so before sending anything, but a place is had by sending all: else
            # whoever sends slowly, a stranger as well where the body says who calls, would shut the others out.
            with runtime.admission.place():
                await _check_accepting(runtime, limits)
            if waits_for_text:
                runtime.pace.check(limits.request_timeout_seconds)
            record.body_begun = True
            body = [await read_body(request.receive, request.headers.get("content-length"), ticket, limits)]
            record.body_bytes = len(body[0])
            ticket.arrived()
            with runtime.admission.place():
                return await run_while_connected(request.receive, answer(ticket, body), runtime.metrics.work_abandoned)


async def _check_accepting(runtime: Runtime, limits: LimitSettings) -> None:
    """Let a document in; one that comes while the models are still being loaded waits for them.

    Raises:
        NotReady: the server drains, or its engines do not work.
    """
    await runtime.start_up.over(limits.body_timeout_seconds)
    runtime.lifecycle.check_accepting()
    if not runtime.pipeline.healthy:
        raise NotReady
