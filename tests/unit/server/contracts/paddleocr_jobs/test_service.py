"""The job API from the submission of a document to its links, around a pipeline that a test holds back."""

import asyncio
import json
import re
import time
from contextlib import ExitStack
from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.errors import LanguageNotInstalled, ModuleNotLoaded, PresetNotInstalled
from server.config.serving_settings import NEVER_EXPIRES, ServingSettings
from server.contracts.paddleocr_jobs.errors import DAMAGED, LOCKED
from server.contracts.paddleocr_jobs.response import LEFT_OUT
from server.jobs.blobs import FileBlobs
from tests.unit.server.apps import locked, pdf, png
from tests.unit.server.contracts.paddleocr_jobs.conftest import BASE, JOBS, serving
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

KEYS = {"ann": "sk-ann", "bob": "sk-bob"}
UNKNOWN = f"ocrjob-{'0' * 32}"
PRUNED = {"model": "PP-OCRv5", "optionalPayload": '{"visualize": false}'}
NOISE = np.random.default_rng(1).integers(0, 255, (400, 600, 3), np.uint8)


class Blank(StubPipeline):
    """Reads nothing on any page."""

    async def read(self, page, options, **more):
        result = await super().read(page, options, **more)
        return replace(result, lines=(), boxes=(), angles=())


def as_key(client, name: str, scheme: str = "Bearer") -> None:
    client.http.headers["Authorization"] = f"{scheme} {KEYS[name]}"


def refusal(answer) -> tuple[int, int]:
    """Status and code of a refusal, whose envelope is checked."""
    content = answer.json()
    assert list(content) == ["traceId", "code", "msg", "data"]
    assert re.fullmatch("[0-9a-f]{32}", content["traceId"])
    assert content["msg"]
    assert content["data"] == ({"errorMsg": content["msg"]} if content["code"] == 10008 else {})
    return answer.status_code, content["code"]


def nulls(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(nulls, value.values()))
    return any(map(nulls, value)) if isinstance(value, list) else value is None


def page_of(lines: list[dict], kind: str = "layoutParsingResults") -> dict:
    (line,) = lines
    (page,) = line["result"][kind]
    return page


def test_an_answer_is_200_with_the_whole_envelope_and_nothing_null(held):
    with serving(held, max_running_jobs=1) as client:
        answer = client.post(pdf(2))
        content = answer.json()
        assert answer.status_code == 200
        assert list(content) == ["traceId", "code", "msg", "data"]
        assert re.fullmatch("[0-9a-f]{32}", content["traceId"])
        assert (content["code"], content["msg"]) == (0, "Success")
        assert re.fullmatch("ocrjob-[0-9a-f]{32}", content["data"]["jobId"])
        first, second = content["data"]["jobId"], client.job()
        while client.state(first)["state"] != "running":
            pass
        states = [client.state(first), client.state(second)]
        assert states[1] == {"jobId": second, "state": "pending"}
        client.run(held.gate.set)
        states.append(client.final(first))
        assert not nulls(states)
        progress = states[2]["extractProgress"]
        assert (progress["totalPages"], progress["extractedPages"]) == (2, 2)


def test_the_content_decides_what_a_file_is_and_the_order_of_parts_is_free():
    with serving() as client:
        parts = [
            ("optionalPayload", (None, "{}")),
            ("file", ("document.pdf", png(), "text/plain")),
            ("model", (None, "PP-OCRv5")),
            ("surplus", (None, "x")),
        ]
        answer = client.http.post(JOBS, files=parts)
        assert client.final(answer.json()["data"]["jobId"])["engine"]["pipeline"] == "ocr"
        for path in (f"{JOBS}/", JOBS):
            assert client.http.post(path, files={"file": png()}).status_code == 200
        job = answer.json()["data"]["jobId"]
        assert client.http.get(f"{JOBS}/{job}/").json()["data"]["jobId"] == job


