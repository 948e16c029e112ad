"""Serves the OpenAPI document as JSON, and a page that shows it. All files are this server's own.

The page is open to everybody, because a browser cannot send a token with the address of a page. It says nothing about
this server. It asks for a token where the document needs one. All its addresses are relative, so that it works below a
path of a reverse proxy, too.
"""

import asyncio
import json
from pathlib import Path

from litestar import Response, route
from litestar.datastructures import State
from litestar.params import FromPath

from server.contracts.base import AnyRequest
from server.errors import NotFound
from server.http.auth import LOCAL, PUBLIC
from server.http.head import GET_AND_HEAD
from server.http.security_headers import PAGE_POLICY
from server.operations.openapi import openapi_document
from server.runtime import RuntimeDependency

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
def openapi_json(request: AnyRequest, state: State, runtime: RuntimeDependency) -> Response[bytes]:
    """Give the OpenAPI document. It names the server by the address that links in answers have."""
    document = openapi_document(state.contracts, runtime.link_base(request))
    return Response(json.dumps(document).encode(), media_type="application/json")


@route(["/schema", "/docs"], http_method=GET_AND_HEAD, opt={PUBLIC: True})
async def page(request: AnyRequest) -> Response[bytes]:
    """Give the page that shows the document. Its relative addresses need an address without a slash at the end."""
    if request.scope["raw_path"].endswith(b"/"):
        name = request.scope["path"].rpartition("/")[2]
        return Response(b"", status_code=307, headers={"Location": f"../{name}"})
    return await asyncio.to_thread(_asset, "index.html")


@route("/schema/assets/{name:str}", http_method=GET_AND_HEAD, opt={PUBLIC: True}, sync_to_thread=True)
def asset(name: FromPath[str]) -> Response[bytes]:
    """Give one of the page's files."""
    if name not in MEDIA_TYPES:
        raise NotFound
    return _asset(name)


def _asset(name: str) -> Response[bytes]:
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"}
    return Response((ASSETS / name).read_bytes(), media_type=MEDIA_TYPES[name], headers=headers)
