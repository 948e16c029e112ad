"""Serves the OpenAPI document as JSON, and a page that shows it. All files are this server's own."""

import asyncio
import json
from pathlib import Path

from litestar import Response, route
from litestar.datastructures import State
from litestar.params import FromPath

from server.errors import NotFound
from server.http.auth import LOCAL
from server.http.head import GET_AND_HEAD
from server.http.security_headers import PAGE_POLICY
from server.operations.openapi import openapi_document

ASSETS = Path(__file__).parent.parent / "static" / "swagger-ui"
MEDIA_TYPES = {
    "index.html": "text/html",
    "start.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
"""The media types of the served files. No other file of the directory is served."""


@route(["/openapi.json", "/schema/openapi.json"], http_method=GET_AND_HEAD, opt={LOCAL: True}, sync_to_thread=False)
def openapi_json(state: State) -> Response[bytes]:
    """Give the OpenAPI document."""
    return Response(json.dumps(openapi_document(state.contracts)).encode(), media_type="application/json")


@route(["/schema", "/docs"], http_method=GET_AND_HEAD, opt={LOCAL: True})
async def page() -> Response[bytes]:
    """Give the page that shows the document."""
    return await asyncio.to_thread(_asset, "index.html")


@route("/schema/assets/{name:str}", http_method=GET_AND_HEAD, opt={LOCAL: True}, sync_to_thread=True)
def asset(name: FromPath[str]) -> Response[bytes]:
    """Give one of the page's files."""
    if name not in MEDIA_TYPES:
        raise NotFound
    return _asset(name)


def _asset(name: str) -> Response[bytes]:
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"}
    return Response((ASSETS / name).read_bytes(), media_type=MEDIA_TYPES[name], headers=headers)
