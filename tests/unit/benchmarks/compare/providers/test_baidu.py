"""Against the answers that Baidu documents; `tests/contract/test_compare.py` has this project's own server."""

import time
import warnings
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from benchmarks.compare.model import AnswerLine, Document
from benchmarks.compare.providers.baidu import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.samples import CORNERS
from tests.unit.benchmarks.compare.stand_in import Asked, Said

KEYS = {"key": "env:KEY", "secret": "env:SECRET"}
TOKEN = {"access_token": "24.x", "expires_in": 2592000, "scope": "public brain_all_scope"}
LINE = {
    "words": "出口",
    "location": {"left": 10, "top": 20, "width": 100, "height": 20},
    "probability": {"average": 0.5, "min": 0.25, "variance": 0.0},
}
READ = {"log_id": 1, "words_result_num": 1, "words_result": [LINE]}


def with_token(content: object):
    return lambda asked: Said(TOKEN if asked.path.startswith("/oauth/") else content)


def test_an_image(page: Document) -> None:
    pages, server = ask(PROVIDER, page, with_token(READ), **KEYS, options={"language_type": "ENG"})
    assert pages[0].lines == (AnswerLine("出口", 0.5, CORNERS),)
    token, read = server.asked
    assert parse_qs(urlsplit(token.path).query)["client_id"] == ["a-key-for-tests"]
    assert urlsplit(read.path).path == "/rest/2.0/ocr/v1/general"
    assert parse_qs(read.body.decode())["language_type"] == ["ENG"]


def test_without_places(page: Document) -> None:
    content = {"words_result": [{"words": "出口"}]}
    pages, server = ask(PROVIDER, page, with_token(content), **KEYS, api="accurate_basic")
    assert pages[0].lines == (AnswerLine("出口"),)
    assert "accurate_basic" in server.asked[-1].path


def test_a_pdf_is_sent_for_each_page(pdf: Document) -> None:
    pages, server = ask(PROVIDER, pdf, with_token(READ), **KEYS)
    assert [each.number for each in pages] == [1, 2]
    assert [parse_qs(each.body.decode())["pdf_file_num"] for each in server.asked[1:]] == [["1"], ["2"]]
    assert PROVIDER.calls(pdf) == 2


@pytest.mark.parametrize(
    ("code", "outcome"), [(18, "throttled"), (17, "throttled"), (216202, "refused"), (282000, "failed"), (6, "refused")]
)
def test_errors(page: Document, code: int, outcome: str) -> None:
    error, _ = ask(PROVIDER, page, with_token({"error_code": code, "error_msg": "x"}), **KEYS)
    assert (error.outcome, error.reason) == (outcome, f"The provider answered with error {code}.")


def test_wrong_keys(page: Document) -> None:
    def say(asked: Asked) -> Said:
        return Said({"error": "invalid_client"}, 401) if asked.path.startswith("/oauth/") else Said({"error_code": 14})

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the package's way to ask for the time
        error, _ = ask(PROVIDER, page, say, **KEYS)
    assert error.outcome == "refused"


def test_a_late_answer(page: Document) -> None:
    error, _ = ask(PROVIDER, page, lambda _asked: Said({"slept": time.sleep(1)}), 0.2, **KEYS)
    assert error.outcome == "timeout"


def test_the_certificate_is_checked(page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = requests.adapters.HTTPAdapter.send

    def send(self, request, **options):
        seen.append(options["verify"])
        return real(self, request, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    ask(PROVIDER, page, with_token(READ), **KEYS)
    assert seen
    assert all(seen)