@pytest.mark.parametrize("payload", ["", "{}", "null", " ", '{"visualize": null}'])
def test_absent_options_are_all_the_same(payload):
    with serving() as client:
        assert client.done(optionalPayload=payload)["state"] == "done"
        given = {"": "", "{}": {}, "null": None}.get(payload, {"visualize": None})
        answer = client.http.post(JOBS, json={"fileUrl": "http://x.example/a.png", "optionalPayload": given})
        assert refusal(answer) == (400, 10002)  # the options are right, and the address is not allowed


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"model": "PaddleOCR"}, 10007),
        ({"model": "PaddleOCR-VL-1.6"}, 10007),
        ({"optionalPayload": "{"}, 10008),
        ({"optionalPayload": "[1]"}, 10008),
        ({"optionalPayload": '{"textDetThresh": "much"}'}, 10008),
        ({"optionalPayload": '{"outputFormats": ["docx"]}'}, 10008),
        ({"optionalPayload": '{"use_doc_unwarping": true}'}, 10008),
        ({"pageRanges": "1-"}, 10008),
        ({"batchId": ""}, 10008),
        ({"batchId": "x" * 129}, 10008),
        ({"fileUrl": "http://x.example/a.png"}, 10008),
    ],
)
def test_wrong_fields_have_their_codes(fields, code):
    with serving() as client:
        assert refusal(client.post(**fields)) == (400, code)


def test_the_refusal_of_an_option_names_it():
    with serving() as client:
        said = client.post(optionalPayload='{"text_det_thresh": "much"}').json()["data"]["errorMsg"]
        assert "textDetThresh" in said
        said = client.post(optionalPayload='{"use_doc_unwarping": true}').json()["data"]["errorMsg"]
        assert "useDocUnwarping" in said
        assert "models pull UVDoc" in said


def test_files_and_bodies_have_their_codes():
    with serving(max_upload_bytes=3000, max_stored_bytes=100_000) as client:
        assert refusal(client.post(b"")) == (400, 10001)
        assert refusal(client.post(cv2.imencode(".png", NOISE)[1].tobytes())) == (400, 10003)
        assert refusal(client.post(b"x" * (2 << 20))) == (400, 10003)
        assert refusal(client.post(b"no file")) == (400, 10004)
        assert refusal(client.http.post(JOBS, content=b"x", headers={"Content-Type": "text/plain"})) == (400, 10008)
        assert refusal(client.http.post(JOBS, content=b"{", headers={"Content-Type": "application/json"})) == (
            400,
            10008,
        )
        assert refusal(client.http.post(JOBS, json=[1])) == (400, 10008)
        assert refusal(client.http.post(JOBS, json={})) == (400, 10008)
        assert refusal(client.http.post(JOBS, json={"fileUrl": 5})) == (400, 10008)
        for url in ("http://x.example/a.png", "ftp://x/a", "nothing", "http://" + "x" * 9000, "http://a\nb"):
            assert refusal(client.http.post(JOBS, json={"fileUrl": url})) == (400, 10002)
        two = [("file", ("a", png())), ("file", ("b", png()))]
        assert refusal(client.http.post(JOBS, files=two)) == (400, 10008)


def test_other_paths_and_methods_have_the_envelope():
    with serving() as client:
        assert refusal(client.http.get("/api/v2/ocr/nothing")) == (404, 404)
        for method, path in (
            ("GET", JOBS),
            ("PUT", JOBS),
            ("DELETE", f"{JOBS}/{UNKNOWN}"),
            ("POST", f"{JOBS}/batch/a"),
        ):
            assert refusal(client.http.request(method, path)) == (405, 405)
        for path in (JOBS, f"{JOBS}/{UNKNOWN}", f"{JOBS}/batch/a"):
            assert client.http.head(path).status_code == 405


def test_a_token_is_asked_for_before_anything_else():
    with serving(keys=KEYS) as client:
        for call in (
            lambda: client.http.post(JOBS, content=b"no form"),
            lambda: client.http.get(f"{JOBS}/{UNKNOWN}"),
            lambda: client.http.get(f"{JOBS}/batch/a"),
        ):
            assert refusal(call()) == (401, 401)
        for scheme in ("Bearer", "bearer", "token"):
            as_key(client, "ann", scheme)
            assert refusal(client.http.get(f"{JOBS}/{UNKNOWN}")) == (404, 11001)


