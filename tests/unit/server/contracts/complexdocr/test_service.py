"""China Mobile's contract around a stub pipeline: limits, time, and what goes wrong inside."""

import pytest
from litestar.testing import TestClient

from server.contracts.complexdocr import service
from tests.unit.server.apps import application, base64_of, pdf, png
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

PATH = "/aipaas/ocr/v1/identify/complexDOcr"
CALL = {"seqid": "s", "image": base64_of(png())}


def client(pipeline: StubPipeline | None = None, complexdocr: dict | None = None, **settings) -> TestClient:
    app = application(pipeline, contracts={"complexdocr": complexdocr or {}}, **settings)
    return TestClient(app, raise_server_exceptions=False)


def failure(answer) -> tuple[int, str, str]:
    content = answer.json()
    assert content["flag"] == 0
    assert content["data"]["words_result"] == []
    return answer.status_code, content["code"], content["seqid"]


def test_reads_a_line():
    with client() as calls:
        answer = calls.post(PATH, json=CALL).json()
    assert answer["data"].pop("timeSecond") >= 0
    assert answer == {"seqid": "s", "code": "10000", "message": "成功", "flag": 1, "data": {"words_result": [TEXT]}}


def test_the_flag_may_be_a_text():
    with client(complexdocr={"flag_as_string": True}) as calls:
        assert calls.post(PATH, json=CALL).json()["flag"] == "1"
        assert calls.post(PATH, json={}).json()["flag"] == "0"


def test_an_engine_that_takes_too_long():
    pipeline = StubPipeline()
    with client(pipeline, limits={"request_timeout_seconds": 0.1}) as calls:
        pipeline.gate.clear()
        assert failure(calls.post(PATH, json=CALL)) == (200, "10503", "s")
    assert pipeline.cancelled == [0]


def test_a_bug():
    pipeline = StubPipeline()
    pipeline.failures[0] = ZeroDivisionError("secret")
    with client(pipeline) as calls:
        answer = calls.post(PATH, json=CALL)
    assert failure(answer) == (200, "10903", "s")
    assert "secret" not in answer.text


def test_a_full_server():
    with client(limits={"max_queued_bytes": 10}) as calls:
        answer = calls.post(PATH, json=CALL)
    assert failure(answer) == (503, "10903", "")
    assert int(answer.headers["retry-after"]) > 0


def test_a_caller_that_is_too_fast():
    with client(complexdocr={"requests_per_second": 1}) as calls:
        assert calls.post(PATH, json=CALL).status_code == 200
        assert failure(calls.post(PATH, json=CALL)) == (429, "10903", "")


def test_pages_are_paid_for_also_where_another_one_fails():
    pipeline = StubPipeline()
    pipeline.failures[2] = ZeroDivisionError("secret")
    with client(pipeline, complexdocr={"pages_per_minute": 1}) as calls:
        document = {"seqid": "s", "image": base64_of(pdf(3)), "image_type": 2}
        assert failure(calls.post(PATH, json=document)) == (200, "10903", "s")
        assert failure(calls.post(PATH, json=CALL)) == (429, "10903", "")


def test_the_code_of_a_refused_key_is_configured():
    with client(complexdocr={"keys": {"app": "secret"}, "unauthorized_code": "40001"}) as calls:
        assert failure(calls.post(PATH, json=CALL)) == (401, "40001", "")


def test_one_page_that_fails_fails_the_document():
    pipeline = StubPipeline()
    pipeline.failures[1] = ZeroDivisionError("secret")
    with client(pipeline) as calls:
        document = {"seqid": "s", "image": base64_of(pdf(3)), "image_type": 2}
        assert failure(calls.post(PATH, json=document)) == (200, "10903", "s")


@pytest.mark.parametrize("settings", [{"complexdocr": {"max_pages": 2}}, {"limits": {"max_pages": 2}}])
def test_a_document_over_the_page_limit_is_not_read_at_all(settings):
    pipeline = StubPipeline()
    with client(pipeline, **settings) as calls:
        three, two = ({"seqid": "s", "image": base64_of(pdf(pages)), "image_type": 2} for pages in (3, 2))
        assert failure(calls.post(PATH, json=three)) == (200, "10305", "s")
        assert pipeline.read_options == []
        assert calls.post(PATH, json=two).json()["data"]["words_result"] == [f"{TEXT}\n{TEXT}"]


def test_a_smaller_file_limit():
    with client(complexdocr={"max_base64_bytes": 52}) as calls:
        assert failure(calls.post(PATH, json=CALL)) == (200, "10305", "s")


def test_the_limit_counts_the_base64_without_white_space():
    text = CALL["image"]
    assert len(text) % 4 == 0
    for limit, code in ((len(text), "10000"), (len(text) - 1, "10305")):
        with client(complexdocr={"max_base64_bytes": limit}) as calls:
            answer = calls.post(PATH, json={**CALL, "image": f" {text[:8]}\n{text[8:]}\n"})
            assert answer.json()["code"] == code


def test_switched_off_its_paths_are_nobodys():
    with client(complexdocr={"enabled": False}) as calls:
        answer = calls.post(PATH, json=CALL)
    assert answer.status_code == answer.json()["errorCode"] == 404


@pytest.mark.parametrize("length", [16_385, 100_000])
def test_a_seqid_is_echoed_up_to_a_length(length):
    with client() as calls:
        fitting = {**CALL, "seqid": "门" * 16_384}
        assert calls.post(PATH, json=fitting).json()["seqid"] == "门" * 16_384
        assert failure(calls.post(PATH, json={**CALL, "seqid": "门" * length})) == (200, "10305", "")


def test_a_large_picture_is_read_in_slices_with_its_spaces_and_prefix():
    image = " data:image/png;base64," + base64_of(png() + bytes(200_000)).replace("A", " A\n", 5000)
    with client() as calls:
        assert calls.post(PATH, json={**CALL, "image": image}).json()["code"] == "10000"
        assert failure(calls.post(PATH, json={**CALL, "image": image + "!"})) == (200, "10304", "s")
        assert failure(calls.post(PATH, json={**CALL, "image": "A" * 100_000, "image_type": 1})) == (200, "10304", "s")


def test_the_body_of_a_stranger_is_not_read(monkeypatch):
    monkeypatch.setattr(service, "parse_call", lambda *_: pytest.fail("parsed"))
    with client(complexdocr={"keys": {"a": "b"}}) as calls:
        assert failure(calls.post(PATH, json=CALL)) == (401, "10401", "")
