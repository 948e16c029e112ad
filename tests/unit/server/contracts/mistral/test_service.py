import asyncio
import json

import pytest

from models.errors import EngineFailure
from tests.unit.server.apps import locked, pdf, png
from tests.unit.server.contracts.mistral.conftest import ANN, BASE, KEYS, data_uri, details, document, serving, upload
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

MODEL = "ppocr-server/stub"


def ask(client, *, headers=None, **fields):
    return client.post(
        "/v1/ocr", json={"model": "mistral-ocr-latest", "document": document(), **fields}, headers=headers
    )


def pages(answer) -> list[dict]:
    assert answer.status_code == 200, answer.text
    return answer.json()["pages"]


def test_the_whole_answer_to_a_picture(client):
    answer = ask(client)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "pages": [
            {
                "index": 0,
                "markdown": TEXT,
                "images": [],
                "tables": [],
                "hyperlinks": [],
                "header": None,
                "footer": None,
                "dimensions": {"dpi": 72, "height": 40, "width": 120},
            }
        ],
        "model": MODEL,
        "document_annotation": None,
        "usage_info": {"pages_processed": 1, "doc_size_bytes": len(png())},
    }


@pytest.mark.parametrize(
    "given",
    [
        {"type": "document_url", "document_url": data_uri(png(), "application/pdf"), "document_name": "a"},
        {"document_url": data_uri(png(), "text/plain")},
        {"type": "image_url", "image_url": data_uri(png(), "image/jpeg")},
        {"type": "image_url", "image_url": {"url": data_uri(png()), "detail": "high"}},
        {"type": "image_url", "image_url": data_uri(pdf(1))},
        {"type": "document_url", "document_url": data_uri(png() + b"\0" * 100_000)},
        {"type": "image_url", "image_url": {"url": data_uri(png() + b"\0" * 100_000)}},
    ],
)
def test_a_document_is_what_its_bytes_are(client, given):
    assert [page["markdown"] for page in pages(ask(client, document=given))] == [TEXT]


@pytest.mark.parametrize("kind", ["file", "file_id"])
def test_an_uploaded_file_is_read(client, kind):
    file_id = upload(client, pdf(2)).json()["id"]
    assert len(pages(ask(client, document={"type": kind, "file_id": file_id}))) == 2


def test_a_link_of_ours_is_read_without_a_request_whatever_its_host_is(client):
    file_id = upload(client, pdf(2)).json()["id"]
    url = client.get(f"/v1/files/{file_id}/url", params={"expiry": 1}).json()["url"]
    assert url.startswith(f"{BASE}/v1/files/{file_id}/")
    for seen in (url, url.replace(BASE, "https://other.example/behind/a/proxy")):
        assert len(pages(ask(client, document={"type": "document_url", "document_url": seen}))) == 2
    assert client.delete(f"/v1/files/{file_id}").status_code == 200
    assert ask(client, document={"document_url": url}).status_code == 404


def test_a_forged_link_and_other_addresses_are_refused(client):
    file_id = upload(client).json()["id"]
    url = client.get(f"/v1/files/{file_id}/url").json()["url"]
    last = "A" if url[-1] != "A" else "B"
    for seen in (url[:-1] + last, "http://example.com/a.pdf", "data:application/pdf,abc", "ftp://a/b", "abc"):
        (detail,) = details(ask(client, document={"document_url": seen}))
        assert detail["loc"][:2] == ["body", "document"]


def test_pages_are_chosen_from_0_on_and_keep_their_numbers(client):
    for chosen, expected in (
        (None, [0, 1, 2, 3]),
        ([], [0, 1, 2, 3]),
        ([2, 0, 2, 9], [0, 2]),
        ("1-2, 8", [1, 2]),
        ("3", [3]),
    ):
        assert [page["index"] for page in pages(ask(client, document=document(pdf(4)), pages=chosen))] == expected
    for wrong in ([-1], "2-1", "a", "1,,2", [9], "7-8", [True], 3):
        assert details(ask(client, document=document(pdf(4)), pages=wrong))[0]["loc"][:2] == ["body", "pages"]


def test_a_pdf_has_the_resolution_of_its_rendering(client):
    (page,) = pages(ask(client, document=document(pdf(1))))
    assert page["dimensions"] == {"dpi": 144, "height": 80, "width": 120}


def test_more_pages_than_allowed_are_an_error_unless_fewer_are_asked_for():
    with serving(max_pages=2) as client:
        assert details(ask(client, document=document(pdf(3))))[0]["loc"] == ["body", "pages"]
        assert len(pages(ask(client, document=document(pdf(3)), pages=[2]))) == 1
    with serving(settings={"limits": {"max_pages": 2}}) as client:
        assert details(ask(client, document=document(pdf(3))))[0]["loc"] == ["body", "pages"]


@pytest.mark.parametrize(
    ("fields", "location"),
    [
        ({"document": None}, ["body", "document"]),
        ({"document": "a"}, ["body", "document"]),
        ({"document": {}}, ["body", "document"]),
        ({"document": {"type": "text"}}, ["body", "document", "type"]),
        ({"document": {"type": "file"}}, ["body", "document", "file_id"]),
        ({"document": {"document_url": 3}}, ["body", "document", "document_url"]),
        ({"document": {"image_url": {"detail": "low"}}}, ["body", "document", "image_url"]),
        ({"include_image_base64": "yes"}, ["body", "include_image_base64"]),
        ({"image_limit": -1}, ["body", "image_limit"]),
        ({"table_format": "csv"}, ["body", "table_format"]),
        ({"confidence_scores_granularity": "line"}, ["body", "confidence_scores_granularity"]),
        ({"bbox_annotation_format": {"type": "json_schema"}}, ["body", "bbox_annotation_format"]),
        ({"document_annotation_format": {"type": "json_object"}}, ["body", "document_annotation_format"]),
        ({"document": document(b"no picture")}, ["body", "document"]),
        ({"document": document(png()[:30])}, ["body", "document"]),
        ({"document": document(locked(pdf(1), "a"))}, ["body", "document"]),
        ({"document": {"document_url": "data:a/b;base64,?"}}, ["body", "document"]),
    ],
)
def test_a_wrong_field_is_named(client, fields, location):
    (detail,) = details(ask(client, **fields))
    assert detail["loc"] == location
    assert detail["msg"]


