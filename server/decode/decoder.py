"""The entrance to all decoding: bytes in, pages out.

Worker processes parse all files. LibreOffice first makes a PDF of an Office document, in another process. Only the
headers of still images are read here, in pure Python. If the operator isolates risky files only, a PNG, JPEG, WebP or
BMP with a simple header is decoded in a thread of this process. Only `_cheap` decides that.
"""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from models.document import Page
from models.machine import usable_cores
from server.children.sandbox import Protection
from server.config.settings import DecodeSettings, LimitSettings
from server.decode.document import Document, DocumentInfo
from server.decode.formats.headers import TIFF_MAGICS, ImageHeader, read_header
from server.decode.formats.images import decode_image
from server.decode.formats.resolution import believable
from server.decode.office.converter import OfficeConverter
from server.decode.office.private_directory import remove_leftovers
from server.decode.page_layer import PageLayer
from server.decode.page_size import check_pixels, fitting_scale, rendered_size, side_scale
from server.decode.workers.messages import FileFormat, Outline, Work
from server.decode.workers.pool import WorkerPool
from server.decode.workers.process import PROTECTIONS, WorkerFailed, WorkerNotStarted, WorkerSettings, what_is_missing
from server.decode.workers.shared_file import SharedFile
from server.decode.workers.whole_file import FileEncrypted, FileRefused, Made
from server.errors import EmptyFile, EncryptedFile, InvalidInputFile, NotReady, OtherKind, UnreadableKind
from server.intake.raw_file import FileKind, RawFile
from server.intake.sniff import GIF_MAGICS, sniff_kind

logger = logging.getLogger(__name__)

MIN_WORKERS, MAX_AUTOMATIC_WORKERS = 2, 4
CHEAP_PIXELS = 16_000_000
"""A thread decodes so many pixels within a quarter of a second: pages scanned at 300 dpi, and most photos."""
CHEAP_SCANS = 64
"""Encoders write about ten scans. At `CHEAP_PIXELS`, each scan of 10 bytes costs another 2 ms."""

SPARE_BYTES = 16 * 1024 * 1024
"""Room for a worker's result beyond the length of the file. All characters of Unicode together take 4 MB."""

T = TypeVar("T")


