"""An answer of `POST /ocr` that is sent page by page: its lines, its errors, and clients that leave or read slowly."""

import asyncio
import json
import logging

import pytest
from litestar.testing import TestClient

from models.errors import EngineFailure
from server.config.serving_settings import ServingSettings
from server.contracts.paddlex.page_stream import JSON_LINES, PageSender
from server.service import PAGES_AHEAD
from tests.unit.server.apps import application, base64_of, pdf, png
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

STREAMED = {"Accept": JSON_LINES}
SUCCESS = {"errorCode": 0, "errorMsg": "Success"}


def document(pages: int = 4, **fields: object) -> dict[str, object]:
    return {"file": base64_of(pdf(pages)), "fileType": 0, "logId": "门 1", **fields}


def lines_of(content: bytes) -> list[dict]:
    assert content.endswith(b"\n")
    return [json.loads(line) for line in content[:-1].split(b"\n")]


@pytest.fixture(scope="module")
def client():
    with TestClient(application()) as client:
        yield client


def test_each_page_is_a_line_and_the_last_one_describes_the_document(client):
    whole = client.post("/ocr", json=document())
    streamed = client.post("/ocr", json=document(), headers=STREAMED)
    assert (streamed.status_code, streamed.headers["content-type"]) == (200, JSON_LINES)
    assert streamed.headers["x-document-pages"] == whole.headers["x-document-pages"] == "4/4"
    assert "门 1".encode() in streamed.content
    *pages, last = lines_of(streamed.content)
    results = whole.json()["result"]
    assert pages == [{"logId": "门 1", "result": {"ocrResults": [page]}, **SUCCESS} for page in results["ocrResults"]]
    assert [list(page) for page in pages] == [["logId", "result", "errorCode", "errorMsg"]] * 4
    assert last == {"logId": "门 1", "result": {"dataInfo": results["dataInfo"]}, **SUCCESS}


def test_one_id_is_made_for_all_lines(client):
    lines = lines_of(client.post("/ocr", json=document(logId=None), headers=STREAMED).content)
    assert len({line["logId"] for line in lines}) == 1
    assert len(lines[0]["logId"]) == 36


def test_a_picture_is_a_document_of_one_page(client):
    headers = {**STREAMED, "Content-Type": "image/png"}
    page, last = lines_of(client.post("/ocr?visualize=true&outputFormats=text", content=png(), headers=headers).content)
    (result,) = page["result"]["ocrResults"]
    assert (list(result), result["text"]) == (["prunedResult", "ocrImage", "inputImage", "text"], TEXT)
    assert last["result"] == {"dataInfo": {"width": 120, "height": 40, "type": "image"}}


@pytest.mark.parametrize("accept", ["*/*", "", "text/html", "application/json", "application/x-ndjson;q=0", "nonsense"])
def test_every_other_wish_gets_json(client, accept):
    answer = client.post("/ocr", json=document(), headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert len(answer.json()["result"]["ocrResults"]) == 4


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"file": base64_of(b"no pdf"), "fileType": 0, "logId": "x"}, 422, "Invalid input file"),
        ({"fileType": 0, "logId": "x"}, 422, "Field required"),
        (document(logId="x", useDocUnwarping=True), 422, "ppocr-server models pull UVDoc"),
    ],
)
def test_an_error_before_the_first_page_is_answered_as_ever(client, body, status, message):
    answer = client.post("/ocr", json=body, headers=STREAMED)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert (answer.json()["logId"], answer.json()["errorCode"]) == ("x", status)
    assert message in answer.json()["errorMsg"]
    assert "x-error-reason" in answer.headers


