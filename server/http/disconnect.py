"""Cancels the work for a client that went away.

ASGI servers do not stop a handler whose client disconnected; the handler must ask. This module asks while the work
runs. It must start after the whole body was read, because until then the same channel carries the body.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

from server.errors import ClientDisconnected

T = TypeVar("T")
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Abandoned = Callable[[float], object]


def _ignore(_seconds: float) -> None:
    """Count nothing."""


async def run_while_connected(receive: Receive, work: Coroutine[Any, Any, T], abandoned: Abandoned = _ignore) -> T:
    """Run work until it is done or its client is gone, whichever comes first.

    Args:
        receive: the ASGI receive channel, its body read to the end.
        work: cancelled when the client goes away. The call waits for its end, so that nothing of it outlives the call.
        abandoned: called when a client went away, with the seconds from then to the end of the work.

    Raises:
        ClientDisconnected: the client went away before the work was done.
    """
    working = asyncio.create_task(work)
    watching = asyncio.create_task(_wait_for_disconnect(receive))
    left_at: float | None = None
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        left_at = watching.result()
        raise ClientDisconnected
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
        if left_at is not None:
            abandoned(time.perf_counter() - left_at)


async def _wait_for_disconnect(receive: Receive) -> float:
    """Wait until the client leaves, and give that time by `time.perf_counter`."""
    while (await receive())["type"] != "http.disconnect":
        pass
    return time.perf_counter()
