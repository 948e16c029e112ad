"""General OCR of Baidu AI, through Baidu's own package ``baidu-aip``.

The package checks no certificate. Here it does: its session is replaced by one that always checks.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import msgspec

from benchmarks.compare.calls import need, unreachable
from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.pages import corners, page_of
from benchmarks.compare.provider import NotAnswered, Outcome, Provider, Reply, Terms

REAL = "https://aip.baidubce.com"
METHODS = {
    "general_basic": "basicGeneral",
    "accurate_basic": "basicAccurate",
    "general": "general",
    "accurate": "accurate",
}
THROTTLED = (4, 17, 18, 19)
FAILED = (1, 2, 216630, 216631, 216633, 216634, 282000)
TIMED_OUT = "SDK108"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        key, secret: references of the two keys of an application.
        api: which of the four recognitions; the two without ``basic`` tell places.
        options: further fields of each request, such as ``language_type``.
    """

    key: str
    secret: str
    endpoint: str = REAL
    api: Literal["general_basic", "accurate_basic", "general", "accurate"] = "general"
    options: dict[str, str] = {}


class Baidu:
    """A client with one application's keys."""

    def __init__(self, sdk: Any, settings: Settings, terms: Terms) -> None:
        self._sdk = sdk
        self._settings = settings
        self._terms = terms

    def read(self, document: Document, content: bytes) -> Reply:
        """Send a document. A PDF is sent once for each page, because that is the contract."""
        method = METHODS[self._settings.api]
        options = {"probability": "true", **self._settings.options}
        if document.kind == "image":
            return Reply(_kept([self._call(method, content, options)]), 200)
        answers = []
        for page in range(1, document.pages + 1):
            if page > 1:
                self._terms.pace()
            answers.append(self._call(f"{method}Pdf", content, {**options, "pdf_file_num": str(page)}))
        return Reply(_kept(answers), 200)

    def _call(self, method: str, content: bytes, options: dict[str, str]) -> dict[str, Any]:
        import requests  # the SDK's own, so it is there

        try:
            answer: dict[str, Any] = getattr(self._sdk, method)(content, options)
        except requests.RequestException as error:
            raise unreachable(self._settings.endpoint, error) from error
        except (ValueError, KeyError) as error:  # no JSON, or a token without a scope
            raise NotAnswered("failed", "The answer has not the documented form.") from error
        code = answer.get("error_code")
        if code is not None:
            raise NotAnswered(_outcome(code), f"The provider answered with error {code}.", 200, _kept([answer]))
        return answer


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[Baidu]:
    """Open a client. Its token is fetched with its first request."""
    try:
        import aip.base
        import requests
        from aip import AipOcr
    except ModuleNotFoundError as error:
        raise need(error.name or "aip", "compare-baidu") from error

    class Checked(requests.Session):
        def request(self, *arguments: Any, **options: Any) -> requests.Response:
            return super().request(*arguments, **{**options, "verify": True, "allow_redirects": False})

    base = settings.endpoint.rstrip("/")
    addresses = {
        name: base + value.removeprefix(REAL)
        for kind in (aip.base.AipBase, AipOcr)
        for name, value in vars(kind).items()
        if isinstance(value, str) and value.startswith(REAL)
    }
    pointed = type("PointedAipOcr", (AipOcr,), addresses)
    with Checked() as session:
        sdk = pointed("compare", terms.secret(settings.key), terms.secret(settings.secret))
        sdk.s = session
        sdk._AipBase__client = session  # noqa: SLF001 - the token is fetched through the module requests otherwise
        sdk.setConnectionTimeoutInMillis(terms.timeout_seconds * 1000)
        sdk.setSocketTimeoutInMillis(terms.timeout_seconds * 1000)
        yield Baidu(sdk, settings, terms)


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of a kept answer: a list with the service's answer for each page."""
    return tuple(
        page_of(number, map(_line, answer["words_result"])) for number, answer in enumerate(json.loads(raw), 1)
    )


def _line(found: dict[str, Any]) -> AnswerLine:
    place = found.get("location")
    score = found.get("probability", {}).get("average")
    if place is None:
        return AnswerLine(found["words"], score)
    left, top = float(place["left"]), float(place["top"])
    return AnswerLine(found["words"], score, corners(left, top, left + place["width"], top + place["height"]))


def _kept(answers: list[dict[str, Any]]) -> bytes:
    return json.dumps(answers, ensure_ascii=False).encode()


def _outcome(code: object) -> Outcome:
    if code in THROTTLED:
        return "throttled"
    if code == TIMED_OUT:
        return "timeout"
    return "failed" if code in FAILED else "refused"


PROVIDER = Provider(
    Settings,
    lambda settings: settings.endpoint,
    connect,
    understand,
    packages=("baidu-aip",),
    calls=lambda document: document.pages if document.kind == "pdf" else 1,
)
