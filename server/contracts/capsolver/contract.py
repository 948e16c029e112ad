"""Puts the contract together: its routes and the shape of its errors."""

from litestar import Response

from server.contracts.base import AnyRequest, Contract, contract_route
from server.contracts.capsolver.errors import Refused, failure_of
from server.contracts.capsolver.openapi import openapi_paths
from server.contracts.capsolver.response import failed
from server.contracts.capsolver.service import CapSolverService
from server.contracts.front_desk import FrontDesk
from server.errors import RequestError
from server.runtime import Runtime


def build_capsolver(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.capsolver
    service = CapSolverService(FrontDesk(runtime, "capsolver", settings), settings, runtime.key_rings.of("capsolver"))
    calls = {
        "/createTask": service.create_task,
        "/getTaskResult": service.get_task_result,
        "/getBalance": service.get_balance,
    }
    routes = tuple(contract_route(path, call, own_keys=True) for path, call in calls.items())
    return Contract("capsolver", routes, tuple(calls), answer_error, openapi_paths(), hosts=("api.capsolver.com",))


def answer_error(_request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Make the answer to an error."""
    return failed(failure_of(error), error.task_id if isinstance(error, Refused) else None)
