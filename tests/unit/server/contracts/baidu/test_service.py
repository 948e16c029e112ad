"""The contract answers where a pipeline lacks a model, fails, or is slow."""

import asyncio
import base64

import pytest
from litestar.testing import TestClient

from models.errors import EngineFailure, LanguageNotInstalled, ModuleNotLoaded, PipelineStopped
from models.options import OcrOptions
from server.contracts.baidu import fields as form_fields
from server.contracts.baidu import source
from server.contracts.baidu.source import decode_base64
from tests.unit.server.apps import application, png
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

IMAGE = base64.b64encode(png()).decode()


class WithoutOrientation(StubPipeline):
    async def prepare(self, options: OcrOptions) -> None:
        if options.use_doc_orientation_classify:
            raise ModuleNotLoaded("it is not installed")
        if options.language == "korean":
            raise LanguageNotInstalled("Install it with: ppocr-server models pull korean")


class Slow(StubPipeline):
    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()


def call(pipeline: StubPipeline, fields: dict[str, str], **settings) -> dict:
    with TestClient(application(pipeline, **settings)) as client:
        pair = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        token = client.get("/oauth/2.0/token", params=pair).json()["access_token"]
        params = {"access_token": token}
        answer = client.post("/rest/2.0/ocr/v1/general", params=params, data={"image": IMAGE, **fields})
        assert answer.status_code == 200
        return answer.json()


def test_without_an_orientation_model_the_direction_is_unknown_and_the_page_is_read():
    content = call(WithoutOrientation(), {"detect_direction": "true"})
    assert content["direction"] == -1
    assert [line["words"] for line in content["words_result"]] == [TEXT]
    assert "direction" not in call(WithoutOrientation(), {})


def test_a_missing_language_is_the_callers_error_in_any_case(caplog):
    caplog.set_level("INFO")
    for flag in ("true", "false"):
        content = call(WithoutOrientation(), {"detect_direction": flag, "language_type": "KOR"})
        assert content["error_code"] == 216100
        assert content["error_msg"] == "invalid param"
        assert "ppocr-server models pull korean" in caplog.text


@pytest.mark.parametrize(
    ("failure", "code"),
    [(EngineFailure("x"), 216630), (PipelineStopped("x"), 282000), (ZeroDivisionError("x"), 282000)],
)
def test_failures_while_reading(failure, code):
    pipeline = StubPipeline()
    pipeline.failures[0] = failure
    content = call(pipeline, {})
    assert content["error_code"] == code
    assert set(content) == {"error_code", "error_msg", "log_id"}


def test_the_time_of_a_request_is_limited():
    content = call(Slow(), {}, limits={"request_timeout_seconds": 0.2})
    assert (content["error_code"], content["error_msg"]) == (282000, "internal error")


def test_a_full_server():
    content = call(StubPipeline(), {"foo": "x"}, limits={"max_queued_bytes": 10})
    assert (content["error_code"], content["error_msg"]) == (4, "Open api request limit reached")


def test_switched_off_it_is_not_there():
    with TestClient(application(contracts={"baidu": {"enabled": False}})) as client:
        answer = client.post("/rest/2.0/ocr/v1/general", data={"image": IMAGE})
    assert answer.status_code == 404
    assert "errorCode" in answer.json()


def test_configured_defaults_neither_rotate_nor_unwarp_the_page():
    pipeline = StubPipeline()
    call(pipeline, {})
    (options,) = pipeline.read_options
    assert not options.use_doc_orientation_classify
    assert not options.use_doc_unwarping


@pytest.mark.parametrize("appended", ["?aipSdk=node&aipVersion=2.4.4", "%3FaipSdk=node", "?", "?access_token=x"])
def test_a_second_query_behind_the_token_is_not_part_of_it(appended: str):
    """The vendor's SDK for Node.js appends its own query to an address that has one."""
    with TestClient(application()) as client:
        pair = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        token = client.get("/oauth/2.0/token", params=pair).json()["access_token"]
        address = f"/rest/2.0/ocr/v1/general_basic?access_token={token}{appended}"
        assert client.post(address, data={"image": IMAGE}).json()["words_result"] == [{"words": TEXT}]
        assert client.post(f"{address}".replace(token, f"x{token}"), data={"image": IMAGE}).json()["error_code"] == 110
        form = {"image": IMAGE, "access_token": f"{token}?aipSdk=node"}
        assert client.post("/rest/2.0/ocr/v1/general_basic", data=form).json()["words_result"] == [{"words": TEXT}]


@pytest.mark.parametrize(("name", "located"), [("webimage", False), ("webimage_loc", True)])
def test_web_images_are_read_as_by_the_general_apis(name: str, located: bool):
    with TestClient(application()) as client:
        pair = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        query = {"access_token": client.get("/oauth/2.0/token", params=pair).json()["access_token"]}
        (line,) = client.post(f"/rest/2.0/ocr/v1/{name}", params=query, data={"image": IMAGE}).json()["words_result"]
        assert (line["words"], "location" in line) == (TEXT, located)


def test_a_get_at_an_api_is_a_call_without_parameters():
    with TestClient(application()) as client:
        for name in ("general_basic", "accurate", "webimage_loc"):
            answer = client.get(f"/rest/2.0/ocr/v1/{name}", params={"access_token": "x", "image": IMAGE})
            assert (answer.status_code, answer.json()["error_code"]) == (200, 216101)
        assert client.get("/rest/2.0/ocr/v1/idcard").json()["error_code"] == 216102


@pytest.mark.parametrize("around", [" {}", "{} ", " {} ", "\n{} \n", "   {}"])
def test_spaces_around_the_base64_do_no_harm(around: str):
    assert call(StubPipeline(), {"image": around.format(IMAGE)})["words_result"][0]["words"] == TEXT


@pytest.mark.parametrize("text", ["ab+c ab ", " ab+c+ab  ", "ab+c ab+ ", "ab+c ab\t+\n"])
def test_a_space_that_was_a_plus_sign_is_one(text: str):
    for size in (1, 3, 100):
        pieces = [text[begin : begin + size].encode() for begin in range(0, len(text), size)]
        assert decode_base64(pieces, 100) == base64.b64decode("ab+c+ab+")


def test_the_document_of_a_stranger_is_not_decoded(monkeypatch):
    monkeypatch.setattr(source, "StrictDecoder", lambda: pytest.fail("decoded"))
    monkeypatch.setattr(form_fields, "_unescape_base64", lambda _: pytest.fail("unescaped"))
    with TestClient(application(contracts={"baidu": {"keys": {"a": "b"}}})) as client:
        answer = client.post("/rest/2.0/ocr/v1/general", data={"image": IMAGE, "access_token": "24.wrong"})
    assert answer.json()["error_code"] == 110


def test_a_large_picture_is_read_in_slices():
    large = base64.b64encode(png() + bytes(300_000)).decode()
    assert "words_result" in call(StubPipeline(), {"image": large})
