"""Makes results of a job's pages: files in the formats of the table, and JSON."""

from collections.abc import Sequence
from dataclasses import replace

from models.options import OcrOverrides
from server.contracts.front_desk import FrontDesk
from server.contracts.jobs.errors import NoResult
from server.contracts.jobs.formats import FILES, JobFormat
from server.contracts.jobs.kept_page import PageNote, Progress, decode_page
from server.contracts.jobs.request import JobSpec
from server.contracts.jobs.response import result_json
from server.contracts.paddlex_shapes.diagnostics import Diagnostics
from server.decode.document import DocumentInfo
from server.export.drawing.pictures import PictureEncodingFailed
from server.export.files.file_page import Encoding, FilePage
from server.intake.raw_file import FileKind, RawFile
from server.jobs.job import Job
from server.jobs.keeper import Keeper
from server.jobs.pages import PageEntry
from server.jobs.result_pages import Scale, page_pictures, page_scales
from server.runtime import Runtime
from server.threads import Threads

TURNED = (
    "Pages of the document were rotated or unwarped before they were read, so the text does not fit its own pages. "
    "Send the document again with 'pdf' in outputFormats."
)
LOCKED = (
    "The document is needed for this result, and its password is not kept. "
    "Send it again with this format in outputFormats."
)


class Results:
    """Makes results.

    Args:
        desk: knows the presets.
        runtime: the running server.
        keeper: keeps the pages.
        threads: for long work.
        diagnostics: makes the diagnostics of a document.
        max_bytes: of all pictures of a file that shows the pages.

    Attributes:
        writing: files that are being made.
    """

    def __init__(
        self,
        desk: FrontDesk,
        runtime: Runtime,
        keeper: Keeper,
        threads: Threads,
        diagnostics: Diagnostics,
        max_bytes: int,
    ) -> None:
        self._desk = desk
        self._runtime = runtime
        self._keeper = keeper
        self._threads = threads
        self._diagnostics = diagnostics
        self._max_bytes = max_bytes
        self.writing = 0

    def check(self, form: JobFormat, spec: JobSpec, progress: Progress) -> None:
        """Check that a file can be made of a finished job, whose password is gone.

        Raises:
            NoResult: it cannot.
        """
        if not form.result.keeps_pages:
            return
        if spec.locked and spec.file_kind is not FileKind.IMAGE:
            raise NoResult(LOCKED)
        if spec.file_kind is FileKind.PDF and any(note.turned for _, note in progress.read):
            raise NoResult(TURNED)

    def raw_file(self, spec: JobSpec, source: bytes, password: str | None = None) -> RawFile:
        """The document of a job."""
        keep_active = self._runtime.configuration.settings.result_files.keep_active_content
        return RawFile(source, spec.file_kind, password, composite_alpha=True, keep_active_content=keep_active)

    async def make(self, job: Job, form: JobFormat, raw: RawFile, progress: Progress) -> bytes:
        """Make a file of all pages that were read.

        Raises:
            WorkerNotStarted: a child process is needed and cannot be started.
            PictureEncodingFailed: a page is too long for a picture, or the pictures are too large together.
            RequestError: the document cannot be opened again for its pictures.
        """
        self.writing += 1
        try:
            pages = {entry.number: await self._page(job, entry, note) for entry, note in progress.read}
            shown = list(pages.values())
            if not form.result.keeps_pages:
                return await self._threads.run(form.result.write, shown, raw)
            if raw.kind is FileKind.PDF:
                try:
                    return await self._threads.run(form.result.write, self._all_pages(pages, progress), raw)
                except PictureEncodingFailed:
                    pass  # The PDF cannot be rewritten, so its pages become pictures.
            shown = await self._with_pictures(pages, raw, form)
            return await self._threads.run(form.result.write, shown, _as_pictures(raw))
        finally:
            self.writing -= 1

    async def items(self, job: Job, progress: Progress, numbers: Sequence[int] | None = None) -> list[bytes]:
        """The items of ``ocrResults`` of pages; None for all that were read."""
        wanted = None if numbers is None else set(numbers)
        return [
            (await self._keeper.page(job.id, entry))[: note.item]
            for entry, note in progress.read
            if wanted is None or entry.number in wanted
        ]

    async def json(self, job: Job, spec: JobSpec, progress: Progress) -> bytes:
        """The result as JSON.

        Raises:
            StorageFailed: pages cannot be read.
        """
        parameters = spec.read_parameters()
        info = _read_part(progress)
        items = await self.items(job, progress)
        diagnosed = None
        if parameters.diagnostics:
            preset = self._desk.options(OcrOverrides(preset=parameters.preset)).preset
            diagnosed = await self._threads.run(self._diagnostics.make, preset, info, progress.facts())
        return await self._threads.run(result_json, parameters.log_id or job.id, items, info, diagnosed)

    async def _page(self, job: Job, entry: PageEntry, note: PageNote) -> FilePage:
        content = await self._keeper.page(job.id, entry)
        return await self._threads.run(decode_page, content[note.item :])

    def _all_pages(self, pages: dict[int, FilePage], progress: Progress) -> list[FilePage]:
        """The document's pages from the first one on. Those that were not read have no text."""
        info = _info(progress)
        scales = page_scales(info, self._runtime.configuration.settings.decode.pdf_scale)
        last = max(pages, default=0)
        return [
            pages.get(index + 1) or FilePage((), *info.sizes[index], _points(info, index, scales), ())
            for index in range(last)
        ]

    async def _with_pictures(self, pages: dict[int, FilePage], raw: RawFile, form: JobFormat) -> list[FilePage]:
        """The pages with pictures that the format can show. Those that have none are decoded again."""
        encodings = form.result.pictures
        if all(_has_pictures(page, encodings) for page in pages.values()):
            return list(pages.values())
        shown: list[FilePage] = []
        async with self._runtime.decoder.open(raw, max_pages=None) as document:
            for number, page in pages.items():
                if _has_pictures(page, encodings):
                    shown.append(page)
                    continue
                image = (await document.page(number - 1)).image
                count = len(document.info.sizes)
                pictures = await self._threads.run(page_pictures, image, raw, count, encodings, as_it_is=True)
                shown.append(replace(page, pictures=pictures))
                if sum(len(picture.data) for each in shown for picture in each.pictures) > self._max_bytes:
                    raise PictureEncodingFailed
        return shown


def _has_pictures(page: FilePage, encodings: Sequence[Encoding]) -> bool:
    return bool(page.pictures) and all(picture.encoding in encodings for picture in page.pictures)


def _as_pictures(raw: RawFile) -> RawFile:
    """The document as one that has no pages of its own that could be kept."""
    return replace(raw, kind=FileKind.IMAGE)


def _info(progress: Progress) -> DocumentInfo:
    if progress.document is None:
        raise NoResult("The document was not opened.")
    return progress.document.info


def _read_part(progress: Progress) -> DocumentInfo:
    """The outline of the pages that were read, as if the document had no others."""
    info = _info(progress)
    sizes = tuple(info.sizes[entry.number - 1] for entry, _ in progress.read)
    return replace(info, sizes=sizes, points=None, total_pages=len(sizes), processed_pages=len(sizes))


def _points(info: DocumentInfo, index: int, scales: Sequence[Scale]) -> tuple[float, float]:
    width, height = info.sizes[index]
    return info.points[index] if info.points else (width * scales[index][0], height * scales[index][1])


def made_afterwards(extension: str, spec: JobSpec) -> bool:
    """Whether a file of this extension is made although the request did not ask for it."""
    return extension in spec.formats or FILES[extension].on_demand
