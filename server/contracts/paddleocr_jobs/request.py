"""Checks a request, and defines the part of it that is kept with its job."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from server.contracts.paddleocr_jobs.errors import BadParameter, FileTooLarge
from server.contracts.paddleocr_jobs.fields import Fields
from server.contracts.paddleocr_jobs.options import Options, checked_options
from server.contracts.paddleocr_jobs.page_ranges import Ranges, parse_ranges
from server.contracts.paddleocr_jobs.served_models import ServedModel, Shape
from server.contracts.paddlex_shapes.document_parameters import DocumentParameters
from server.contracts.paddlex_shapes.parameters import OcrParameters
from server.errors import EmptyFile, UnsupportedFileType, UrlNotFetched
from server.intake.raw_file import FileKind
from server.intake.sniff import sniff_kind
from server.intake.url_rules import is_too_long

MAX_BATCH_ID = 128

FindModel = Callable[[str], ServedModel]
"""Finds what reads for the name of a model."""


class JobSpec(msgspec.Struct, frozen=True):
    """The work of a job. It is kept as JSON with the job.

    Attributes:
        shape: of the result.
        preset: that reads.
        language: of the recogniser; None for the preset's own.
        kind: of the document; empty if it is still to be fetched.
        options: the checked options, by their names in JSON.
        pages: the pages to read; empty for all.
        warnings: what the caller has to know.
    """

    shape: Shape
    preset: str
    language: str | None = None
    kind: Literal["pdf", "image", ""] = ""
    options: dict[str, Any] = {}
    pages: Ranges = ()
    warnings: tuple[str, ...] = ()

    def read_options(self) -> Options:
        """The options as they were checked."""
        kind = OcrParameters if self.shape == "ocr" else DocumentParameters
        return kind.model_validate(self.options)


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request.

    Attributes:
        spec: the work of its job.
        source: the document, or its URL.
        fetch: whether it is the URL.
        batch: the name of its batch; empty if it has none.
        options: of the job.
    """

    spec: JobSpec
    source: bytes
    fetch: bool
    batch: str
    options: Options


def read_spec(text: str) -> JobSpec:
    """Read a kept spec.

    Raises:
        ValueError: it is none.
    """
    return msgspec.json.decode(text, type=JobSpec)


def check_call(fields: Fields, find_model: FindModel, max_bytes: int) -> Call:
    """Check all fields, and the first bytes of the file.

    Args:
        fields: of the request.
        find_model: finds what reads for the name of a model.
        max_bytes: the largest file that is taken.

    Raises:
        Refused, RequestError: a field or the file is wrong.
    """
    url = fields.text("fileUrl")
    if bool(url) == (fields.file is not None):
        raise BadParameter(f"Send either file or fileUrl: {'both are' if url else 'neither is'} there.")
    model = find_model(fields.text("model"))
    options = checked_options(fields.payload(), model.shape)
    batch = _batch_id(fields)
    ranges = fields.text("pageRanges")
    kind: Literal["pdf", "image", ""] = ""
    if fields.file is None:
        _check_url(url)
    else:
        kind = "pdf" if kind_of(fields.file, max_bytes) is FileKind.PDF else "image"
    unavailable = options.unavailable() if isinstance(options, DocumentParameters) else ()
    spec = JobSpec(
        shape=model.shape,
        preset=model.preset,
        language=model.language,
        kind=kind,
        options=options.model_dump(mode="json", by_alias=True, exclude_none=True),
        pages=parse_ranges(ranges) if ranges.strip() else (),
        warnings=(*model.warnings, *unavailable),
    )
    source = url.encode() if fields.file is None else fields.file
    return Call(spec, source, fields.file is None, batch, options)


def kind_of(data: bytes, max_bytes: int) -> FileKind:
    """The kind of a document, by its first bytes.

    Raises:
        EmptyFile: it is empty.
        FileTooLarge: it is too large.
        UnsupportedFileType: it is no PDF and no image.
    """
    if not data:
        raise EmptyFile
    if len(data) > max_bytes:
        raise FileTooLarge(f"The file is larger than the {max_bytes} bytes that this server takes.")
    kind = sniff_kind(data)
    if kind is None:
        raise UnsupportedFileType
    return kind


def _batch_id(fields: Fields) -> str:
    if "batchId" not in fields.values:
        return ""
    batch = fields.text("batchId")
    if not 0 < len(batch) <= MAX_BATCH_ID or not batch.isprintable():
        raise BadParameter(f"batchId: must have 1 to {MAX_BATCH_ID} characters, all of them printable.")
    return batch


def _check_url(url: str) -> None:
    """Check the length of an address. Whether its host may be reached is checked when the job is taken."""
    if is_too_long(url) or not url.isprintable():
        raise UrlNotFetched("malformed")
