"""The body of `POST /v1/ocr`, checked. The document in it is not decoded yet."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.contracts.mistral.errors import BODY, DOCUMENT, WrongField, WrongFields
from server.contracts.mistral.page_choice import Ranges, parse_pages
from server.http.body import split_content_type
from server.http.json_outline import OUTLINE_BYTES, LongString, SkimError, TooMuchJson, outline

Granularity = Literal["page", "word", "block"]
TableFormat = Literal["markdown", "html"]
Text = str | LongString

NOT_JSON = "The body is no JSON object. Send JSON with 'Content-Type: application/json'."
NO_ANNOTATIONS = "annotations are not available on this server, because no language model runs here"
NO_DOCUMENT = "Send document_url, image_url or file_id."
MAX_NAME = 1024
"""Characters of the longest text that is kept of a field which is no document."""

_NonNegative = Annotated[int, Field(ge=0, le=10**9)]
_Pages = Annotated[list[int], Field(max_length=10_000)] | Annotated[str, Field(max_length=20_000)]
_OF_TYPE = {"document_url": "document_url", "image_url": "image_url", "file": "file_id", "file_id": "file_id"}
"""The field of a document by its ``type``. ``file_id`` is an alias of ``file``."""


class _Fields(BaseModel):
    """All fields but the document. ``None`` is absent, and unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    model: str | None = None
    pages: _Pages | None = None
    include_image_base64: bool | None = None
    image_limit: _NonNegative | None = None
    image_min_size: _NonNegative | None = None
    table_format: TableFormat | None = None
    extract_header: bool | None = None
    extract_footer: bool | None = None
    include_blocks: bool | None = None
    confidence_scores_granularity: Granularity | None = None
    bbox_annotation_format: dict[str, object] | None = None
    document_annotation_format: dict[str, object] | None = None
    document_annotation_prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The document as the request names it.

    Attributes:
        field: of the document in which it stands: ``document_url``, ``image_url`` or ``file_id``.
        text: an address, a ``data:`` address, or the id of a file.
    """

    field: str
    text: Text


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form of the answer that a request wants.

    Attributes:
        pictures: whether pictures come as base64.
        image_limit: most pictures of the document; None for all.
        image_min_size: least width and height of a picture in pixels.
        table_format: how tables come beside the Markdown; None leaves them in it.
        header: whether the running head leaves the Markdown.
        footer: whether the running foot leaves the Markdown.
        blocks: whether the blocks of a page are listed.
        confidence: which scores are wanted; None for none.
    """

    pictures: bool = False
    image_limit: int | None = None
    image_min_size: int = 0
    table_format: TableFormat | None = None
    header: bool = False
    footer: bool = False
    blocks: bool = False
    confidence: Granularity | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request.

    Attributes:
        model: its name; None for the default.
        source: the document.
        pages: the pages to read; empty for all.
        wanted: the form of the answer.
    """

    model: str | None
    source: Source
    pages: Ranges
    wanted: Wanted


def parse_call(body: bytes, content_type: str) -> Call:
    """Parse and check a body. Pure CPU work in proportion to its size.

    Raises:
        WrongField: the body or a field is wrong.
    """
    main, sub = split_content_type(content_type)
    if main != "application" or not (sub == "json" or sub.endswith("+json")):
        raise WrongField(BODY, NOT_JSON)
    decoded = _decode(body)
    if not isinstance(decoded, dict):
        raise WrongField(BODY, NOT_JSON, "model_attributes_type")
    document = decoded.pop("document", None)
    fields = _checked(decoded)
    for name in ("bbox_annotation_format", "document_annotation_format"):
        asked: Mapping[str, object] | None = getattr(fields, name)
        if asked is not None and asked.get("type") != "text":
            raise WrongField(("body", name), NO_ANNOTATIONS)
    return Call(fields.model, _source(document), parse_pages(fields.pages), _wanted(fields))


def _wanted(fields: _Fields) -> Wanted:
    return Wanted(
        pictures=bool(fields.include_image_base64),
        image_limit=fields.image_limit,
        image_min_size=fields.image_min_size or 0,
        table_format=fields.table_format,
        header=bool(fields.extract_header),
        footer=bool(fields.extract_footer),
        blocks=bool(fields.include_blocks),
        confidence=fields.confidence_scores_granularity,
    )


def _checked(decoded: Mapping[str, object]) -> _Fields:
    values = {name: value.head(MAX_NAME) if isinstance(value, LongString) else value for name, value in decoded.items()}
    try:
        return _Fields.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise WrongFields([(("body", *each["loc"]), each["msg"], each["type"]) for each in details]) from error


def _source(document: object) -> Source:
    if document is None:
        raise WrongField(DOCUMENT, "Field required", "missing")
    if not isinstance(document, dict):
        raise WrongField(DOCUMENT, f"The document is an object. {NO_DOCUMENT}", "model_attributes_type")
    field = _field_of(document)
    value = document.get(field)
    if field == "image_url" and isinstance(value, dict):
        value = value.get("url")
    if value is None:
        raise WrongField((*DOCUMENT, field), "Field required", "missing")
    if not isinstance(value, Text):
        raise WrongField((*DOCUMENT, field), "Input should be a valid string", "string_type")
    return Source(field, value)


def _field_of(document: Mapping[str, object]) -> str:
    """The field that holds the document: that of its type, or the one that is there."""
    kind = document.get("type")
    if kind is None:
        found = [name for name in ("document_url", "image_url", "file_id") if document.get(name) is not None]
        if len(found) != 1:
            raise WrongField(DOCUMENT, NO_DOCUMENT, "missing")
        return found[0]
    if not isinstance(kind, str) or kind not in _OF_TYPE:
        raise WrongField((*DOCUMENT, "type"), "The type is document_url, image_url or file.", "literal_error")
    return _OF_TYPE[kind]


def _decode(body: bytes) -> object:
    """The body's JSON. Its long strings are `LongString`, because a parser would hold up all other requests."""
    if not body:
        raise WrongField(BODY, "Field required", "missing")
    try:
        if len(body) <= OUTLINE_BYTES:
            return json.loads(body)
        found = outline(body)
        decoded = json.loads(found.text)
        return _with_strings(decoded, found.value)
    except TooMuchJson as error:
        raise WrongField(BODY, str(error), "too_long") from error
    except (SkimError, ValueError, RecursionError) as error:
        raise WrongField(BODY, NOT_JSON, "json_invalid") from error


def _with_strings(decoded: object, value: Callable[[object], object]) -> object:
    """Put the long strings in their places: among the fields, in the document, and in its ``image_url``."""
    if not isinstance(decoded, dict):
        return decoded
    fields = {name: value(each) for name, each in decoded.items()}
    for name in ("document", "image_url"):
        inner = fields.get("document") if name == "image_url" else fields
        if isinstance(inner, dict) and isinstance(inner.get(name), dict):
            inner[name] = {key: value(each) for key, each in inner[name].items()}
    return fields
