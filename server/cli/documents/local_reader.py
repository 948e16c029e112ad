"""Reads documents with models in this process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from models.errors import OcrError
from models.loader import build_pipeline
from models.options import OcrOverrides
from models.pipeline import OcrPipeline
from server.admission.pixels import PixelGate
from server.cli.documents.forms import Forms, PagePart, Results, assemble, make_part, write_files
from server.cli.documents.reader import REASONS, Document, Unavailable, Unread
from server.cli.failures import Failure
from server.cli.start import pull_required
from server.config.load import Configuration
from server.decode.decoder import Decoder
from server.decode.document import DocumentInfo
from server.decode.workers.process import WorkerNotStarted
from server.errors import InvalidInputFile, NotReady, OfficeUnavailable, RequestError
from server.export.drawing.pictures import PictureEncodingFailed
from server.intake.raw_file import FileKind, RawFile
from server.intake.sniff import sniff_source
from server.jobs.result_pages import Scale, page_scales
from server.pipelines.model_store import find_font, open_store
from server.service import DocumentReader, Reading, RecognizedPage

NO_FONTS = (
    "Text of page {page} is missing or wrong: its fonts are neither in the file nor on this machine. "
    "See: ppocr-server check"
)
NO_PROCESS = "The processes that read PDF, TIFF and GIF files cannot be started"


class TooManyPages(RequestError):
    """The document has more pages than may be read."""

    def __init__(self, info: DocumentInfo) -> None:
        super().__init__(
            f"The file has {info.total_pages} pages, and limits.max_pages allows {info.processed_pages}. Raise it, or "
            f"read the first pages with --max-pages {info.processed_pages}."
        )


class LocalReader:
    """Reads documents.

    Args:
        reader: of documents.
        pipeline: that it reads with.
        configuration: of both.
        forms: of the results.
        overrides: options of the pipeline.
        max_pages: of each document; None for all.
        password: opens encrypted documents.
    """

    def __init__(
        self,
        reader: DocumentReader,
        pipeline: OcrPipeline,
        configuration: Configuration,
        forms: Forms,
        overrides: OcrOverrides,
        max_pages: int | None,
        password: str | None,
    ) -> None:
        self._reader = reader
        self._pipeline = pipeline
        self._configuration = configuration
        self._forms = forms
        self._overrides = replace(overrides, structure=forms.needs_layout)
        self._max_pages = max_pages
        self._password = password

    async def read(self, document: Document) -> Results:
        """See `Reader.read`.

        Raises:
            Failure: the engine hangs or its device is lost, so that this process can read nothing more.
        """
        try:
            raw = await asyncio.to_thread(self._raw_file, document)
            parts = await self._read_pages(document, raw)
            results = await asyncio.to_thread(assemble, str(document.name), parts, self._forms)
            return results | await asyncio.to_thread(write_files, parts, raw, self._forms)
        except WorkerNotStarted as error:
            raise Unavailable(f"{NO_PROCESS}: {error}.") from error
        except NotReady as error:
            if not self._pipeline.healthy:
                raise Failure("The engine hangs or its device is lost, and nothing more can be read.") from error
            raise Unavailable(f"{NO_PROCESS}.") from error
        except PictureEncodingFailed as error:
            raise Unread(f"A page is too large for a picture of it: {error}") from error
        except RequestError as error:
            raise _unread(error) from error

    def _raw_file(self, document: Document) -> RawFile:
        kind = sniff_source(document.data, document.name.name) or FileKind.IMAGE
        keep_active = self._configuration.settings.result_files.keep_active_content
        composite = bool(self._forms.files)  # as file tasks do
        return RawFile(document.data, kind, self._password, composite, keep_active)

    async def _read_pages(self, document: Document, raw: RawFile) -> Sequence[PagePart]:
        scales: list[Scale] = []

        def choose(info: DocumentInfo) -> Sequence[int]:
            if info.total_pages > info.processed_pages and info.processed_pages != self._max_pages:
                raise TooManyPages(info)
            scales.extend(page_scales(info, self._configuration.settings.decode.pdf_scale))
            document.opened(info.processed_pages)
            return range(info.processed_pages)

        async def finish(page: RecognizedPage) -> PagePart:
            limit = self._configuration.serving.max_output_img_size
            scale = scales[page.page.index]
            part = await asyncio.to_thread(make_part, page.result, self._forms, scale, limit, raw, len(scales))
            document.page_read()
            if any(warning.code == "fonts_missing" for warning in page.result.warnings):
                document.warn(NO_FONTS.format(page=page.page.index + 1))
            return part

        overrides = self._overrides
        if raw.kind is not FileKind.IMAGE and any(form.keeps_pages for form in self._forms.files.values()):
            overrides = replace(overrides, use_doc_orientation_classify=False, use_doc_unwarping=False)
        reading = Reading(overrides, self._max_pages, choose)
        return (await self._reader.recognize(raw, reading, finish, deadline=None)).pages


def _unread(error: RequestError) -> Unread:
    """The reason in the pipeline's own words if it is the cause. Request errors speak to callers."""
    found: Exception = error
    while isinstance(found.__cause__, OcrError):
        found = found.__cause__
    if isinstance(found, InvalidInputFile) and not isinstance(found, OfficeUnavailable):
        return Unread(REASONS.get(found.reason_word, found.message))
    return Unread(str(found), again=type(error) is RequestError)


@asynccontextmanager
async def opened_reader(
    configuration: Configuration, forms: Forms, overrides: OcrOverrides, max_pages: int | None, password: str | None
) -> AsyncIterator[LocalReader]:
    """Load the models and start the processes that read files. Missing models are fetched first.

    Raises:
        OcrError: a model is missing or cannot be used.
        Failure: the processes cannot be started.
    """
    store = open_store(configuration)
    await asyncio.to_thread(pull_required, configuration, store)
    limits = configuration.settings.limits
    pipeline = await asyncio.to_thread(build_pipeline, configuration.pipeline, store)
    decoder = Decoder(configuration.settings.decode, limits, font=find_font(configuration))
    try:
        await _start(decoder)
        reader = DocumentReader(pipeline, decoder, PixelGate(limits.max_detection_pixels), lambda _: None)
        yield LocalReader(reader, pipeline, configuration, forms, overrides, max_pages, password)
    finally:
        await decoder.stop()
        await pipeline.close()


async def _start(decoder: Decoder) -> None:
    try:
        await decoder.start()
    except WorkerNotStarted as error:
        raise Failure(f"{NO_PROCESS}: {error}.") from error
