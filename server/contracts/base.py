"""The parts of a contract, and the way its routes are made."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.handlers import HTTPRouteHandler

from server.errors import RequestError
from server.http.auth import PUBLIC
from server.http.cors import CORS
from server.http.head import with_head

AnyRequest = Request[Any, Any, Any]
Json = dict[str, object]
Running = Callable[[], AbstractAsyncContextManager[None]]


BYTES_PAST_THE_DESK = 1
"""The framework gives a route no larger body than this. Only the front desk reads bodies. 0 would mean no limit."""


def _nothing_runs() -> AbstractAsyncContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract, switched on.

    Attributes:
        name: as in the registry and the configuration.
        routes: its handlers, made by `contract_route`.
        paths: its paths. One that ends in ``/`` stands for everything below it. All errors there are answered in this
            contract's shape, also if no route matches.
        answer_error: makes the answer to an error. Other exceptions were converted to `RequestError` before.
        openapi: the OpenAPI path items of its routes, by path.
        schemas: the OpenAPI component schemas that these refer to, by name.
        hosts: the service's own host names. A client that cannot be given another name is led here by a hosts file.
        running: entered while the server runs, for work of the contract beside its requests.
    """

    name: str
    routes: Sequence[HTTPRouteHandler]
    paths: tuple[str, ...]
    answer_error: Callable[[AnyRequest, RequestError], Response[bytes]]
    openapi: Mapping[str, Json] = field(default_factory=dict)
    schemas: Mapping[str, Json] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    running: Running = _nothing_runs

    def owns(self, path: str) -> bool:
        """Whether a request's path belongs to this contract."""
        return any(path.startswith(own) if own.endswith("/") else path.rstrip("/") == own for own in self.paths)


def contract_route(
    path: str,
    answer: Callable[[AnyRequest], Awaitable[Response[Any]]],
    *,
    methods: Sequence[HttpMethod] = (HttpMethod.POST,),
    own_keys: bool = False,
    cors: bool = False,
    head: bool = True,
    **opt: bool,
) -> HTTPRouteHandler:
    """Make a route of a contract. Only the front desk reads its bodies, within limits.

    Args:
        path: the address. The values of ``{name:str}`` in it are in ``request.path_params``.
        answer: makes the answer. The contract answers the `RequestError` that it raises.
        methods: the HTTP methods of the route.
        own_keys: the contract checks keys of its own. Otherwise the server checks its access tokens.
        cors: web pages of the origins in ``server.cors_origins`` may use the route.
        head: HEAD comes with GET.
        opt: further options of the route, for middleware.
    """

    @route(
        path,
        http_method=with_head(methods) if head else list(methods),
        status_code=200,
        media_type="application/json",
        request_max_body_size=BYTES_PAST_THE_DESK,
        opt={PUBLIC: own_keys, CORS: cors, **opt},
    )
    async def handle(request: AnyRequest) -> Response[Any]:
        return await answer(request)

    return handle