def test_without_keys_any_token_is_taken():
    with serving() as client:
        client.http.headers["Authorization"] = "Bearer anything"
        client.http.headers["Client-Platform"] = "langchain"
        assert client.done()["state"] == "done"


def test_jobs_belong_to_the_key_that_made_them_and_links_to_everybody_who_has_them():
    with serving(keys=KEYS) as client:
        as_key(client, "ann")
        state = client.done(batchId="b")
        as_key(client, "bob")
        assert refusal(client.http.get(f"{JOBS}/{state['jobId']}")) == (404, 11001)
        assert refusal(client.http.get(f"{JOBS}/batch/b")) == (404, 11001)
        for header in ("Bearer sk-bob", "Bearer wrong", ""):
            client.http.headers["Authorization"] = header
            assert len(client.lines(state)) == 1


def test_a_batch_has_its_jobs_in_their_order_and_at_most_100(held):
    held.gate.set()
    with serving(held) as client:
        jobs = [client.job(**PRUNED, batchId="my batch/1") for _ in range(100)]
        assert refusal(client.post(**PRUNED, batchId="my batch/1")) == (400, 10009)
        other = client.job(**PRUNED, batchId="other")
        for path in ("my%20batch/1", "my batch%2F1"):
            data = client.http.get(f"{JOBS}/batch/{path}").json()["data"]
            assert data["batchId"] == "my batch/1"
            assert [item["jobId"] for item in data["extractResult"]] == jobs
        client.final(other)
        (item,) = client.http.get(f"{JOBS}/batch/other").json()["data"]["extractResult"]
        found = client.state(other)
        assert {key: item[key] for key in ("state", "extractProgress")} == {
            key: found[key] for key in ("state", "extractProgress")
        }
        assert refusal(client.http.get(f"{JOBS}/batch/nothing")) == (404, 11001)


def test_a_full_queue_is_told_with_a_time_to_come_back(held):
    with serving(held, max_queued_jobs=1, max_running_jobs=1) as client:
        client.job()
        client.job()
        answer = client.post()
        assert refusal(answer) == (400, 10010)
        assert "again later" in answer.json()["msg"]
        assert int(answer.headers["Retry-After"]) > 0
        client.run(held.gate.set)


def test_too_many_requests_are_429_with_their_code():
    with serving(keys=KEYS, requests_per_second=1) as client:
        as_key(client, "ann")
        answers = [client.post(**PRUNED) for _ in range(3)]
        assert refusal(answers[-1]) == (429, 12002)
        assert int(answers[-1].headers["Retry-After"]) > 0


def test_an_expired_job_is_told_from_one_that_never_was():
    with serving(retention_seconds=1) as client:
        state = client.done(batchId="b", **PRUNED)
        while client.http.get(f"{JOBS}/{state['jobId']}").status_code == 200:
            time.sleep(0.05)
        assert refusal(client.http.get(f"{JOBS}/{state['jobId']}")) == (400, 11002)
        assert refusal(client.http.get(f"{JOBS}/{UNKNOWN}")) == (404, 11001)
        assert refusal(client.http.get(f"{JOBS}/batch/b")) == (404, 11001)
        assert refusal(client.get(state["resultUrl"]["jsonUrl"])) == (404, 404)


def test_lines_of_text_are_those_of_the_ocr_pipeline_with_links_to_pictures():
    with serving() as client:
        state = client.done(pdf(2), model="PP-OCRv5")
        assert set(state["resultUrl"]) == {"jsonUrl"}
        answer = client.get(state["resultUrl"]["jsonUrl"])
        assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
        assert answer.content.isascii()
        lines = client.lines(state)
        assert len(lines) == 2
        for line in lines:
            page = page_of([line], "ocrResults")
            assert page["prunedResult"]["rec_texts"] == [TEXT]
            assert list(page) == ["prunedResult", "ocrImage", "inputImage"]
            assert line["result"]["dataInfo"]["numPages"] == 1
            for url in (page["ocrImage"], page["inputImage"], *line["result"]["preprocessedImages"]):
                picture = client.get(url, headers={"Authorization": "Bearer ignored"})
                assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
                assert url.endswith(".jpg")
                assert cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR) is not None


