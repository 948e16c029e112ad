"""``GET /files/{token}/{name}``: pictures behind signed links. The link is the credential."""

from pathlib import PurePath
from typing import Annotated

from litestar import HttpMethod, Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from server.errors import NotFound
from server.storage.base import MEDIA_TYPES, ImageStore
from server.storage.signing import FILES_PATH, UrlSigner

_HEADERS = {
    "Cache-Control": "private, max-age=300",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def files_handler(store: ImageStore, signer: UrlSigner) -> HTTPRouteHandler:
    """Make the route that serves a store's pictures.

    Args:
        store: where they are kept.
        signer: the one that made the links.

    Returns:
        A handler for GET and HEAD. A link that is expired, tampered with or leads nowhere raises `NotFound`: the answer
        does not tell which.
    """

    @route(
        f"{FILES_PATH}/{{token:str}}/{{name:str}}",
        http_method=[HttpMethod.GET, HttpMethod.HEAD],
        sync_to_thread=True,
        opt={"public": True},
        summary="A picture by its signed link",
    )
    def files(
        token: Annotated[str, Parameter(description="Document, expiry and signature, as the link has them.")],
        name: Annotated[str, Parameter(description="File name, as the link has it.")],
    ) -> Response[bytes]:
        key = signer.verify(token, name)
        picture = None if key is None else store.get(key)
        if picture is None:
            raise NotFound
        return Response(picture, media_type=MEDIA_TYPES[PurePath(name).suffix], headers=_HEADERS)

    return files
