"""Runs a job: gets its document, reads the pages that are not finished yet, and keeps each as soon as it is read."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from models.options import OcrOverrides
from server.admission.caller_limits import Caller
from server.config.contract_settings import PaddleOcrJobSettings
from server.contracts.front_desk import FrontDesk
from server.contracts.paddleocr_jobs.errors import FileTooLarge, job_failed
from server.contracts.paddleocr_jobs.kept_page import (
    DocumentNote,
    KeptPage,
    PageNote,
    encode_note,
    encode_page,
    progress_of,
)
from server.contracts.paddleocr_jobs.page_making import make_document_page, make_ocr_page
from server.contracts.paddleocr_jobs.page_ranges import chosen_pages
from server.contracts.paddleocr_jobs.request import JobSpec, kind_of, read_spec
from server.contracts.paddlex_shapes.document_parameters import DocumentParameters
from server.decode.document import DocumentInfo
from server.errors import EmptyFile, NotReady, RequestError, UnsupportedFileType
from server.export.drawing.pictures import PictureEncodingFailed
from server.intake.raw_file import FileKind, RawFile
from server.jobs.active import Active
from server.jobs.job import JobFailed, StorageFailed
from server.jobs.keeper import Keeper
from server.jobs.page_keeping import PageKeeping
from server.jobs.retries import until_ready
from server.runtime import Runtime
from server.service import Reading, RecognizedPage

DRAWN_PART = 8
"""Pictures that show how pages were read may take an eighth of the storage in one job."""
TOO_MANY_PAGES = "The document has too many pages: {wanted} are to be read, and this server reads {most} in one job."
NO_SUCH_PAGE = "pageRanges: the document has none of these pages. It has {total}."
FETCHED_EMPTY = "The document at fileUrl is empty."
FETCHED_STRANGE = "The document at fileUrl is no PDF and no image."
TOO_LONG = "A page is too long for a picture. Send visualize=false, or a smaller page."


class PaddleOcrWork:
    """Runs jobs.

    Args:
        desk: reads their documents, and counts the pages for the job's owner.
        runtime: the running server.
        keeper: keeps the pages.
        settings: of the contract.
    """

    def __init__(self, desk: FrontDesk, runtime: Runtime, keeper: Keeper, settings: PaddleOcrJobSettings) -> None:
        self._desk = desk
        self._runtime = runtime
        self._keeper = keeper
        self._settings = settings
        self._keys = runtime.key_rings.of("paddleocr_jobs")

    async def __call__(self, active: Active, source: bytes) -> None:
        """Read a job's document.

        If a process cannot be started or no replica serves, this tries again. Pages that are finished stay so.

        Raises:
            JobFailed: it cannot be read; the error holds the reason for the caller.
        """
        try:
            await until_ready(partial(self._run, active, source))
        except NotReady as error:
            raise JobFailed("failed") from error

    async def _run(self, active: Active, source: bytes) -> None:
        spec = read_spec(active.job.spec)
        progress = progress_of(active.pages)
        if progress.document is not None and len(progress.pages) >= progress.document.wanted:
            return
        try:
            raw = await self._open(spec, source)
            await _DocumentReading(active, spec, self._runtime, self._keeper, self._settings).run(
                self._desk, self._caller(active), raw
            )
        except (NotReady, StorageFailed):
            raise
        except RequestError as error:
            raise job_failed(error) from error
        except PictureEncodingFailed as error:
            raise JobFailed("too_big", TOO_LONG) from error

    async def _open(self, spec: JobSpec, source: bytes) -> RawFile:
        if spec.kind:
            kind = FileKind.PDF if spec.kind == "pdf" else FileKind.IMAGE
            return RawFile(source, kind, composite_alpha=True)
        data = await self._runtime.fetcher.fetch(source.decode())
        try:
            kind = kind_of(data, self._settings.max_upload_bytes)
        except FileTooLarge as error:
            raise JobFailed("too_big", error.message) from error
        except EmptyFile as error:
            raise JobFailed("invalid", FETCHED_EMPTY) from error
        except UnsupportedFileType as error:
            raise JobFailed("invalid", FETCHED_STRANGE) from error
        return RawFile(data, kind, composite_alpha=True)

    def _caller(self, active: Active) -> Caller:
        """The caller that pays. After a restart it is the key of the job's owner, if there is still one."""
        owner = active.job.owner
        return Caller(owner, active.account) if active.account else self._keys.caller(owner)


class _DocumentReading:
    """Reads the document of one job. A page that cannot be read makes the job fail."""

    def __init__(
        self, active: Active, spec: JobSpec, runtime: Runtime, keeper: Keeper, settings: PaddleOcrJobSettings
    ) -> None:
        self._active = active
        self._spec = spec
        self._runtime = runtime
        self._settings = settings
        self._pages = PageKeeping(active, keeper)
        self._options = spec.read_options()
        self._document: DocumentNote | None = None
        self._drawn = sum(note.picture_bytes for _, note in progress_of(active.pages).pages.values())

    async def run(self, desk: FrontDesk, caller: Caller, raw: RawFile) -> None:
        reading = Reading(overrides(self._spec), None, choose=self._choose)
        await desk.read_for(caller, raw, reading, self._make_page, store=self._keep)

    def _choose(self, info: DocumentInfo) -> Sequence[int]:
        chosen = chosen_pages(self._spec.pages, info.total_pages)
        if not chosen:
            raise JobFailed("invalid", NO_SUCH_PAGE.format(total=info.total_pages))
        most = self._settings.max_pages
        if len(chosen) > most:
            raise JobFailed("too_big", TOO_MANY_PAGES.format(wanted=len(chosen), most=most))
        if chosen[-1] > info.processed_pages:
            # Nothing may be left out, because a job of this contract is done or has failed.
            raise JobFailed("too_big", TOO_MANY_PAGES.format(wanted=chosen[-1], most=info.processed_pages))
        self._document = DocumentNote(info, len(chosen))
        self._active.progress.pages = len(chosen)
        finished = self._pages.finished
        self._active.progress.pages_read = len(finished)
        return [number - 1 for number in chosen if number not in finished]

    def _make_page(self, page: RecognizedPage) -> tuple[int, KeptPage]:
        options, limit = self._options, self._runtime.configuration.serving.max_output_img_size
        visualize = options.visualize is not False
        number = page.page.index + 1
        if isinstance(options, DocumentParameters):
            style = options.style(vision_language=self._spec.shape == "vision", picture_folder="")
            made = make_document_page(page, style, visualize=visualize, limit=limit, zeros=options.zeros())
        else:
            made = make_ocr_page(page, visualize=visualize, limit=limit, zeros=options.zeros())
        return number, made

    async def _keep(self, made: tuple[int, KeptPage]) -> tuple[int, KeptPage]:
        number, page = made
        without = bool(page.drawn or page.input_image) and self._is_full(page)
        if without:
            page = page.without_drawn()
        self._drawn += page.picture_bytes
        note = PageNote(page.picture_bytes, without)
        content = await self._runtime.threads.run(encode_page, page)
        document = None if self._document is None else encode_note(self._document)
        await self._pages.keep(number, encode_note(note), content, document)
        return number, KeptPage(b"", None)

    def _is_full(self, page: KeptPage) -> bool:
        return self._drawn + page.picture_bytes > self._settings.max_stored_bytes // DRAWN_PART


def overrides(spec: JobSpec) -> OcrOverrides:
    """The options of the pipeline for a job."""
    return replace(spec.read_options().overrides(), preset=spec.preset, language=spec.language)