class Decoder:
    """Opens documents. A process has one. Call `start` before its use and `stop` after it.

    Args:
        settings: of decoding.
        limits: on pages and pixels.
        font: a font file for East Asian text of PDF pages that no font of the system can show; None for none.
        worker_module: the module that runs in the worker processes. Tests put faults there.

    Attributes:
        office: renders Office documents.
        workers: the worker processes.
        protections: the protections of the workers beyond their limits; known after `start`.
    """

    def __init__(
        self,
        settings: DecodeSettings,
        limits: LimitSettings,
        *,
        font: Path | None = None,
        worker_module: str = "server.decode.workers.worker",
    ) -> None:
        self._settings = settings
        self._limits = limits
        automatic = min(MAX_AUTOMATIC_WORKERS, max(MIN_WORKERS, usable_cores()))
        worker = WorkerSettings(
            memory_bytes=settings.memory_megabytes * 1024 * 1024,
            timeout_seconds=settings.page_timeout_seconds,
            files_per_worker=settings.files_per_worker,
            must_be_shut_in=settings.isolation == "required",
            for_images=settings.isolate == "all",
            font=font,
            module=worker_module,
        )
        self.office = OfficeConverter(settings.office)
        self.workers = WorkerPool(settings.workers or automatic, worker)
        self.protections: tuple[Protection, ...] = ()
        self._stopped = False
        self._threads = ThreadPoolExecutor(automatic, thread_name_prefix="decode-image")

    async def start(self) -> None:
        """Start the worker processes. Delete documents that a killed server left behind.

        Raises:
            WorkerNotStarted: they do not start.
        """
        await asyncio.to_thread(remove_leftovers)
        await self.workers.start()
        self.protections = self.workers.slots[0].protections
        missing = [name for name in PROTECTIONS if name not in self.protections]
        if missing:
            logger.warning("%s", what_is_missing(missing))

    async def stop(self) -> None:
        """Kill the worker processes. Open documents, and all later ones, fail with `NotReady`."""
        self._stopped = True
        await self.workers.stop()
        await asyncio.to_thread(self._threads.shutdown)

    @asynccontextmanager
    async def open(
        self, raw: RawFile, *, max_pages: int | None, pdf_max_side: int | None = None
    ) -> AsyncIterator[Document]:
        """Read a document's header, check it against the limits and make its pages available.

        Args:
            raw: the file, and its kind according to the caller.
            max_pages: greatest number of pages to process. The server's own cap applies too.
            pdf_max_side: longest side of a rendered PDF page, in pixels. Larger pages are rendered smaller.

        Raises:
            EncryptedFile: it needs a password, and there is none or a wrong one.
            InvalidInputFile: it is damaged.
            EmptyFile, UnreadableKind, OtherKind: it is empty, or not a file of the given kind.
            OfficeUnavailable: it is an Office document that cannot be rendered on this machine.
            RequestTimeout: it is an Office document that takes too long to render.
            PixelLimitExceeded: an image or page is over the pixel cap. Nothing was decoded.
            NotReady: no worker process can be started, or the decoder is stopped.
        """
        try:
            document = await self._open(raw, max_pages, pdf_max_side)
        except InvalidInputFile as error:
            raise _exact(error, raw) from error.__cause__
        try:
            yield document
        finally:
            await document.close()

    async def _open(self, raw: RawFile, max_pages: int | None, pdf_max_side: int | None = None) -> Document:
        if not raw.data:
            raise EmptyFile
        caps = [cap for cap in (max_pages, self._limits.max_pages) if cap is not None]
        limit = min(caps) if caps else None
        open_pdf = partial(self._open_pdf, limit, pdf_max_side)
        if raw.kind is FileKind.PDF:
            return await self._open_or_mend(raw, open_pdf)
        if raw.kind is FileKind.OFFICE:
            return await self._open_shared(await self._rendered(raw), partial(open_pdf, "pdf"))
        if raw.data.startswith(TIFF_MAGICS):
            return await self._open_shared(raw.data, partial(self._open_tiff, limit, raw.composite_alpha))
        if raw.data.startswith(GIF_MAGICS):
            return await self._open_shared(raw.data, partial(self._open_gif, raw.composite_alpha))
        return await self._open_image(raw.data, composite_alpha=raw.composite_alpha)

    async def _open_image(self, data: bytes, *, composite_alpha: bool) -> Document:
        header = await self._in_thread(partial(read_header, data))
        check_pixels(*header.size, self._limits.max_image_pixels)
        composite = composite_alpha and header.alpha
        info = DocumentInfo("image", 1, 1, (header.size,), resolutions=(header.resolution,))
        if self._settings.isolate == "all" or composite or not _cheap(header):
            return await self._open_shared(data, partial(self._open_still, info, composite))

        async def decode(index: int) -> Page:
            return Page(await self._in_thread(partial(decode_image, data, header)), index)

        return Document(info, decode, _nothing)

    async def _open_still(self, info: DocumentInfo, composite: bool, file: SharedFile) -> Document:
        reader: FileFormat = "composited_image" if composite else "image"

        async def decode(index: int) -> Page:
            return await _or_invalid(self.workers.page(file, reader, index, info.sizes[index]))

        return Document(info, decode, partial(self.workers.forget, file))

    async def _rendered(self, raw: RawFile) -> bytes:
        """Render an Office document as PDF. Refuses a document with characters that no installed font has."""
        capacity = len(raw.data) + SPARE_BYTES
        plain = await self._made(raw.data, raw.password, "plain_office", capacity)
        pdf = await self.office.to_pdf(plain.data, plain.kind)
        characters = await self._made(pdf, None, "characters", SPARE_BYTES)
        await self.office.check_fonts(characters.data.decode("utf-8", "replace"))
        return pdf

    async def _made(self, data: bytes, password: str | None, work: Work, capacity: int) -> Made:
        file = await self._in_thread(partial(SharedFile, data, password))
        try:
            return await _or_invalid(self.workers.make(file, work, capacity))
        finally:
            self.workers.forget(file)

    async def _open_shared(
        self, data: bytes, describe: Callable[[SharedFile], Awaitable[Document]], password: str | None = None
    ) -> Document:
        file = await self._in_thread(partial(SharedFile, data, password))
        try:
            return await describe(file)
        except BaseException:
            self.workers.forget(file)
            raise

    async def _open_or_mend(
        self, raw: RawFile, open_pdf: Callable[[FileFormat, SharedFile], Awaitable[Document]]
    ) -> Document:
        """Open a PDF. If it is damaged, a worker mends it first. Its pages are then those that are left."""
        # The reference shows as many pages as the file claims, and so the core contract does.
        kind: FileFormat = "pdf" if raw.as_the_reference else "counted_pdf"
        try:
            return await self._open_shared(raw.data, partial(open_pdf, kind), raw.password)
        except InvalidInputFile as error:
            refused = isinstance(error.__cause__, FileRefused) and not isinstance(error, EncryptedFile)
            if not refused or sniff_kind(raw.data) is not FileKind.PDF:
                raise
        mended = await self._made(raw.data, raw.password, "mended_pdf", 2 * len(raw.data) + SPARE_BYTES)
        return await self._open_shared(mended.data, partial(open_pdf, "pdf"))

    async def _open_pdf(self, limit: int | None, max_side: int | None, kind: FileFormat, file: SharedFile) -> Document:
        outline = await self._outline(file, kind, limit)
        scales = tuple(self._scale(points, page, max_side) for page, points in enumerate(outline.sizes, start=1))
        sizes = tuple(map(rendered_size, outline.sizes, scales))
        info = DocumentInfo("pdf", outline.total, len(sizes), sizes, outline.sizes)

        async def decode(index: int) -> Page:
            return await _or_invalid(self.workers.page(file, "pdf", index, sizes[index], scales[index]))

        async def read_layer(index: int) -> PageLayer:
            return await _or_invalid(self.workers.layer(file, index, sizes[index], scales[index]))

        return Document(info, decode, partial(self.workers.forget, file), read_layer)

    def _scale(self, points: tuple[float, float], page: int, max_side: int | None) -> float:
        settings = self._settings
        wanted = side_scale(points, settings.pdf_scale, max_side)
        return fitting_scale(points, page, wanted, min(settings.pdf_min_scale, wanted), self._limits.max_image_pixels)

    async def _open_tiff(self, limit: int | None, composite: bool, file: SharedFile) -> Document:
        """Open a TIFF. One of several frames is a document, and one of a single frame is an image."""
        outline = await self._outline(file, "tiff", limit)
        many = outline.total > 1
        # OpenCV reads a single frame like any other image. Pillow would map 16-bit and CMYK samples differently.
        reader: FileFormat = "composited_tiff" if composite else "tiff" if many else "image"
        return self._frames(outline, reader, file, many=many)

    async def _open_gif(self, composite: bool, file: SharedFile) -> Document:
        """Open a GIF. Its first frame is an image."""
        outline = await self._outline(file, "gif", 1)
        return self._frames(outline, "composited_gif" if composite else "gif", file, many=False)

    def _frames(self, outline: Outline, reader: FileFormat, file: SharedFile, *, many: bool) -> Document:
        sizes = tuple((int(width), int(height)) for width, height in outline.sizes)
        for page, size in enumerate(sizes, start=1):
            check_pixels(*size, self._limits.max_image_pixels, page if many else None)
        dots = tuple(map(believable, sizes, outline.resolutions))
        total = outline.total if many else 1
        info = DocumentInfo("tiff" if many else "image", total, len(sizes), sizes, resolutions=dots)

        async def decode(index: int) -> Page:
            return await _or_invalid(self.workers.page(file, reader, index, sizes[index]))

        return Document(info, decode, partial(self.workers.forget, file))

    async def _outline(self, file: SharedFile, kind: FileFormat, limit: int | None) -> Outline:
        """Let a worker measure the pages of a file, and check its reply."""
        outline = await _or_invalid(self.workers.outline(file, kind, limit))
        expected = outline.total if limit is None else min(limit, outline.total)
        sides = [side for size in outline.sizes for side in size]
        complete = len(outline.sizes) == len(outline.resolutions) == expected
        if not complete or not sides or not all(0 < side < math.inf for side in sides):
            raise InvalidInputFile
        return outline

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._stopped:
            raise NotReady
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _cheap(header: ImageHeader) -> bool:
    width, height = header.size
    return not header.rare and width * height <= CHEAP_PIXELS and header.scans <= CHEAP_SCANS


async def _or_invalid(work: Awaitable[T]) -> T:
    """Convert failures of a worker with a file to the caller's errors."""
    try:
        return await work
    except FileEncrypted as error:
        raise EncryptedFile from error
    except (FileRefused, WorkerFailed, EOFError) as error:
        raise InvalidInputFile from error
    except WorkerNotStarted as error:
        raise NotReady from error


def _exact(error: InvalidInputFile, raw: RawFile) -> InvalidInputFile:
    """An error of a file that cannot be opened. It says so if the file is not of the kind that the caller named."""
    if type(error) is not InvalidInputFile or raw.kind is FileKind.OFFICE:
        return error
    found = sniff_kind(raw.data)
    if found is raw.kind:
        return error
    return UnreadableKind() if found is None else OtherKind()


def _nothing() -> None:
    """Release nothing: an image that this process decodes holds nothing."""