def test_annotations_are_refused_in_words_and_what_asks_for_none_is_not(client):
    refused = ask(client, document_annotation_format={"type": "json_schema", "json_schema": {}})
    assert "annotations are not available on this server" in details(refused)[0]["msg"]
    pages(ask(client, bbox_annotation_format={"type": "text"}, document_annotation_prompt="a", id="b", unknown=[1]))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a": ' + b"[" * 100_000, b'{"a":"' + b"b" * 100_000])
def test_a_body_that_is_no_json_object_is_422_in_the_form_that_clients_parse(client, body):
    answer = client.post("/v1/ocr", content=body, headers={"Content-Type": "application/json"})
    assert details(answer)[0]["loc"] == ["body"]


def test_another_content_type_is_422(client):
    assert details(client.post("/v1/ocr", content=b"{}", headers={"Content-Type": "text/plain"}))[0]["loc"] == ["body"]


def test_names_of_models():
    with serving(models=["mistral-ocr-*", "other"]) as client:
        for name in ("mistral-ocr-2512", "other", MODEL, None):
            assert ask(client, model=name).json()["model"] == MODEL
        refused = ask(client, model="gpt")
        assert (refused.status_code, refused.json()) == (
            400,
            {
                "object": "error",
                "message": "Invalid model: gpt",
                "type": "invalid_model",
                "param": None,
                "code": "1500",
            },
        )
        listed = client.get("/v1/models").json()
        assert listed["object"] == "list"
        assert [(model["id"], model["capabilities"]["ocr"]) for model in listed["data"]] == [
            ("other", True),
            (MODEL, True),
        ]


def test_a_key_is_asked_for():
    with serving(keys=KEYS) as client:
        for headers in (None, {"Authorization": "Bearer wrong"}):
            answer = ask(client, headers=headers)
            assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})
        assert ask(client, headers=ANN).status_code == 200
        assert client.get("/v1/models").status_code == 401


def test_errors_that_are_no_validation_are_one_object():
    with serving(max_upload_bytes=100, max_bytes_per_key=100, max_stored_bytes=100) as client:
        answer = ask(client)
        assert answer.status_code == 413
        assert set(answer.json()) == {"object", "message", "type", "param", "code"}
    pipeline = StubPipeline()
    pipeline.failures = {0: EngineFailure("secret")}
    with serving(pipeline) as client:
        answer = ask(client)
        assert (answer.status_code, answer.json()["type"]) == (500, "internal_error")
        assert "secret" not in answer.text
        assert client.get("/v1/nothing").json() == {"detail": "Not Found"}
        assert client.get("/v1/ocr").status_code == 405
    with serving(requests_per_second=0.001) as client:
        first, second = ask(client), ask(client)
        assert (first.status_code, second.status_code, second.json()["type"]) == (200, 429, "rate_limit_error")
        assert int(second.headers["Retry-After"]) > 0


def test_confidence_is_that_of_the_lines(client):
    (page,) = pages(ask(client, confidence_scores_granularity="word", include_blocks=True))
    scores = page["confidence_scores"]
    assert (scores["average_page_confidence_score"], scores["minimum_page_confidence_score"]) == (0.5, 0.5)
    for word in scores["word_confidence_scores"]:
        assert page["markdown"][word["start_index"] :].startswith(word["text"])
    assert [word["text"] for word in scores["word_confidence_scores"]] == TEXT.split()
    (page,) = pages(ask(client, confidence_scores_granularity="block", include_blocks=True))
    assert page["blocks"][0]["confidence_scores"]["minimum_content_confidence_score"] == 0.5
    assert "confidence_scores" not in pages(ask(client))[0]


def test_a_prefix_stands_before_all_paths():
    with serving(prefix="/mistral") as client:
        body = {"document": document()}
        assert client.post("/mistral/v1/ocr", json=body).status_code == 200
        assert client.post("/v1/ocr", json=body).status_code == 404
        file_id = client.post("/mistral/v1/files", files={"file": ("a.png", png())}).json()["id"]
        url = client.get(f"/mistral/v1/files/{file_id}/url").json()["url"]
        assert client.get(url).content == png()
        assert client.post("/mistral/v1/ocr", json={"document": {"document_url": url}}).status_code == 200


def test_a_deleted_file_is_read_to_its_end():
    pipeline = StubPipeline()
    with serving(pipeline) as client:
        file_id = upload(client).json()["id"]
        pipeline.gate = asyncio.Event()
        body = {"document": {"type": "file", "file_id": file_id}}
        reading = client.blocking_portal.start_task_soon(_post, client.app, json.dumps(body).encode())
        while not pipeline.read_options:
            client.get("/v1/models")
        assert client.delete(f"/v1/files/{file_id}").status_code == 200
        client.blocking_portal.call(pipeline.gate.set)
        assert reading.result() == 200


async def _post(app, body: bytes) -> int:
    """Send a request within the application's event loop, beside the test's own requests."""
    sent: list[dict] = []
    received = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        if received:
            return received.pop()
        return await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    headers = [(b"host", BASE.partition("//")[2].encode()), (b"content-type", b"application/json")]
    headers.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/ocr",
        "raw_path": b"/v1/ocr",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return sent[0]["status"]
