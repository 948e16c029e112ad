"""Runs a task: gets the document, reads its pages, and makes the requested file."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from models.options import OcrOverrides
from server.admission.caller_limits import Caller
from server.config.contract_settings import FileTaskSettings
from server.contracts.file_task.digits import only_digits
from server.contracts.file_task.failures import job_failure
from server.contracts.file_task.request import TaskSpec, read_spec
from server.contracts.front_desk import FrontDesk
from server.decode.document import DocumentInfo
from server.errors import NotReady, RequestError
from server.export.drawing.pictures import PictureEncodingFailed
from server.export.files.file_page import FilePage
from server.export.files.result_file import RESULT_FORMATS
from server.intake.raw_file import FileKind, RawFile
from server.intake.sniff import sniff_source
from server.jobs.active import Active
from server.jobs.job import JobFailed
from server.jobs.result_pages import Scale, page_scales, result_page
from server.jobs.retries import until_ready
from server.runtime import Runtime
from server.service import Reading, RecognizedPage
from server.threads import Threads


class FileWork:
    """Runs tasks.

    Args:
        desk: reads their documents, and counts the pages for the task's owner.
        runtime: the running server.
        threads: for long work, so that it does not delay answers to other requests.
        settings: of the contract.

    Attributes:
        writing: result files that are being made.
    """

    def __init__(self, desk: FrontDesk, runtime: Runtime, threads: Threads, settings: FileTaskSettings) -> None:
        self._desk = desk
        self._runtime = runtime
        self._threads = threads
        self._settings = settings
        self._keys = runtime.key_rings.of("file_task")
        self.writing = 0

    async def __call__(self, active: Active, source: bytes) -> bytes:
        """Make the result file of a task's source.

        If a process cannot be started or no replica serves, this tries again.

        Raises:
            JobFailed: it cannot be made; the error holds the message for the caller.
        """
        try:
            return await until_ready(partial(self._make, active, source))
        except NotReady as error:
            raise job_failure(error, with_password=False) from error

    async def _make(self, active: Active, source: bytes) -> bytes:
        active.progress.pages_read = 0
        spec = read_spec(active.job.spec)
        try:
            raw = await self._open_file(active, spec, source)
            pages = await self._read(active, spec, raw)
            return await self._write(spec, pages, raw)
        except NotReady:
            raise
        except RequestError as error:
            raise job_failure(error, with_password=active.secret is not None) from error
        except PictureEncodingFailed as error:
            raise _pictures_too_big(self._settings) from error

    async def _write(self, spec: TaskSpec, pages: Sequence[FilePage], raw: RawFile) -> bytes:
        self.writing += 1
        try:
            return await self._threads.run(RESULT_FORMATS[spec.format].write, pages, raw)
        finally:
            self.writing -= 1

    async def _open_file(self, active: Active, spec: TaskSpec, source: bytes) -> RawFile:
        data = await self._runtime.fetcher.fetch(source.decode()) if spec.fetch else source
        active.progress.source_size = len(data)
        if len(data) > self._settings.max_upload_bytes:
            raise JobFailed("too_big")
        if not data:
            raise JobFailed("invalid", "Invalid file: it is empty.")
        kind = await self._runtime.threads.run(sniff_source, data, f"document{spec.suffix}")
        if kind is None:
            raise JobFailed("invalid", "Invalid file: not a PDF, an image (JPEG, PNG, BMP, GIF) or an Office document.")
        keep_active = self._runtime.configuration.settings.result_files.keep_active_content
        return RawFile(data, kind, active.secret, composite_alpha=True, keep_active_content=keep_active)

    async def _read(self, active: Active, spec: TaskSpec, raw: RawFile) -> Sequence[FilePage]:
        result = RESULT_FORMATS[spec.format]
        # The result shows the document's own pages, so they are neither rotated nor unwarped. An image has none.
        as_it_is = False if result.keeps_pages and raw.kind is not FileKind.IMAGE else None
        as_it_is_shown = result.keeps_pages and raw.kind is FileKind.PDF
        scales: list[Scale] = []
        picture_bytes: list[int] = []

        def choose(info: DocumentInfo) -> Sequence[int]:
            active.progress.pages = info.total_pages
            if info.total_pages > info.processed_pages:
                raise JobFailed("too_big")
            scales.extend(page_scales(info, self._runtime.configuration.settings.decode.pdf_scale))
            return range(info.total_pages)

        def make_part(page: RecognizedPage) -> FilePage:
            return page_part(page, scales[page.page.index], spec, raw, len(scales))

        def keep(part: FilePage) -> FilePage:
            active.progress.pages_read += 1
            picture_bytes.append(sum(len(picture.data) for picture in part.pictures))
            if sum(picture_bytes) <= self._settings.max_stored_bytes:
                return part
            if not as_it_is_shown:
                raise _pictures_too_big(self._settings)
            # Only a PDF that cannot be rewritten would need the picture.
            return replace(part, pictures=())

        overrides = OcrOverrides(
            language=spec.language,
            use_doc_orientation_classify=as_it_is,
            use_doc_unwarping=as_it_is,
            structure=result.needs_layout,
        )
        reading = Reading(overrides, self._settings.max_pages, choose=choose)
        document = await self._desk.read_for(self._caller(active), raw, reading, make_part, keep=keep)
        return document.pages

    def _caller(self, active: Active) -> Caller:
        """The caller that pays. After a restart it is the key of the task's owner, if there is still one."""
        owner = active.job.owner
        return Caller(owner, active.account) if active.account else self._keys.caller(owner)


def _pictures_too_big(settings: FileTaskSettings) -> JobFailed:
    return JobFailed("too_big", f"the pictures of its pages take more than {settings.max_stored_bytes} bytes")


def page_part(
    page: RecognizedPage, points_per_pixel: Scale, spec: TaskSpec, source: RawFile, pages: int = 1
) -> FilePage:
    """Make a page's part of the result file. CPU work.

    Args:
        page: the page and its result.
        points_per_pixel: its scale along x and y, as it was decoded.
        spec: of the task.
        source: the document.
        pages: their number in the document.
    """
    lines = tuple(map(only_digits, page.result.lines)) if spec.digits else page.result.lines
    result = RESULT_FORMATS[spec.format]
    return result_page(page.result, lines, points_per_pixel, source, pages, result)
