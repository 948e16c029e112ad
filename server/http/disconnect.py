"""A caller that went away is a cancelled request.

ASGI servers do not stop a handler whose client disconnected; they only say so to whoever asks. This asks while the work
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


def _nobody(_seconds: float) -> None:
    """Whom to tell where nobody counts."""


async def run_while_connected(receive: Receive, work: Coroutine[Any, Any, T], abandoned: Abandoned = _nobody) -> T:
    """Run work until it is done or its client is gone, whichever comes first.

    Args:
        receive: the ASGI receive channel, its body read to the end.
        work: cancelled when the client goes away, and waited for, so that nothing of it outlives this call.
        abandoned: told, where the client went away, how many seconds later the work had ended.

    Raises:
        ClientDisconnected: the client went away before the work was done.
    """
    worker = asyncio.create_task(work)
    watcher = asyncio.create_task(_wait_for_disconnect(receive))
    left_at: float | None = None
    try:
        await asyncio.wait((worker, watcher), return_when=asyncio.FIRST_COMPLETED)
        if worker.done():
            return worker.result()
        left_at = watcher.result()
        raise ClientDisconnected
    finally:
        worker.cancel()
        watcher.cancel()
        await asyncio.gather(worker, watcher, return_exceptions=True)
        if left_at is not None:
            abandoned(time.perf_counter() - left_at)


async def _wait_for_disconnect(receive: Receive) -> float:
    """When the client left, by `time.perf_counter`."""
    while (await receive())["type"] != "http.disconnect":
        pass
    return time.perf_counter()
