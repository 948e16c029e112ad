"""What a vendor's contract brings to the server, and which contract a request belongs to."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response
from litestar.types import ControllerRouterHandler

from server.errors import RequestError

AnyRequest = Request[Any, Any, Any]
Json = dict[str, object]
Running = Callable[[], AbstractAsyncContextManager[None]]


def _nothing_runs() -> AbstractAsyncContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Contract:
    """One vendor's contract, switched on.

    Attributes:
        name: as in the configuration.
        routes: its handlers; each carries ``opt={PUBLIC: True}``, because it checks the contract's own keys.
        paths: its paths. One that ends in ``/`` stands for everything below it. Whatever goes wrong there is answered
            in this contract's shape, also where no route matches.
        answer_error: shapes an error. It is given only `RequestError`; anything else was turned into one before.
        openapi: the OpenAPI path items of its routes, by path.
        running: entered while the server runs, for what the contract does besides answering requests.
    """

    name: str
    routes: Sequence[ControllerRouterHandler]
    paths: tuple[str, ...]
    answer_error: Callable[[AnyRequest, RequestError], Response[bytes]]
    openapi: Mapping[str, Json] = field(default_factory=dict)
    running: Running = _nothing_runs

    def owns(self, path: str) -> bool:
        """Whether a request's path belongs to this contract."""
        return any(path.startswith(own) if own.endswith("/") else path.rstrip("/") == own for own in self.paths)
