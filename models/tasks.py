"""Runs coroutines at the same time, all or nothing, and waits for work that outlives its callers."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Result = TypeVar("Result")


async def run_all(coroutines: Iterable[Coroutine[Any, Any, Result]]) -> list[Result]:
    """Run coroutines concurrently and return their results in order.

    If one fails, the others are cancelled. Its own exception is raised, not a group.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(coroutine) for coroutine in coroutines]
    except BaseExceptionGroup as errors:
        raise first_error(errors) from errors
    return [task.result() for task in tasks]


async def outlived_by(work: "asyncio.Future[Result]") -> Result:
    """Wait for work that goes on if this wait is cancelled. Nobody is told then how the work ends."""
    # After a cancelled wait, asyncio would log an error of the work, with its words, as one that nobody has seen.
    work.add_done_callback(_seen)
    return await asyncio.shield(work)


def _seen(work: "asyncio.Future[Any]") -> None:
    if not work.cancelled():
        work.exception()


def first_error(error: BaseException) -> BaseException:
    """The first exception in a group, at any depth; or the exception itself if it is not a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
