"""Refuses the method OPTIONS."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute


async def refuse_options(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse OPTIONS. The framework would answer it by itself on every route.

    The preflights of pages that may use a route are answered before: see `server/http/cors.py`.
    """
    if connection.scope.get("method") == "OPTIONS":
        here = [route for route in connection.app.routes if route.path_format == connection.scope["path_template"]]
        allowed = {method for route in here if isinstance(route, HTTPRoute) for method in route.methods}
        raise MethodNotAllowedException(headers={"allow": ", ".join(sorted(allowed))})