def facts_of(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    (record,) = [record for record in caplog.records if record.name == "ppocr.access"]
    return record.facts


@pytest.mark.parametrize("error", [EngineFailure("SECRET"), ZeroDivisionError("SECRET")])
def test_an_error_on_the_third_page_is_the_last_line(error, caplog):
    caplog.set_level(logging.INFO)
    pipeline = StubPipeline()
    pipeline.failures[2] = error
    with TestClient(application(pipeline)) as client:
        answer = client.post("/ocr", json=document(5), headers=STREAMED)
    assert answer.status_code == 200
    *pages, last = lines_of(answer.content)
    assert [list(page["result"]) for page in pages] == [["ocrResults"]] * 2
    assert last == {"logId": "门 1", "errorCode": 500, "errorMsg": "Internal server error"}
    facts = facts_of(caplog)
    assert facts["status"] == 200
    assert facts["error"] in ("RequestError", "ZeroDivisionError")
    assert type(error).__name__ in caplog.text
    assert "SECRET" not in caplog.text


def test_time_that_runs_out_after_the_first_page_is_a_last_line():
    class OnlyTheFirst(StubPipeline):
        async def read(self, page, options, *, deadline=None, flow=None):
            if page.index:
                self.gate.clear()
            return await super().read(page, options, deadline=deadline, flow=flow)

    pipeline = OnlyTheFirst()
    with TestClient(application(pipeline, limits={"request_timeout_seconds": 1.0})) as client:
        page, last = lines_of(client.post("/ocr", json=document(3), headers=STREAMED).content)
    assert list(page["result"]) == ["ocrResults"]
    assert (last["errorCode"], last["logId"]) == (503, "门 1")
    assert sorted(pipeline.cancelled) == [1, 2]


def test_diagnostics_stand_in_the_last_line(client, monkeypatch):
    monkeypatch.setattr("server.contracts.paddlex_shapes.diagnostics.Diagnostics._models", lambda *_: ())
    monkeypatch.setattr("server.contracts.paddlex_shapes.diagnostics.Diagnostics._runs_on", lambda *_: ("stub", "f32"))
    *pages, last = lines_of(client.post("/ocr", json=document(diagnostics=True), headers=STREAMED).content)
    assert {tuple(page["result"]) for page in pages} == {("ocrResults",)}
    assert list(last["result"]) == ["dataInfo", "diagnostics"]
    assert last["result"]["diagnostics"]["seconds"] == {"text_detection": 0.04}


class Client:
    """A client that sends one document to an application, and takes what the test lets it take."""

    def __init__(self, app, pages: int) -> None:
        self.app = app
        self.taken = bytearray()
        self.status = 0
        self.ended = False
        self.gate = asyncio.Event()
        self.left = asyncio.Event()
        self._body: list[bytes] = [pdf(pages)]

    async def receive(self) -> dict[str, object]:
        if self._body:
            return {"type": "http.request", "body": self._body.pop(), "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        await self.gate.wait()
        self.taken += message["body"]
        self.ended = not message["more_body"]

    def call(self) -> asyncio.Task[None]:
        headers = {"accept": JSON_LINES, "content-type": "application/pdf", "host": "testserver.local"}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/ocr", "raw_path": b"/ocr", "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
            "server": ("testserver.local", 80), "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }  # fmt: skip
        return asyncio.ensure_future(self.app(scope, self.receive, self.send))


async def until(condition) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what it asks of sets no event
            await asyncio.sleep(0.005)


async def running(app, scenario) -> None:
    async with app.lifespan():
        await scenario()


def whole_documents(pipeline: StubPipeline, **settings):
    return application(pipeline, serving=ServingSettings(visualize=False, max_num_input_imgs=None), **settings)


def test_a_client_that_leaves_cancels_the_pages_that_are_left(caplog):
    caplog.set_level(logging.INFO)

    class ThreePages(StubPipeline):
        async def read(self, page, options, *, deadline=None, flow=None):
            if page.index == 3:
                self.gate.clear()
            return await super().read(page, options, deadline=deadline, flow=flow)

    pipeline = ThreePages()
    app = whole_documents(pipeline)
    client = Client(app, 30)

    async def scenario() -> None:
        client.gate.set()
        request = client.call()
        await until(lambda: client.taken.count(b"\n") == 3 and len(pipeline.read_options) == 3 + PAGES_AHEAD)
        client.left.set()
        await request
        runtime = app.state.runtime
        assert (runtime.admission.requests, runtime.admission.bytes) == (0, 0)

    asyncio.run(running(app, scenario))
    assert sorted(pipeline.cancelled) == list(range(3, 3 + PAGES_AHEAD))
    facts = facts_of(caplog)
    assert (facts["status"], facts["pages"], facts["error"]) == (200, 3, "ClientDisconnected")
    assert client.taken.count(b"\n") == 3


def test_a_client_that_reads_nothing_holds_up_its_own_document_only():
    pipeline = StubPipeline()
    app = whole_documents(pipeline)
    slow, quick = Client(app, 30), Client(app, 5)

    async def scenario() -> None:
        waiting = slow.call()
        await until(lambda: len(pipeline.finished) == PAGES_AHEAD)
        quick.gate.set()
        await quick.call()
        assert quick.taken.count(b"\n") == 6
        assert len(pipeline.finished) == PAGES_AHEAD + 5
        assert app.state.runtime.admission.bytes > 0
        slow.gate.set()
        await waiting

    asyncio.run(running(app, scenario))
    assert [len(line["result"].get("ocrResults", ())) for line in lines_of(bytes(slow.taken))] == [1] * 30 + [0]
    assert (slow.status, slow.ended) == (200, True)
    assert app.state.runtime.admission.bytes == 0


def test_a_line_is_sent_whole_even_where_its_work_is_cancelled_meanwhile():
    taken: list[bytes] = []
    begun: list[bytes] = []
    gate = asyncio.Event()

    async def send(message) -> None:
        if message["type"] == "http.response.body":
            begun.append(message["body"])
            for half in (message["body"][:3], message["body"][3:]):
                await gate.wait()
                taken.append(half)

    async def scenario() -> None:
        sender = PageSender(send)
        sending = asyncio.create_task(sender.send(b"whole line", {}))
        await until(lambda: begun)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        last = asyncio.create_task(sender.send(b"error", {}))
        await asyncio.sleep(0)
        assert begun == [b"whole line\n"]
        gate.set()
        await last
        await sender.end()

    asyncio.run(scenario())
    assert b"".join(taken) == b"whole line\nerror\n"


def test_a_server_that_stops_says_so_in_the_last_line():
    class OnlyTheFirst(StubPipeline):
        async def read(self, page, options, *, deadline=None, flow=None):
            if page.index:
                self.gate.clear()
            return await super().read(page, options, deadline=deadline, flow=flow)

    pipeline = OnlyTheFirst()
    app = whole_documents(pipeline)
    client = Client(app, 3)
    ends: list[dict[str, int]] = []

    async def scenario() -> None:
        client.gate.set()
        request = client.call()
        await until(lambda: client.taken.count(b"\n") == 1)
        runtime = app.state.runtime
        runtime.inside.stop()
        runtime.lifecycle.drain(grace=0.05)
        await request
        ends.append(runtime.inside.end())

    asyncio.run(running(app, scenario))
    assert lines_of(bytes(client.taken))[-1]["errorCode"] == 503
    assert (ends[0]["requests_finished"], ends[0]["requests_given_up"]) == (0, 1)
