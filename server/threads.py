"""Threads for CPU work that would block the event loop: large JSON, base64, drawing and encoding pictures."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """A small thread pool.

    Args:
        threads: how many.
    """

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, "ppocr-thread")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a thread. If the caller is cancelled, a call that has not started is dropped.

        The function runs in a copy of the caller's context, so its log lines name the caller's request.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(copy_context().run, function, *args, **kwargs))

    def close(self) -> None:
        """Stop. A running call ends by itself; waiting calls are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
