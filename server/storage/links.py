"""The route ``GET /files/{token}/{name}``: pictures behind signed links. The link is the credential."""

import logging
from pathlib import PurePath
from typing import Annotated

from litestar import Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from server.admission.requests import Admission
from server.errors import NotFound
from server.http.auth import PUBLIC
from server.http.head import GET_AND_HEAD
from server.http.paced_answers import DOWNLOAD
from server.storage.base import MEDIA_TYPES, ImageStore, PicturesNotKept
from server.storage.signing import FILES_PATH, UrlSigner

logger = logging.getLogger(__name__)

_HEADERS = {
    "Cache-Control": "private, max-age=300",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def files_handler(store: ImageStore, signer: UrlSigner, downloads: Admission) -> HTTPRouteHandler:
    """Make the route that serves a store's pictures.

    Args:
        store: keeps the pictures.
        signer: made the links.
        downloads: refuses a download if too many are in progress.

    Returns:
        A handler for GET and HEAD. It raises `NotFound` for a link that is expired, tampered with or leads nowhere; the
        answer does not tell which. It raises `PicturesNotKept` if the disk fails, and `Overloaded` if there are too
        many downloads.
    """

    @route(
        f"{FILES_PATH}/{{token:str}}/{{name:str}}",
        http_method=GET_AND_HEAD,
        sync_to_thread=True,
        opt={PUBLIC: True, DOWNLOAD: True},
        summary="A picture by its signed link",
    )
    def files(
        token: Annotated[str, Parameter(description="Document, expiry and signature, as the link has them.")],
        name: Annotated[str, Parameter(description="File name, as the link has it.")],
    ) -> Response[bytes]:
        downloads.check_room()
        key = signer.verify(token, name)
        picture = None if key is None else _read(store, key)
        if picture is None:
            raise NotFound
        downloads.check_room()  # During the read, many other downloads may have begun.
        return Response(picture, media_type=MEDIA_TYPES[PurePath(name).suffix], headers=_HEADERS)

    return files


def _read(store: ImageStore, key: str) -> bytes | None:
    try:
        return store.get(key)
    except OSError as error:
        logger.error("A picture cannot be read: %s", error.strerror)  # noqa: TRY400 - the traceback says no more
        raise PicturesNotKept from error
