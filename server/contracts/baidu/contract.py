"""Puts the contract together: its routes and the shape of its errors."""

from functools import partial

from litestar import HttpMethod, Response

from server.contracts.baidu.errors import failure_of
from server.contracts.baidu.oauth import token_failed
from server.contracts.baidu.openapi import openapi_paths
from server.contracts.baidu.request import apis
from server.contracts.baidu.response import failed
from server.contracts.baidu.service import BaiduService
from server.contracts.base import AnyRequest, Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.errors import RequestError
from server.runtime import Runtime
from server.telemetry.record import record_of

TOKEN_PATH = "/oauth/2.0/token"  # noqa: S105 - an address
OWN_PATHS = (TOKEN_PATH, "/rest/2.0/")
"""The vendor's other services are below the second path. A client that asks for one gets an error that it knows."""


def build_baidu(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.baidu
    service = BaiduService(FrontDesk(runtime, "baidu", settings), settings, runtime.key_rings.of("baidu"))
    served = apis(settings)
    routes = (
        contract_route(TOKEN_PATH, service.token, methods=(HttpMethod.GET, HttpMethod.POST), own_keys=True),
        *(contract_route(api.path, partial(service.recognize, api), own_keys=True) for api in served),
        *(contract_route(api.path, service.read_nothing, methods=(HttpMethod.GET,), own_keys=True) for api in served),
    )
    openapi = openapi_paths(TOKEN_PATH, served)
    return Contract("baidu", routes, OWN_PATHS, answer_error, openapi, hosts=("aip.baidubce.com",))


def answer_error(request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Make the answer to an error. The HTTP status is 200, except at the token endpoint."""
    if request.scope["path"].rstrip("/") == TOKEN_PATH:
        return token_failed(error)
    return failed(failure_of(error), record_of(request.scope))  # type: ignore[arg-type]
