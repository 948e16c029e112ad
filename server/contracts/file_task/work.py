"""What a task does: get the document, read its pages, and make the file that was asked for."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from models.layout.analyse import analyse_layout
from models.options import OcrOverrides
from server.config.contract_settings import FileTaskSettings
from server.contracts.file_task.digits import only_digits
from server.contracts.file_task.failures import job_failure
from server.contracts.file_task.request import TaskSpec
from server.contracts.front_desk import FrontDesk, Reading
from server.decode.document import DocumentInfo
from server.errors import RequestError
from server.export.drawing.pictures import PictureEncodingFailed, encode_jpeg
from server.export.files.file_page import FilePage
from server.export.files.result_file import RESULT_FORMATS
from server.intake.raw_file import FileKind, RawFile
from server.intake.sniff import sniff_source
from server.jobs.active import Active
from server.jobs.job import JobFailed
from server.runtime import Runtime
from server.service import RecognizedPage
from server.threads import Threads


class FileWork:
    """Does tasks.

    Args:
        desk: reads their documents, and counts the pages for the task's owner.
        runtime: the running server.
        threads: for what blocks long, so that it does not hold up answers to others.
        settings: the contract's.
    """

    def __init__(self, desk: FrontDesk, runtime: Runtime, threads: Threads, settings: FileTaskSettings) -> None:
        self._desk = desk
        self._runtime = runtime
        self._threads = threads
        self._settings = settings

    async def __call__(self, active: Active, source: bytes) -> bytes:
        """Turn a task's source into its result.

        Raises:
            JobFailed: with what the caller is told.
        """
        spec = msgspec.json.decode(active.job.spec, type=TaskSpec)
        try:
            raw = await self._document(active, spec, source)
            pages = await self._read(active, spec, raw)
            return await self._threads.run(RESULT_FORMATS[spec.format].write, pages, raw)
        except RequestError as error:
            raise job_failure(error, with_password=active.secret is not None) from error
        except PictureEncodingFailed as error:
            raise JobFailed("too_big") from error

    async def _document(self, active: Active, spec: TaskSpec, source: bytes) -> RawFile:
        data = await self._runtime.fetcher.fetch(source.decode()) if spec.fetch else source
        active.progress.source_size = len(data)
        if len(data) > self._settings.max_upload_bytes:
            raise JobFailed("too_big")
        if not data:
            raise JobFailed("invalid", "Invalid file: it is empty.")
        kind = await self._runtime.threads.run(sniff_source, data, f"document{spec.suffix}")
        if kind is None:
            raise JobFailed("invalid", "Invalid file: not a PDF, an image (JPEG, PNG, BMP, GIF) or an Office document.")
        return RawFile(data, kind, active.secret, composite_alpha=True)

    async def _read(self, active: Active, spec: TaskSpec, raw: RawFile) -> Sequence[FilePage]:
        result = RESULT_FORMATS[spec.format]
        # The document's own pages are those that nobody turned or flattened. An image has none.
        as_it_is = False if result.keeps_pages and raw.kind is not FileKind.IMAGE else None
        as_it_is_shown = result.keeps_pages and raw.kind is FileKind.PDF
        scales: list[float] = []
        picture_bytes: list[int] = []

        def choose(info: DocumentInfo) -> Sequence[int]:
            active.progress.pages = info.total_pages
            if info.total_pages > info.processed_pages:
                raise JobFailed("too_big")
            scales.extend(self._points_per_pixel(info))
            return range(info.total_pages)

        def make(page: RecognizedPage) -> FilePage:
            return file_page(page, scales[page.page.index], spec)

        def keep(made: FilePage) -> FilePage:
            active.progress.pages_read += 1
            picture_bytes.append(len(made.jpeg))
            if sum(picture_bytes) <= self._settings.max_stored_bytes:
                return made
            if not as_it_is_shown:
                raise JobFailed("too_big")
            # Only a PDF that cannot be rewritten would need it.
            return replace(made, jpeg=b"")

        wishes = OcrOverrides(
            language=spec.language,
            use_doc_orientation_classify=as_it_is,
            use_doc_unwarping=as_it_is,
            structure=result.needs_layout,
        )
        reading = Reading(wishes, self._settings.max_pages, choose=choose)
        document = await self._desk.read_for(active.job.owner, raw, reading, make, keep=keep)
        return document.pages

    def _points_per_pixel(self, info: DocumentInfo) -> list[float]:
        """An image has no size on paper; it is given the one at which a PDF page would have as many pixels."""
        if info.points is None:
            return [1 / self._runtime.configuration.settings.decode.pdf_scale] * info.total_pages
        return [points[0] / size[0] for points, size in zip(info.points, info.sizes, strict=True)]


def file_page(page: RecognizedPage, points_per_pixel: float, spec: TaskSpec) -> FilePage:
    """What the writers of result files need of a page. CPU work.

    Raises:
        PictureEncodingFailed: the page is too long for a JPEG.
    """
    image = page.result.preprocessed.image
    height, width = image.shape[:2]
    lines = tuple(map(only_digits, page.result.lines)) if spec.digits else page.result.lines
    lines = tuple(line for line in lines if line.text)
    points = (width * points_per_pixel, height * points_per_pixel)
    result = RESULT_FORMATS[spec.format]
    layout = analyse_layout(image, lines, page.result.regions) if result.needs_layout else None
    jpeg = encode_jpeg(image) if result.needs_pictures else b""
    return FilePage(jpeg, width, height, points, lines, layout)
