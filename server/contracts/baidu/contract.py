"""Puts the contract together: its routes and the shape of its errors."""

from litestar import HttpMethod, Response, post, route
from litestar.types import ControllerRouterHandler

from server.contracts.baidu.errors import failure_of
from server.contracts.baidu.oauth import token_failed
from server.contracts.baidu.openapi import openapi_paths
from server.contracts.baidu.request import Api, apis
from server.contracts.baidu.response import failed
from server.contracts.baidu.service import BaiduService
from server.contracts.base import AnyRequest, Contract
from server.errors import RequestError
from server.http.auth import PUBLIC
from server.runtime import Runtime

TOKEN_PATH = "/oauth/2.0/token"  # noqa: S105 - an address
OWN_PATHS = (TOKEN_PATH, "/rest/2.0/")
"""The vendor's other services are below the second; a client that asks for one is told so as it expects."""


def build_baidu(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.baidu
    service = BaiduService(runtime, settings)
    served = apis(settings)
    routes = (_token_route(service), *(_api_route(service, api) for api in served))
    return Contract("baidu", routes, OWN_PATHS, answer_error, openapi_paths(TOKEN_PATH, served))


def answer_error(request: AnyRequest, error: RequestError) -> Response[bytes]:
    """Shape an error: HTTP status 200 everywhere but at the token endpoint."""
    if request.scope["path"].rstrip("/") == TOKEN_PATH:
        return token_failed(error)
    return failed(failure_of(error))


def _token_route(service: BaiduService) -> ControllerRouterHandler:
    methods = [HttpMethod.GET, HttpMethod.POST]

    @route(TOKEN_PATH, http_method=methods, status_code=200, request_max_body_size=None, opt={PUBLIC: True})
    async def token(request: AnyRequest) -> Response[bytes]:
        """Give an access token for a pair of keys."""
        return await service.token(request)

    return token


def _api_route(service: BaiduService, api: Api) -> ControllerRouterHandler:
    @post(api.path, status_code=200, request_max_body_size=None, opt={PUBLIC: True})
    async def recognize(request: AnyRequest) -> Response[bytes]:
        """Read the text of an image or of one page of a PDF."""
        return await service.recognize(request, api)

    return recognize
