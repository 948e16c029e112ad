"""Checks the access tokens of callers.

Both `Authorization: token X` and `Authorization: Bearer X` are understood, the scheme in any case. A presented token is
hashed and compared with every configured one in constant time, so that an answer's time says nothing about tokens.

Routes marked `PUBLIC` (health checks, signed picture links) are open to everyone. If the server listens on loopback
only, so are the routes marked `LOCAL`: they describe the server and no documents (metrics, version, OpenAPI).
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from server.admission.caller_limits import ANYBODY, Caller
from server.errors import Unauthorized
from server.http.keys import KeyRing
from server.telemetry.record import record_of

Connection = ASGIConnection[Any, Any, Any, Any]

SCHEMES = ("token", "bearer")
PUBLIC = "public"
LOCAL = "open_on_loopback"


class Authenticator:
    """Checks Authorization headers. Without tokens everybody may call.

    Args:
        keys: the access tokens.
        local: the server listens on loopback only.
    """

    def __init__(self, keys: KeyRing, local: bool) -> None:
        self._keys = keys
        self._local = local

    @property
    def open(self) -> bool:
        """Whether there are no tokens, so that everybody may call."""
        return self._keys.open

    def check(self, header: str | None) -> None:
        """Let the caller through, or refuse it.

        Raises:
            Unauthorized: tokens are configured and the header holds none of them.
        """
        if not self._keys.open and self._keys.find(credentials(header or "")) is None:
            raise Unauthorized

    def caller(self, header: str | None) -> Caller:
        """The caller that was let through."""
        return self._keys.find(credentials(header or "")) or ANYBODY

    async def guard(self, connection: Connection, route_handler: BaseRouteHandler) -> None:
        """The check as a Litestar guard. A route's ``opt`` may open the route."""
        if route_handler.opt.get(PUBLIC) or (self._local and route_handler.opt.get(LOCAL)):
            return
        header = connection.headers.get("authorization")
        self.check(header)
        record_of(connection.scope).caller = self.caller(header).name  # type: ignore[arg-type]


def signed_in(connection: Connection, keys: KeyRing) -> Caller:
    """The caller of a contract with keys of its own, who is named in the request's record. Anybody if there are none.

    Raises:
        Unauthorized: the header Authorization holds none of the keys.
    """
    if keys.open:
        return ANYBODY
    caller = keys.find(credentials(connection.headers.get("authorization", "")))
    if caller is None:
        raise Unauthorized
    record_of(connection.scope).caller = caller.name  # type: ignore[arg-type]
    return caller


def credentials(header: str) -> str:
    """The secret in an Authorization header; empty where its scheme is neither ``token`` nor ``Bearer``."""
    scheme, _, secret = header.strip().partition(" ")
    return secret.strip() if scheme.lower() in SCHEMES else ""
