"""Reads the pages of one job that are not finished yet, and keeps each page as soon as it is read."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from models.errors import OcrError
from models.options import OcrOverrides
from server.admission.caller_limits import Caller
from server.config.serving_settings import ServingSettings
from server.contracts.front_desk import FrontDesk
from server.contracts.jobs.errors import INTERNAL, failed_page_reason, failure
from server.contracts.jobs.formats import FILES
from server.contracts.jobs.kept_page import (
    DocumentNote,
    PageNote,
    chosen_pages,
    encode_document,
    encode_page,
    progress_of,
)
from server.contracts.jobs.request import JobSpec
from server.contracts.jobs.response import encode
from server.contracts.paddlex_shapes.page_part import PicturePlan, page_item, page_part
from server.decode.document import DocumentInfo
from server.decode.workers.process import WorkerNotStarted
from server.errors import NotReady, from_pipeline
from server.export.files.file_page import Encoding
from server.intake.raw_file import FileKind, RawFile
from server.jobs.active import Active
from server.jobs.job import JobFailed, StorageFailed
from server.jobs.keeper import Keeper
from server.jobs.page_keeping import PageKeeping
from server.jobs.result_pages import Scale, is_turned, page_scales, result_page
from server.service import Reading, RecognizedPage
from server.storage.base import new_document_id
from server.storage.publisher import PicturePublisher
from server.telemetry.logs import where

OWN_PAGES = (
    "A PDF result shows the document's own pages, so they cannot be rotated or unwarped. "
    "Leave out useDocOrientationClassify and useDocUnwarping, or the format 'pdf'."
)
NO_SUCH_PAGE = "The document has none of the pages that the field 'pages' names. It has {total}."

ANYWHERE: tuple[Encoding, ...] = ("jpeg", "png")
"""Encodings that every file with pictures can show."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FinishedPage:
    """A page that is to be kept, with its number, its note and its content."""

    number: int
    note: PageNote
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class _Needs:
    """The needs of the files of a job."""

    pictures: tuple[Encoding, ...]
    covers_text: bool
    needs_layout: bool = True


class JobReading:
    """Reads one job's document.

    Args:
        active: the job. Its finished pages are not read again.
        spec: its work.
        keeper: keeps the pages.
        publisher: makes the pictures that the request asked for.
        serving: PaddleX's own settings.
        pdf_scale: pixels per point of a rendered PDF page.
    """

    def __init__(
        self,
        active: Active,
        spec: JobSpec,
        keeper: Keeper,
        publisher: PicturePublisher,
        serving: ServingSettings,
        pdf_scale: float,
    ) -> None:
        self._active = active
        self._spec = spec
        self._pages = PageKeeping(active, keeper)
        self._publisher = publisher
        self._serving = serving
        self._pdf_scale = pdf_scale
        self._parameters = spec.read_parameters()
        self._formats = [FILES[extension].result for extension in spec.formats]
        self._document: DocumentNote | None = None
        self._scales: Sequence[Scale] = ()

    @property
    def done(self) -> bool:
        """Whether every page is finished."""
        progress = progress_of(self._active.pages)
        return progress.document is not None and len(progress.pages) >= progress.document.wanted

    async def run(self, desk: FrontDesk, caller: Caller, raw: RawFile) -> None:
        """Read the pages that are missing. A page that cannot be read is kept with its reason.

        Args:
            desk: reads the document, and counts the pages.
            caller: pays for them.
            raw: the document.

        Raises:
            RequestError: the document cannot be read.
            JobFailed: it has none of the wanted pages, or a format does not fit the other fields.
            StorageFailed: a page cannot be kept.
        """
        reading = Reading(self._overrides(raw), None, choose=self._choose)
        make_part = partial(self._make_part, self._pictures(), raw)
        await desk.read_for(caller, raw, reading, make_part, store=self._keep, failed=self._keep_failed)

    def _overrides(self, raw: RawFile) -> OcrOverrides:
        given = self._parameters.overrides()
        structure = bool(self._parameters.page_formats()) or any(form.needs_layout for form in self._formats)
        overrides = replace(given, structure=structure)
        # The result shows the document's own pages, so they are neither rotated nor unwarped. An image has none.
        if raw.kind is FileKind.IMAGE or not any(form.keeps_pages for form in self._formats):
            return overrides
        if given.use_doc_orientation_classify or given.use_doc_unwarping:
            raise failure("invalid", "invalid_field", OWN_PAGES)
        return replace(overrides, use_doc_orientation_classify=False, use_doc_unwarping=False)

    def _pictures(self) -> PicturePlan | None:
        if not self._parameters.visualize:
            return None
        limit = self._serving.max_output_img_size
        return PicturePlan(self._publisher, new_document_id(), self._spec.base, limit)

    def _choose(self, info: DocumentInfo) -> Sequence[int]:
        chosen = chosen_pages(self._spec.pages, info)
        if not chosen:
            raise failure("invalid", "invalid_field", NO_SUCH_PAGE.format(total=info.total_pages))
        self._document = DocumentNote(info, len(chosen))
        self._scales = page_scales(info, self._pdf_scale)
        self._active.progress.pages = len(chosen)
        finished = self._pages.finished
        self._active.progress.pages_read = len(finished)
        return [number - 1 for number in chosen if number not in finished]

    def _make_part(self, plan: PicturePlan | None, raw: RawFile, page: RecognizedPage) -> FinishedPage:
        result, parameters = page.result, self._parameters
        part = page_part(page, plan, parameters.page_formats(), parameters.zeros())
        item = encode(page_item(part))
        turned = is_turned(result)
        kept = result_page(
            result, result.lines, self._scales[page.page.index], raw, len(self._scales), self._needs(turned, raw)
        )
        warnings = tuple(warning.code for warning in part.facts.warnings)
        sources = part.facts.sources if "layer" in part.facts.sources else ()
        note = PageNote(len(item), "", turned, dict(part.facts.seconds), warnings, sources, len(result.lines))
        return FinishedPage(page.page.index + 1, note, item + encode_page(kept))

    def _needs(self, turned: bool, raw: RawFile) -> "_Needs":
        """The needs of all files together. Pictures that are not kept are decoded again, which is rare."""
        shown = [form for form in self._formats if form.pictures and not form.keeps_pages]
        encodings: tuple[Encoding, ...] = shown[0].pictures if shown else ()
        if turned and raw.kind is not FileKind.PDF:
            encodings = ANYWHERE  # the document does not show the page as it was read
        return _Needs(encodings, any(form.covers_text for form in self._formats))

    async def _keep_failed(self, index: int, error: Exception) -> FinishedPage:
        """Keep a page that cannot be read with its reason, unless the reason is not the page."""
        known = from_pipeline(error) if isinstance(error, OcrError) else error
        if isinstance(known, NotReady | WorkerNotStarted | StorageFailed | JobFailed):
            raise known
        reason = failed_page_reason(known)
        if reason == INTERNAL:
            logger.error("A page of a job failed: %s", where(error))  # messages may quote content
        return await self._keep(FinishedPage(index + 1, PageNote(reason=reason)))

    async def _keep(self, page: FinishedPage) -> FinishedPage:
        document = None if self._document is None else encode_document(self._document)
        await self._pages.keep(page.number, msgspec.json.encode(page.note), page.content, document)
        return replace(page, content=b"")