def test_without_pictures_their_keys_are_absent():
    with serving() as client:
        assert list(page_of(client.lines(client.done(**PRUNED)), "ocrResults")) == ["prunedResult"]
        state = client.done(optionalPayload='{"visualize": false}')
        (line,) = client.lines(state)
        page = page_of([line])
        assert list(page) == ["prunedResult", "markdown", "outputImages"]
        assert (page["outputImages"], line["result"]["preprocessedImages"]) == ({}, [])


def picture_page() -> bytes:
    image = np.full((700, 900, 3), 255, np.uint8)
    image[250:650, 150:750] = NOISE
    return cv2.imencode(".png", image)[1].tobytes()


def test_pictures_of_a_document_have_flat_names_that_its_markdown_has():
    with serving() as client:
        state = client.done(picture_page())
        page = page_of(client.lines(state))
        ((name, url),) = page["markdown"]["images"].items()
        assert re.fullmatch(r"img_in_image_box_[0-9_]+\.jpg", name)
        assert f'<img src="{name}" alt="Image"' in page["markdown"]["text"]
        assert client.get(url).content.startswith(b"\xff\xd8")
        assert "inputImage" in page
        whole = client.get(state["resultUrl"]["markdownUrl"])
        assert whole.headers["content-type"].startswith("text/markdown")
        (address,) = re.findall(r'<img src="([^"]+)"', whole.text)
        assert client.get(address).content == client.get(url).content
        assert TEXT in whole.text


def test_names_of_pictures_are_unique_in_the_document():
    images = [cv2.imdecode(np.frombuffer(picture_page(), np.uint8), cv2.IMREAD_COLOR)] * 2
    tiff = cv2.imencodemulti(".tiff", images)[1].tobytes()
    with serving() as client:
        lines = client.lines(client.done(tiff))
        names = [name for line in lines for name in page_of([line])["markdown"]["images"]]
        assert len(names) == len(set(names)) == 2
        assert names[1].endswith("_p2.jpg")
        assert [line["result"]["dataInfo"]["type"] for line in lines] == ["tiff", "tiff"]


def test_pictures_of_the_markdown_can_be_left_out():
    with serving() as client:
        page = page_of(client.lines(client.done(picture_page(), optionalPayload='{"returnMarkdownImages": false}')))
        assert page["markdown"]["images"] == {}


def test_a_page_without_text_is_a_line_end():
    with serving(Blank()) as client:
        state = client.done()
        page = page_of(client.lines(state))
        assert page["markdown"] == {"text": "\n", "isStart": True, "isEnd": True, "images": {}}
        assert client.get(state["resultUrl"]["markdownUrl"]).text == "\n"


def test_pages_are_chosen_and_stand_in_their_order():
    pipeline = StubPipeline()
    with serving(pipeline) as client:
        state = client.done(pdf(5), pageRanges="4-9,2", **PRUNED)
        assert state["extractProgress"]["totalPages"] == 3
        assert sorted(pipeline.finished) == [1, 3, 4]
        assert len(client.lines(state)) == 3
        failed = client.final(client.job(pdf(2), pageRanges="3-9"))
        assert failed == {"jobId": failed["jobId"], "state": "failed", "errorMsg": failed["errorMsg"]}
        assert "It has 2" in failed["errorMsg"]


@pytest.mark.parametrize(("own", "limits", "most"), [(2, {}, 2), (5, {"max_pages": 1}, 1)])
def test_too_many_pages_fail_as_a_whole(own, limits, most):
    with serving(max_pages=own, settings={"limits": limits}) as client:
        failed = client.final(client.job(pdf(3)))
        assert failed["state"] == "failed"
        assert "3 are to be read" in failed["errorMsg"]
        assert f"reads {most} in one job" in failed["errorMsg"]
        assert client.done(pdf(3), pageRanges="1")["state"] == "done"


def test_a_page_that_cannot_be_read_fails_its_job():
    pipeline = StubPipeline()
    pipeline.failures = {1: ValueError("SECRET")}
    with serving(pipeline) as client:
        job = client.job(pdf(3))
        failed = client.final(job)
        assert failed["state"] == "failed"
        assert "SECRET" not in failed["errorMsg"]
        answer = client.http.get(f"{JOBS}/{job}")
        assert (answer.status_code, answer.json()["code"]) == (200, 0)


