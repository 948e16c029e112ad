"""``ppocr-server ocr``: reads files in this process, and prints or saves the results."""

import asyncio
import errno
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from models.descriptions.regular_file import read_regular_file
from models.errors import InvalidOption, OcrError
from models.loader import build_pipeline
from models.options import OcrOverrides
from server.admission.pixels import PixelGate
from server.cli.failures import Failure, Misconfigured
from server.cli.output import FILES, OutputFormat, PageOutput, Writer
from server.cli.screen import say
from server.cli.start import load, pull_required
from server.config.load import Configuration
from server.decode.decoder import Decoder
from server.decode.document import DocumentInfo
from server.decode.workers.process import WorkerNotStarted
from server.errors import EmptyFile, EncryptedFile, InvalidInputFile, RequestError, UnreadableKind
from server.intake.raw_file import FileKind, RawFile
from server.intake.sniff import sniff_kind
from server.pipelines.model_store import find_font, open_store
from server.printable import printable
from server.service import DocumentReader, Reading, RecognizedPage

_REASONS: Mapping[type[InvalidInputFile], str] = {
    EncryptedFile: "The file is encrypted, and its password is missing or wrong. Give it with --password.",
    EmptyFile: "The file is empty.",
    UnreadableKind: "The file is neither an image nor a PDF that can be read.",
    InvalidInputFile: "The file is damaged or cut off.",
}
"""The reason by the kind of error. The errors' own messages are those of PaddleX's contract."""

NO_FONTS = (
    "Text of page {page} is missing or wrong: its fonts are neither in the file nor on this machine. "
    "See: ppocr-server check"
)

GivenOptions = Mapping[str, Any]
"""Options as click gives them, by the names of `OcrOverrides`. click has checked their types."""


async def _read(
    reader: DocumentReader, file: Path, raw: RawFile, overrides: OcrOverrides, max_pages: int | None, writer: Writer
) -> None:
    """Read one file, several of its pages at once, and write the result.

    Raises:
        Unread: the file cannot be read, or the result cannot be written.
    """
    with _Progress(printable(file.name)) as progress:

        async def finish(page: RecognizedPage) -> PageOutput:
            output = await asyncio.to_thread(writer.render, page.result)
            progress.page_done()
            if any(warning.code == "fonts_missing" for warning in page.result.warnings):
                say(f"{file}: {NO_FONTS.format(page=page.page.index + 1)}")
            return output

        reading = Reading(overrides, max_pages, choose=progress.every_page)
        try:
            document = await reader.recognize(raw, reading, finish, deadline=None)
        except RequestError as error:
            raise Unread(f"{file}: {_explained(error)}") from error
    try:
        writer.write(file, raw, document.pages)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unread(f"{file}: the result cannot be written: {error.strerror}.") from error


class Unread(Exception):
    """There is no result of a file. The message says why, and the other files are read."""


def _raw_file(file: Path, max_bytes: int, password: str | None) -> RawFile:
    try:
        data = read_regular_file(file, max_bytes)
    except OSError as error:
        limit = " (limits.max_body_bytes)" if error.errno == errno.EFBIG else ""
        raise Unread(f"{file}: cannot be read: {error.strerror}{limit}.") from error
    return RawFile(data, sniff_kind(data) or FileKind.IMAGE, password=password)


class _Progress(ExitStack):
    """A progress bar, shown if a document has more than one page."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = label
        self._advance: Callable[[int], None] = lambda _: None

    def every_page(self, info: DocumentInfo) -> range:
        if info.processed_pages > 1:
            bar = click.progressbar(length=info.processed_pages, label=self._label, file=sys.stderr)
            self._advance = self.enter_context(bar).update
        return range(info.processed_pages)

    def page_done(self) -> None:
        self._advance(1)


def read_files(
    config: Path | None,
    settings: Sequence[str],
    files: Sequence[Path],
    form: OutputFormat,
    output: Path | None,
    max_pages: int | None,
    password: str | None,
    given: GivenOptions,
) -> None:
    """Read files one after the other. An unreadable file is reported and does not stop the others.

    Raises:
        ConfigurationError, OcrError: nothing can be read at all.
        Misconfigured: an option is wrong.
        Failure: a file could not be read.
    """
    configuration = load(config, settings)
    preset = given.get("preset") or configuration.preset_of("file_task")
    overrides = OcrOverrides(**{**given, "preset": preset}, structure=form in FILES)
    try:
        options = configuration.pipeline.preset_defaults.resolve(overrides)
    except InvalidOption as error:
        raise Misconfigured(str(error)) from error
    configuration = replace(configuration, pipeline=configuration.pipeline.only(options.preset))
    writer = Writer(form, output, configuration.serving.max_output_img_size, files)
    failed = asyncio.run(_read_all(configuration, overrides, files, max_pages, password, writer))
    if failed:
        raise Failure(f"{failed} of {len(files)} files could not be read.")


async def _read_all(
    configuration: Configuration,
    overrides: OcrOverrides,
    files: Sequence[Path],
    max_pages: int | None,
    password: str | None,
    writer: Writer,
) -> int:
    """Read every file, and give the number of files that could not be read."""
    failed = 0
    async with _opened(configuration) as reader:
        for file in files:
            try:
                raw = await asyncio.to_thread(_raw_file, file, configuration.settings.limits.max_body_bytes, password)
                await _read(reader, file, raw, overrides, max_pages, writer)
            except Unread as error:
                failed += 1
                say(str(error))
    return failed


def _explained(error: Exception) -> Exception:
    """The pipeline's own error if it is the cause, or why a file is unreadable. Request errors speak to callers."""
    found = error
    while isinstance(found.__cause__, OcrError):
        found = found.__cause__
    if isinstance(found, InvalidInputFile):
        return InvalidInputFile(_REASONS.get(type(found), found.message))
    return found


@asynccontextmanager
async def _opened(configuration: Configuration) -> AsyncIterator[DocumentReader]:
    store = open_store(configuration)
    pull_required(configuration, store)
    limits = configuration.settings.limits
    pipeline = await asyncio.to_thread(build_pipeline, configuration.pipeline, store)
    decoder = Decoder(configuration.settings.decode, limits, font=find_font(configuration))
    try:
        await _start(decoder)
        yield DocumentReader(pipeline, decoder, PixelGate(limits.max_detection_pixels), lambda _: None)
    finally:
        await decoder.stop()
        await pipeline.close()


async def _start(decoder: Decoder) -> None:
    try:
        await decoder.start()
    except WorkerNotStarted as error:
        raise Failure(f"The processes that read PDF, TIFF and GIF files cannot be started: {error}.") from error
