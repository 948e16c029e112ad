"""Brings pictures to the caller: inside the answer as base64, or as links to this server. Stores them if configured."""

import base64
import hashlib
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from server.config.serving_settings import NEVER_EXPIRES, FileSystemStorage, ServingSettings
from server.config.settings import StorageSettings
from server.storage.base import ImageStore, Picture, PicturesNotKept, picture_key
from server.storage.file_system import FileSystemStore
from server.storage.memory import MemoryStore
from server.storage.signing import UrlSigner

logger = logging.getLogger(__name__)


class PicturePublisher:
    """Stores pictures and gives the values of the contract's picture fields.

    Attributes:
        store: keeps pictures; None keeps none.
        signer: makes links; None gives base64.
        writing: pictures that are being stored.

    Raises:
        ValueError: links are wanted, and there is no store for the pictures.
    """

    def __init__(self, store: ImageStore | None, signer: UrlSigner | None) -> None:
        if signer is not None and store is None:
            raise ValueError("links to pictures need a storage")
        self.store = store
        self.signer = signer
        self.writing = 0
        self._counting = threading.Lock()

    def publish(self, pictures: Iterable[Picture], document_id: str, base: str) -> dict[str, str]:
        """Store one page's pictures and give their base64 or links. It may block on a disk: call it in a thread.

        Args:
            pictures: of one page.
            document_id: of the request, from `new_document_id`; never its ``logId``.
            base: URL in front of this server's paths; not used if pictures are inside the answer.

        Returns:
            The base64 or link for each field name, in the order of ``pictures``.

        Raises:
            PictureTooLarge: a picture exceeds the storage's cap.
            PicturesNotKept: the disk failed.
        """
        return {picture.field: self._publish(picture, document_id, base) for picture in pictures}

    def link_png(self, png: bytes, document_id: str, base: str) -> str | None:
        """Store a picture of a part of a page and give its link; None if pictures have no links.

        It may block on a disk: call it in a thread. The name is the SHA-256 of the content. So the same picture on many
        pages of one document is kept once.

        Raises:
            PictureTooLarge: the picture exceeds the storage's cap.
            PicturesNotKept: the disk failed.
        """
        if self.store is None or self.signer is None:
            return None
        name = f"{hashlib.sha256(png).hexdigest()}.png"
        with self._write():
            _keep(self.store, picture_key(document_id, name), png)
        return base + self.signer.path(document_id, name)

    def _publish(self, picture: Picture, document_id: str, base: str) -> str:
        if self.store is not None:
            with self._write():
                _keep(self.store, picture_key(document_id, picture.name), picture.jpeg)
        if self.signer is not None:
            return base + self.signer.path(document_id, picture.name)
        return base64.b64encode(picture.jpeg).decode("ascii")

    @contextmanager
    def _write(self) -> Iterator[None]:
        with self._counting:
            self.writing += 1
        try:
            yield
        finally:
            with self._counting:
                self.writing -= 1


def _keep(store: ImageStore, key: str, picture: bytes) -> None:
    try:
        store.put(key, picture)
    except OSError as error:
        logger.error("A picture cannot be kept: %s", error.strerror)  # noqa: TRY400 - the traceback says no more
        raise PicturesNotKept from error


def build_publisher(serving: ServingSettings, storage: StorageSettings) -> PicturePublisher:
    """Build the publisher of a configuration.

    Files without links are the operator's own archive: they are kept for ever, without a cap. With links, files live as
    long as their links and share the configured number of bytes.

    Raises:
        ValueError: there are links without a storage, or the signing key is too short.
        OSError: the storage directory cannot be made.
    """
    store = _build_store(serving, storage.max_bytes)
    return PicturePublisher(store, build_signer(serving, storage) if serving.return_urls else None)


def build_signer(serving: ServingSettings, storage: StorageSettings) -> UrlSigner:
    """Build what makes and checks the links of a configuration.

    Raises:
        ValueError: the signing key is too short.
    """
    key = storage.signing_key
    return UrlSigner(None if key is None else key.get_secret_value().encode(), serving.url_expires_in)


def _build_store(serving: ServingSettings, max_bytes: int) -> ImageStore | None:
    linked = serving.return_urls
    lifetime = serving.url_expires_in if linked and serving.url_expires_in != NEVER_EXPIRES else None
    if serving.file_storage is None:
        return None
    if isinstance(serving.file_storage, FileSystemStorage):
        return FileSystemStore(serving.file_storage.directory, lifetime, max_bytes if linked else None)
    return MemoryStore(max_bytes, lifetime)
