"""All errors of a request, each with its HTTP status and message. The contracts shape them into bodies.

A message is written for the caller: it names what is wrong and says what to do. It holds no document content and
nothing about this machine.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from models import errors as ocr

MAX_RETRY_AFTER = 60
"""Seconds; longer estimates say little."""


class RequestError(Exception):
    """A request that fails with a known status.

    Attributes:
        status: HTTP status code, also the contract's ``errorCode``.
        message: the contract's ``errorMsg``.
        retry_after: seconds for the Retry-After header, or None.
        headers: further headers of the answer, in every contract.
        reason_word: stable word for the cause, for programs. PaddleX's contract sends it in a header.
        hint: sentence that says what to send instead, where the contract fixes the message; empty if there is none.
    """

    status = 500
    default_message = "Internal server error"
    retry_after: int | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    reason_word = "internal"
    hint = ""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.default_message)
        self.message = message or self.default_message


UrlProblem = Literal["malformed", "blocked", "unreachable", "not_found", "timeout", "unusable", "too_large"]
_URL_WORDS: dict[UrlProblem, str] = {
    "malformed": "url_malformed",
    "blocked": "url_not_allowed",
    "unreachable": "url_unreachable",
    "not_found": "url_not_found",
    "timeout": "url_timeout",
    "unusable": "url_unusable",
    "too_large": "too_large",
}


class InvalidRequest(RequestError):
    """A field is missing or wrong; the message is the contract's JSON list of details."""

    status = 422
    reason_word = "invalid_field"


class BodyNotUnderstood(InvalidRequest):
    """The body as a whole is not what the contract takes: it is empty, not JSON, or of another type."""

    reason_word = "body_not_understood"


class InvalidInputFile(RequestError):
    """The file cannot be read, or a URL cannot or must not be fetched."""

    status = 422
    default_message = "Invalid input file"
    reason_word = "damaged"


class EmptyFile(InvalidInputFile):
    """The file has no bytes."""

    reason_word = "empty"


class NotBase64(InvalidInputFile):
    """The text is not base64."""

    reason_word = "not_base64"


class UnreadableKind(InvalidInputFile):
    """The file's first bytes are of no kind that is read."""

    reason_word = "unsupported"


class OtherKind(InvalidInputFile):
    """The file is of another kind than the caller says."""

    reason_word = "wrong_file_type"


class EncryptedFile(InvalidInputFile):
    """The file is encrypted, and its password is missing or wrong.

    It has a type of its own for contracts that tell it apart. By default it is answered like any file that cannot be
    read.
    """

    reason_word = "encrypted"


class OfficeUnavailable(InvalidInputFile):
    """Office documents cannot be read here. The message names what the operator has to install or to change."""

    default_message = "This server does not read Office documents."
    reason_word = "unsupported"


class UrlNotFetched(InvalidInputFile):
    """A URL cannot or must not be fetched.

    Attributes:
        problem: for contracts that tell the problems apart. By default all have the same answer.
    """

    def __init__(self, problem: UrlProblem) -> None:
        super().__init__()
        self.problem = problem
        self.reason_word = _URL_WORDS[problem]


class FileTypeUndetermined(RequestError):
    """The file is base64, and ``fileType`` is missing."""

    status = 422
    default_message = "File type cannot be determined"
    reason_word = "file_type_missing"


class UnsupportedFileType(RequestError):
    """The file is neither an image nor a PDF, by its name in a URL or by its first bytes."""

    status = 422
    default_message = "Unsupported file type"
    reason_word = "unsupported"


class PixelLimitExceeded(RequestError):
    """An image or page has more pixels than allowed. Its header is checked, before decoding."""

    status = 422
    reason_word = "too_many_pixels"


class InvalidModelSettings(RequestError):
    """The request asks for a stage that this server cannot run.

    Attributes:
        reason: names what is missing, and how to install it if that is possible.
    """

    status = 422
    default_message = "the input params for model settings are invalid!"
    reason_word = "model_unavailable"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{self.default_message} {reason}")


class PresetUnavailable(InvalidModelSettings):
    """A model of the preset is not installed, or cannot run here."""

    reason_word = "preset_unavailable"


