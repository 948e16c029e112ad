"""Puts the contract together: its routes and the shape of its errors."""

from collections.abc import Callable, Coroutine
from typing import Any

from litestar import Response, post

from server.admission.requests import Ticket
from server.contracts.base import AnyRequest, Contract
from server.contracts.capsolver import response
from server.contracts.capsolver.errors import TaskRefused, failure_of
from server.contracts.capsolver.openapi import openapi_paths
from server.contracts.capsolver.service import TaskService
from server.contracts.front_desk import admitted
from server.errors import RequestError
from server.http.auth import PUBLIC
from server.runtime import Runtime

PATHS = ("/createTask", "/getTaskResult", "/getBalance")
BODY_SLACK_BYTES = 64 * 1024

Call = Callable[[list[bytes]], Coroutine[Any, Any, Response[bytes]]]


def build_capsolver(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.capsolver
    service = TaskService(runtime, settings)
    # Line breaks and escaped slashes in the base64 do not count towards its cap.
    max_body_bytes = 2 * settings.max_base64_bytes + BODY_SLACK_BYTES

    async def answer(request: AnyRequest, call: Call, *, reads: bool = False) -> Response[bytes]:
        async def without_ticket(_: Ticket, body: list[bytes]) -> Response[bytes]:
            return await call(body)

        return await admitted(
            request, runtime, without_ticket, max_body_bytes=max_body_bytes, waits_for_text=reads, stranger=True
        )

    @post(PATHS[0], status_code=200, media_type="application/json", request_max_body_size=None, opt={PUBLIC: True})
    async def create_task(request: AnyRequest) -> Response[bytes]:
        """Read the text of a small picture."""
        return await answer(request, service.create_task, reads=True)

    @post(PATHS[1], status_code=200, media_type="application/json", request_max_body_size=None, opt={PUBLIC: True})
    async def get_task_result(request: AnyRequest) -> Response[bytes]:
        """Give the outcome of a task again."""
        return await answer(request, service.get_task_result)

    @post(PATHS[2], status_code=200, media_type="application/json", request_max_body_size=None, opt={PUBLIC: True})
    async def get_balance(request: AnyRequest) -> Response[bytes]:
        """Tell the balance."""
        return await answer(request, service.get_balance)

    routes = (create_task, get_task_result, get_balance)
    return Contract("capsolver", routes, PATHS, answer_error, openapi_paths())


def answer_error(_request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Shape an error."""
    return response.failed(failure_of(error), error.task_id if isinstance(error, TaskRefused) else None)