@pytest.mark.parametrize(
    ("file", "said"), [(b"%PDF-1.4 nothing", DAMAGED), (png()[:60], DAMAGED), (locked(pdf(1), "x"), LOCKED)]
)
def test_a_bad_document_says_what_is_wrong_with_it(file, said):
    with serving() as client:
        assert client.final(client.job(file)) | {"jobId": ""} == {"jobId": "", "state": "failed", "errorMsg": said}


def test_modules_that_are_not_here_are_told_of_and_a_run_goes_without_them():
    asked = '{"useChartRecognition": true, "use_formula_recognition": true, "useSealRecognition": false}'
    with serving() as client:
        state = client.done(optionalPayload=asked)
        assert state["warnings"] == ["formula recognition is not available", "chart recognition is not available"]
        settings = page_of(client.lines(state))["prunedResult"]["model_settings"]
        assert not settings["use_chart_recognition"]
        assert not settings["use_formula_recognition"]


def test_an_alias_has_the_shape_of_the_vision_model_and_says_what_ran():
    with serving(model_aliases={"PaddleOCR-VL-1.6": "PP-StructureV3"}) as client:
        state = client.done(model="PaddleOCR-VL-1.6")
        assert "No vision-language model has run" in state["warnings"][0]
        assert state["engine"]["pipeline"] == "geometry"
        page = page_of(client.lines(state))
        assert list(page["markdown"]) == ["text", "images"]
        assert "overall_ocr_res" not in page["prunedResult"]
        assert not page["prunedResult"]["model_settings"]["use_layout_detection"]
        assert list(page["outputImages"]) == ["layout_det_res"]


@pytest.mark.parametrize(
    ("error", "model", "code"),
    [
        (LanguageNotInstalled("no Latin"), "PP-OCRv5-latin", 10007),
        (PresetNotInstalled("no preset"), "PP-OCRv6", 10007),
        (ModuleNotLoaded("no model"), "PP-OCRv5", 10008),
    ],
)
def test_models_that_are_missing_are_refused_at_once(monkeypatch, error, model, code):
    pipeline = StubPipeline()

    async def prepare(_options):
        raise error

    monkeypatch.setattr(pipeline, "prepare", prepare)
    with serving(pipeline) as client:
        answer = client.post(model=model)
        assert refusal(answer) == (400, code)
        assert str(error) in answer.json()["msg"]


def test_a_language_is_read_with_its_own_recogniser():
    pipeline = StubPipeline()
    with serving(pipeline) as client:
        state = client.done(model="PP-OCRv5-latin")
        assert pipeline.read_options[0].language == "latin"
        assert state["engine"]["text_recognition"] in ("latin_PP-OCRv5_mobile_rec", "PP-OCRv6_small_rec")


def altered(url: str, part: int) -> str:
    pieces = url.split("/")
    last = pieces[part][-1]
    pieces[part] = pieces[part][:-1] + ("1" if last == "0" else "0")
    return "/".join(pieces)


def test_altered_links_are_refused():
    with serving() as client:
        state = client.done()
        url = state["resultUrl"]["jsonUrl"]
        picture = page_of(client.lines(state))["inputImage"]
        for link in (url, picture):
            assert client.get(link).status_code == 200
            for part in (-1, -2, -3, -4):
                assert refusal(client.get(altered(link, part))) == (403, 403)
            assert refusal(client.get(link.rpartition("/")[0] + "/other.jpg")) == (403, 403)


def test_links_expire_and_each_answer_has_new_ones():
    with serving(settings={"serving": ServingSettings(visualize=False, url_expires_in=1)}) as client:
        state = client.done()
        url = state["resultUrl"]["jsonUrl"]
        while client.get(url).status_code == 200:
            time.sleep(0.05)
        assert refusal(client.get(url)) == (403, 403)
        assert len(client.lines(client.state(state["jobId"]))) == 1
    with serving(settings={"serving": ServingSettings(visualize=False, url_expires_in=NEVER_EXPIRES)}) as client:
        assert "/never." in client.done()["resultUrl"]["jsonUrl"]


