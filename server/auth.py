"""Access tokens: who may call.

Both `Authorization: token X` and `Authorization: Bearer X` are understood, the scheme in any case. A presented token is
hashed and compared with every configured one in constant time, so that an answer's time says nothing about tokens.

Open to everyone: health checks and signed picture links (`PUBLIC`). Where the server listens on loopback only, the
routes that tell about the server and not about documents are open too (`LOCAL`): metrics, version, description.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from pydantic import SecretStr

from server.errors import Unauthorized

Connection = ASGIConnection[Any, Any, Any, Any]

SCHEMES = ("token", "bearer")
PUBLIC = "public"
LOCAL = "open_on_loopback"


class Authenticator:
    """Checks Authorization headers. Without tokens everybody may call.

    Args:
        tokens: secret by name; a name may be logged, a secret never.
        local: the server listens on loopback only.
    """

    def __init__(self, tokens: Mapping[str, SecretStr], local: bool) -> None:
        self._digests = {name: _digest(token.get_secret_value()) for name, token in tokens.items()}
        self._local = local

    def check(self, header: str | None) -> None:
        """Let the caller through or not.

        Raises:
            Unauthorized: tokens are configured and the header holds none of them.
        """
        if not self._digests:
            return
        presented = _digest(_credentials(header or ""))
        matches = [hmac.compare_digest(presented, digest) for digest in self._digests.values()]
        if True not in matches:
            raise Unauthorized

    async def guard(self, connection: Connection, route_handler: BaseRouteHandler) -> None:
        """The check as a Litestar guard; ``opt`` of a route may open it."""
        if route_handler.opt.get(PUBLIC) or (self._local and route_handler.opt.get(LOCAL)):
            return
        self.check(connection.headers.get("authorization"))


def _credentials(header: str) -> str:
    scheme, _, credentials = header.strip().partition(" ")
    return credentials.strip() if scheme.lower() in SCHEMES else ""


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