class LanguageUnavailable(InvalidModelSettings):
    """The requested language cannot be read here: its recogniser is not installed."""

    reason_word = "language_unavailable"


class Unauthorized(RequestError):
    """No token, or one that is not configured."""

    status = 401
    reason_word = "unauthorized"
    default_message = "Missing or invalid access token. Send the header 'Authorization: token <TOKEN>'."


class NotFound(RequestError):
    """There is nothing at this address, or no longer."""

    status = 404
    reason_word = "not_found"
    default_message = "Not Found"


_HTTP_WORDS = {
    403: "cross_site",
    404: "not_found",
    405: "method_not_allowed",
    415: "encoded_body",
    421: "wrong_host",
    500: "internal",
}


class RefusedByHttp(RequestError):
    """The request was refused before it came to a contract: unknown method, malformed request line, wrong host."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason_word = _HTTP_WORDS.get(status, "refused")


class EncodedBody(RefusedByHttp):
    """The request's body is compressed, or encoded in another way."""

    headers: Mapping[str, str] = MappingProxyType({"Accept-Encoding": "identity"})

    def __init__(self) -> None:
        super().__init__(415, "This server does not read compressed bodies. Send the body without Content-Encoding.")


class WrongHost(RefusedByHttp):
    """The request names a host that is not this server, or several."""

    def __init__(self) -> None:
        super().__init__(
            421, "This server does not answer to the host name of this request. Name it in server.allowed_hosts."
        )


class CrossSiteRequest(RefusedByHttp):
    """A browser sends the request for a web page of another site."""

    def __init__(self) -> None:
        super().__init__(
            403, "This server does not take requests from web pages of other sites. See server.cors_origins."
        )


class TooManyRequests(RequestError):
    """This caller sends more than its key may.

    Args:
        retry_after: seconds after which it may send again.
    """

    status = 429
    reason_word = "too_many_requests"
    default_message = "Too many requests with this key. Send them more slowly."

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__()
        self.retry_after = retry_after


class BodyTooLarge(RequestError):
    """The request body is over the configured cap."""

    status = 413
    reason_word = "too_large"


class BodyTimeout(RequestError):
    """The request body did not arrive in the configured time."""

    status = 408
    reason_word = "body_timeout"
    default_message = "The request body took too long to arrive."


class ClientDisconnected(RequestError):
    """The caller went away, so nobody reads the answer. The status is nginx's, for the access log and the metrics."""

    status = 499
    reason_word = "client_gone"
    default_message = "Client Closed Request"


class Overloaded(RequestError):
    """The queue is full; nothing of the request was processed.

    Args:
        retry_after: seconds after which there should be room.
    """

    status = 503
    default_message = "The server is at capacity. Try again later."
    reason_word = "overloaded"
    retry_after = 1

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__()
        self.retry_after = min(retry_after, MAX_RETRY_AFTER)


class RequestTimeout(RequestError):
    """The configured time for one request ran out; its remaining work was dropped."""

    status = 503
    default_message = "The request took longer than the server allows. Send fewer pages or a smaller image."
    reason_word = "timeout"
    retry_after = 5


class NotReady(RequestError):
    """The pipeline is starting, stopping or has failed."""

    status = 503
    default_message = "The server is not ready."
    reason_word = "not_ready"
    retry_after = 5


def from_pipeline(error: ocr.OcrError) -> RequestError:
    """Translate an error of `models` into the request error that the caller sees."""
    for kind, answer in _FROM_PIPELINE.items():
        if isinstance(error, kind):
            return answer(str(error))
    return RequestError()


_FROM_PIPELINE: dict[type[ocr.OcrError], Callable[[str], RequestError]] = {
    ocr.LanguageNotInstalled: LanguageUnavailable,
    ocr.PresetNotInstalled: PresetUnavailable,
    ocr.ModuleNotLoaded: InvalidModelSettings,
    ocr.InvalidOption: InvalidRequest,
    ocr.DeadlineExceeded: lambda _: RequestTimeout(),
    ocr.PipelineStopped: lambda _: NotReady(),
}
"""The request error of each class, made of its message. A class stands before the classes that it derives from."""