def test_links_begin_with_the_configured_address():
    with serving(settings={"server": {"public_url": "https://ocr.example.com/x"}}) as client:
        state = client.done()
        assert state["resultUrl"]["jsonUrl"].startswith("https://ocr.example.com/x/api/v2/ocr/files/")
        path = state["resultUrl"]["jsonUrl"].removeprefix("https://ocr.example.com/x")
        line = json.loads(client.http.get(path).text)
        assert page_of([line])["inputImage"].startswith("https://ocr.example.com/x/api/v2/ocr/files/")
    assert BASE.startswith("http://")


def test_a_link_of_a_job_that_is_not_done_leads_nowhere():
    pipeline = StubPipeline()
    with serving(pipeline) as client:
        state = client.done()
        pipeline.failures = {0: ValueError()}
        failed = client.final(client.job())
        assert failed["state"] == "failed"
        own, other = (each["jobId"].removeprefix("ocrjob-") for each in (state, failed))
        uuids = [re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", digits) for digits in (own, other)]
        assert refusal(client.get(state["resultUrl"]["jsonUrl"].replace(*uuids))) == (403, 403)


def test_pictures_of_how_pages_were_read_are_left_out_where_there_is_no_room_and_that_is_told():
    size = len(picture_page())
    with serving(max_upload_bytes=size, max_stored_bytes=5 * size) as client:
        state = client.done(picture_page())
        assert state["warnings"] == [LEFT_OUT]
        page = page_of(client.lines(state))
        assert page["outputImages"] == {}
        assert "inputImage" not in page
        ((_, url),) = page["markdown"]["images"].items()
        assert client.get(url).status_code == 200


def test_nothing_of_the_upload_is_kept_after_the_end(tmp_path):
    with serving(data_directory=str(tmp_path)) as client:
        client.done()
        assert {path.suffix for path in (tmp_path / "files").iterdir()} == {".pages"}


def test_a_disk_that_fails_refuses_the_job(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with serving(data_directory=str(tmp_path)) as client:
        with monkeypatch.context() as disk:
            disk.setattr(FileBlobs, "prepare", full)
            assert refusal(client.post()) == (503, 503)
        assert client.done()["state"] == "done"


def test_the_next_server_goes_on_with_a_job_and_reads_no_page_twice(tmp_path):
    first, second = StubPipeline(), StubPipeline()
    with ExitStack() as stack:
        client = stack.enter_context(serving(first, data_directory=str(tmp_path)))
        done = client.done(batchId="b")
        real = first.read

        async def read(page, options, **more):
            if page.index == 2:
                await asyncio.Event().wait()
            return await real(page, options, **more)

        first.read = read
        job = client.job(pdf(3), batchId="b")
        while client.state(job).get("extractProgress", {}).get("extractedPages") != 2:
            pass
    with serving(second, data_directory=str(tmp_path)) as client:
        assert client.state(job)["state"] in ("pending", "running", "done")
        state = client.final(job)
        assert state["extractProgress"]["extractedPages"] == 3
        assert second.finished == [2]
        assert len(client.lines(state)) == 3
        assert len(client.lines(client.state(done["jobId"]))) == 1
        batch = client.http.get(f"{JOBS}/batch/b").json()["data"]["extractResult"]
        assert [item["jobId"] for item in batch] == [done["jobId"], job]


def test_a_longer_line_than_one_client_reads_is_sent_and_logged(monkeypatch, caplog):
    monkeypatch.setattr("server.contracts.paddleocr_jobs.results.MOST_LINE_BYTES", 100)
    with serving() as client:
        assert len(client.lines(client.done(**PRUNED))) == 1
    assert "which one client cannot read" in caplog.text


def test_the_log_has_the_trace_of_an_answer(caplog):
    caplog.set_level("INFO")
    with serving() as client:
        trace = client.http.get(f"{JOBS}/{UNKNOWN}").json()["traceId"]
    assert trace in [getattr(record, "facts", {}).get("log_id") for record in caplog.records]
