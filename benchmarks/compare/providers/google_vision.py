"""Document text detection of Google Cloud Vision, through Google's own package, over HTTPS."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from benchmarks.compare.calls import need, unreachable
from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.pages import page_of
from benchmarks.compare.provider import NotAnswered, Outcome, Provider, Reply, Terms, outcome_of

PDF_PAGES = 5
"""So many pages of a PDF are read in one request; for more, the service wants the file in its own storage."""

TOKENS = "https://oauth2.googleapis.com"
LINE_ENDS = {"EOL_SURE_SPACE", "LINE_BREAK", "HYPHEN"}
SPACES = {"SPACE", "SURE_SPACE"}
CODES: dict[int, Outcome] = {3: "refused", 4: "timeout", 7: "refused", 8: "throttled", 16: "refused"}
"""What the codes of google.rpc.Status inside an answer mean; every other code tells of a failure."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        key: the reference of an API key. Give this or ``service_account``.
        service_account: the path of a service account's JSON file.
        languages: hints, such as ``zh``.
    """

    key: str = ""
    service_account: str = ""
    endpoint: str = "https://vision.googleapis.com"
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.key) == bool(self.service_account):
            raise ValueError("give either key or service_account")


class Vision:
    """A client with one credential."""

    def __init__(self, sdk: Any, settings: Settings, terms: Terms, metadata: Sequence[tuple[str, str]]) -> None:
        self._sdk = sdk
        self._settings = settings
        self._options = {"timeout": terms.timeout_seconds, "retry": None, "metadata": metadata}

    def read(self, document: Document, content: bytes) -> Reply:
        """Send a document."""
        import requests
        from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
        from google.auth.exceptions import GoogleAuthError
        from google.protobuf.json_format import MessageToDict

        try:
            found = self._pdf(content) if document.kind == "pdf" else self._image(content)
        except GoogleAPICallError as error:
            raise _refused(error) from error
        except requests.Timeout as error:
            raise NotAnswered("timeout", "No answer came within the time that the plan allows.") from error
        except (GoogleAPIError, GoogleAuthError, requests.RequestException) as error:
            raise unreachable(self._settings.endpoint, error) from error
        pages = [MessageToDict(type(page).pb(page)) for page in found]
        raw = json.dumps(pages, ensure_ascii=False).encode()
        for page in pages:
            if page.get("error"):
                code = page["error"].get("code", 0)
                raise NotAnswered(CODES.get(code, "failed"), f"The provider answered with code {code}.", 200, raw)
        return Reply(raw, 200)

    def _image(self, content: bytes) -> Sequence[Any]:
        request = {"image": {"content": content}, **self._wanted}
        return self._sdk.batch_annotate_images(requests=[request], **self._options).responses  # type: ignore[no-any-return]

    def _pdf(self, content: bytes) -> Sequence[Any]:
        request = {"input_config": {"content": content, "mime_type": "application/pdf"}, **self._wanted}
        answer = self._sdk.batch_annotate_files(requests=[request], **self._options).responses[0]
        return [answer] if answer.error.code else answer.responses  # type: ignore[no-any-return]

    @property
    def _wanted(self) -> dict[str, Any]:
        return {
            "features": [{"type_": "DOCUMENT_TEXT_DETECTION"}],
            "image_context": {"language_hints": list(self._settings.languages)},
        }


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[Vision]:
    """Open a client. It sends each request once."""
    try:
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import vision
        from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorRestTransport
        from google.oauth2 import service_account
    except ModuleNotFoundError as error:
        raise need("google-cloud-vision", "compare-google") from error
    if settings.key:
        credentials, metadata = AnonymousCredentials(), [("x-goog-api-key", terms.secret(settings.key))]
    else:
        described = json.loads(terms.secret(f"file:{settings.service_account}"))
        scopes = ["https://www.googleapis.com/auth/cloud-platform"]
        credentials = service_account.Credentials.from_service_account_info(described, scopes=scopes)
        metadata = []
    transport = ImageAnnotatorRestTransport(host=settings.endpoint, credentials=credentials)
    with vision.ImageAnnotatorClient(transport=transport) as sdk:
        yield Vision(sdk, settings, terms, metadata)


def refusal(document: Document) -> str:
    """Long PDF files are not sent."""
    if document.kind == "pdf" and document.pages > PDF_PAGES:
        return f"This provider reads {PDF_PAGES} pages of a PDF in a request, so nothing was sent."
    return ""


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of a kept answer. Its symbols are put together to lines by the breaks that the service names."""
    return tuple(page_of(number, _lines(answer)) for number, answer in enumerate(json.loads(raw), 1))


def _lines(answer: dict[str, Any]) -> Iterator[AnswerLine]:
    for page in answer.get("fullTextAnnotation", {}).get("pages", []):
        for block in page.get("blocks", []):
            for paragraph in block.get("paragraphs", []):
                yield from _paragraph(paragraph)


def _paragraph(paragraph: dict[str, Any]) -> Iterator[AnswerLine]:
    text, words = "", []
    for word in paragraph.get("words", []):
        words.append(word)
        for symbol in word.get("symbols", []):
            end = _break(symbol)
            text += symbol.get("text", "") + (" " if end in SPACES else "-" if end == "HYPHEN" else "")
            if end in LINE_ENDS:
                yield _line(text, words)
                text, words = "", []
    if text:
        yield _line(text, words)


def _break(symbol: dict[str, Any]) -> str:
    return str(symbol.get("property", {}).get("detectedBreak", {}).get("type", ""))


def _line(text: str, words: list[dict[str, Any]]) -> AnswerLine:
    """A line with the upright box around its words. In a PDF places are parts of the page, and are left out."""
    corners = [corner for word in words for corner in word.get("boundingBox", {}).get("vertices", [])]
    scores = [word["confidence"] for word in words if "confidence" in word]
    polygon = None
    if corners:
        across, down = ([float(corner.get(axis, 0)) for corner in corners] for axis in "xy")
        left, top, right, bottom = min(across), min(down), max(across), max(down)
        polygon = ((left, top), (right, top), (right, bottom), (left, bottom))
    return AnswerLine(text.strip(), sum(scores) / len(scores) if scores else None, polygon)


def _refused(error: Any) -> NotAnswered:
    status = int(error.code) if error.code is not None else None
    outcome = outcome_of(status) if status and status >= 400 else "failed"
    raw = error.response.content if getattr(error, "response", None) is not None else b""
    return NotAnswered(outcome, f"The provider answered with HTTP status {status}.", status, raw)


PROVIDER = Provider(
    Settings,
    lambda settings: settings.endpoint,
    connect,
    understand,
    refusal=refusal,
    packages=("google-cloud-vision", "google-api-core"),
    also=lambda settings: (TOKENS,) if settings.service_account else (),
)
