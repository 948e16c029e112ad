"""Contracts that are broken in one way each: what the shared suites check finds every one, and passes the whole one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from litestar import Response
from litestar.testing import TestClient
from schemathesis.openapi import from_dict

from models.errors import EngineFailure
from server.contracts.base import AnyRequest, Contract, contract_route
from server.contracts.front_desk import FrontDesk, Visit
from server.errors import RequestError
from server.http.json_response import json_response
from server.http.keys import KeyRing
from server.intake.raw_file import RawFile
from server.operations.openapi import openapi_document
from server.runtime import Runtime
from tests.contract.adapters import Call, File, Key, Outcome, Parser
from tests.contract.checks import check_failure, check_strangers, reply_to
from tests.contract.tiny import service as tiny_service
from tests.contract.tiny.adapter import ADAPTER
from tests.contract.tiny.application import application
from tests.contract.tiny.contract import PATH, build_tiny
from tests.contract.tiny.errors import why
from tests.contract.tiny.request import file_of
from tests.contract.tiny.response import failed
from tests.contract.tiny.service import TinyService
from tests.fuzz.parsers import check_parser
from tests.hostile.corpus import wrong
from tests.unit.server.apps import png
from tests.unit.server.stub_pipeline import StubPipeline

Build = Callable[[Runtime], Contract]
Send = Callable[[Call], httpx.Response]

KEY = Key("ann", "a-key-of-ann")
QUOTED = "quokka-in-a-field"
PAGE = File("page.png", png())
FAILURES = pytest.mark.parametrize("failure", [EngineFailure(QUOTED), MemoryError(QUOTED)])


@contextmanager
def served(build: Build = build_tiny, failure: Exception | None = None) -> Iterator[Send]:
    """A contract behind its application, with a key and with a pipeline that may fail at every page."""
    pipeline = StubPipeline()
    pipeline.failures = {} if failure is None else {0: failure}
    app = application(pipeline, build, contracts={"tiny": {"keys": {KEY.name: KEY.secret}}})
    with TestClient(app, raise_server_exceptions=False) as client:

        def send(call: Call) -> httpx.Response:
            options = {"content" if name == "data" else name: value for name, value in call.options.items()}
            return client.request(call.method, call.path, **options)

        yield send


def forgets_keys(runtime: Runtime) -> Contract:
    service = TinyService(FrontDesk(runtime, "tiny", runtime.configuration.settings.contracts.tiny), KeyRing({}))
    return replace(build_tiny(runtime), routes=(contract_route(PATH, service.read),))


def quotes_causes(runtime: Runtime) -> Contract:
    def answer_error(_: AnyRequest, error: RequestError) -> Response[bytes]:
        return json_response({"ok": False, "why": why(error), "cause": str(error.__cause__)}, error.status)

    return replace(build_tiny(runtime), answer_error=answer_error)


class Quoting(TinyService):
    """Answers with the words of whatever was raised."""

    async def _answer(self, visit: Visit) -> Response[bytes]:
        try:
            return await super()._answer(visit)
        except MemoryError as error:
            return failed(f"failed: {error}", 500)


def quotes_surprises(runtime: Runtime) -> Contract:
    settings = runtime.configuration.settings.contracts.tiny
    service = Quoting(FrontDesk(runtime, "tiny", settings), runtime.key_rings.of("tiny"))
    return replace(build_tiny(runtime), routes=(contract_route(PATH, service.read),))


def has_another_shape(runtime: Runtime) -> Contract:
    def answer_error(_: AnyRequest, error: RequestError) -> Response[bytes]:
        return json_response({"error": why(error)}, error.status)

    return replace(build_tiny(runtime), answer_error=answer_error)


def raises_at_empty_files(body: bytes, content_type: str) -> RawFile:
    assert body[0] >= 0
    return file_of(body, content_type)


def test_the_whole_contract_passes():
    with served() as send:
        check_strangers(ADAPTER, send, Key("stranger", "none"), PAGE.data)
        answer = send(ADAPTER.call(PAGE, KEY))
        assert ADAPTER.outcome(reply_to(ADAPTER, answer)) is Outcome.READ
        assert wrong(ADAPTER, "empty.png", reply_to(ADAPTER, send(ADAPTER.call(File("empty.png", b""), KEY)))) is None


@FAILURES
def test_the_whole_contract_says_nothing_of_a_failure(failure: Exception):
    with served(failure=failure) as send:
        check_failure(ADAPTER, send(ADAPTER.call(PAGE, KEY)), [QUOTED])


def test_forgotten_keys_are_found():
    with served(forgets_keys) as send, pytest.raises(AssertionError):
        check_strangers(ADAPTER, send, Key("stranger", "none"), PAGE.data)


@pytest.mark.parametrize(
    ("build", "failure"), [(quotes_causes, EngineFailure(QUOTED)), (quotes_surprises, MemoryError(QUOTED))]
)
def test_words_of_errors_in_answers_are_found(build: Build, failure: Exception):
    with served(build, failure) as send:
        answer = send(ADAPTER.call(PAGE, KEY))
        assert QUOTED in answer.text
        with pytest.raises(AssertionError):
            check_failure(ADAPTER, answer, [QUOTED])


def test_a_file_that_nobody_foresaw_is_found_by_hostile_files_and_by_the_fuzz_suite(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tiny_service, "file_of", raises_at_empty_files)
    with served() as send:
        reply = reply_to(ADAPTER, send(ADAPTER.call(File("empty.png", b""), KEY)))
    assert wrong(ADAPTER, "empty.png", reply) == f"empty.png to tiny: {reply.said} instead of ((422, 'unreadable'),)"
    inputs = ADAPTER.parsers["file"].inputs
    with pytest.raises(IndexError):
        check_parser(Parser(inputs, lambda given: raises_at_empty_files(*given)))


def test_an_answer_that_the_description_does_not_know_is_found():
    described = from_dict(openapi_document(application().state.contracts, "http://127.0.0.1"))[PATH]["POST"]
    with served() as send:
        for key in (KEY, None):
            described.validate_response(send(ADAPTER.call(PAGE, key)))
    with served(has_another_shape) as send:
        answer = send(ADAPTER.call(PAGE, None))
    with pytest.raises(AssertionError):
        described.validate_response(answer)
