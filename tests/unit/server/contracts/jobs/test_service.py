"""Jobs from their creation to their deletion, around a pipeline that a test holds back."""

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import docx
import numpy as np
import pikepdf
import pytest

from models.document import Preprocessed
from models.errors import PipelineStopped
from server.contracts.jobs.errors import UNREADABLE, NoJob
from server.contracts.jobs.formats import EXTENSIONS, FILES, NAMES
from server.decode.workers.whole_file import FileRefused
from server.jobs.blobs import FileBlobs
from server.jobs.keeper import Keeper
from tests.unit.server.apps import base64_of, locked, pdf, png
from tests.unit.server.contracts.jobs.conftest import serving
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

KEYS = {"ann": "sk-ann", "bob": "sk-bob"}


def as_key(client, name: str) -> None:
    client.http.headers["Authorization"] = f"Bearer {KEYS[name]}"


def open_gate(client, pipeline) -> None:
    client.run(pipeline.gate.set)


def texts(answer) -> list[str]:
    return [line for page in answer.json()["ocrResults"] for line in page["prunedResult"]["rec_texts"]]


def test_the_three_forms_of_a_request_make_the_same_job():
    with serving() as client:
        answers = [
            client.post(png()),
            client.http.post("/jobs", json={"file": base64_of(png())}),
            client.http.post("/jobs", content=png(), headers={"Content-Type": "image/png"}),
        ]
        for answer in answers:
            assert answer.status_code == 202
            job = answer.json()
            assert set(job) == {"id", "state", "links"}
            assert job["links"]["self"].endswith(f"/jobs/{job['id']}")
            assert client.final(job["id"])["state"] == "done"
        results = [client.result(answer.json()["id"], "json").json()["result"] for answer in answers]
    assert results[0] == results[1] == results[2]
    assert results[0]["dataInfo"] == {"width": 120, "height": 40, "type": "image"}


def test_the_state_tells_what_the_contract_says(held):
    with serving(held, max_running_jobs=1) as client:
        first, second = client.job(pdf(3)), client.job()
        while not client.state(first)["pagesTotal"] and not held.read_options:
            pass
        running, queued = client.state(first), client.state(second)
        assert (running["state"], running["pagesDone"], running["position"]) == ("running", 0, 0)
        assert (queued["state"], queued["position"], queued["failedPages"]) == ("queued", 1, [])
        assert "startedAt" in running
        assert {"startedAt", "endedAt"} & set(queued) == set()
        assert running["expiresAt"] is None
        open_gate(client, held)
        done = client.final(first)
        assert (done["pagesTotal"], done["pagesDone"], done["warnings"]) == (3, 3, [])
        assert done["createdAt"] <= done["startedAt"] <= done["endedAt"] < done["expiresAt"]
        assert "error" not in done


def test_pages_come_as_they_are_finished_and_in_order():
    pipeline = StubPipeline()
    with serving(pipeline) as client:
        job = client.job(pdf(5))
        client.final(job)
        answer = client.http.get(f"/jobs/{job}/pages?from=4").json()
        assert (answer["pages"], answer["next"], answer["complete"]) == ([4, 5], 6, True)
        assert len(answer["ocrResults"]) == 2
        assert client.http.get(f"/jobs/{job}/pages").json()["pages"] == [1, 2, 3, 4, 5]
        assert client.http.get(f"/jobs/{job}/pages?from=6").json()["pages"] == []
        for wrong in ("0", "x", "-1", "1" * 20):
            assert client.http.get(f"/jobs/{job}/pages?from={wrong}").status_code == 422


def test_a_page_that_is_not_finished_ends_the_run_of_pages(held, monkeypatch):
    held.gate.set()
    real = held.read

    async def read(page, options, **more):
        if page.index == 1:
            await wait.wait()
        return await real(page, options, **more)

    with serving(held) as client:
        wait = client.run(_event)
        monkeypatch.setattr(held, "read", read)
        job = client.job(pdf(3))
        while client.state(job)["pagesDone"] < 2:
            pass
        answer = client.http.get(f"/jobs/{job}/pages").json()
        assert (answer["pages"], answer["next"], answer["complete"]) == ([1], 2, False)
        assert client.http.get(f"/jobs/{job}/pages?from=3").json()["pages"] == [3]
        client.run(wait.set)
        client.final(job)
        assert client.http.get(f"/jobs/{job}/pages").json()["pages"] == [1, 2, 3]


async def _event() -> asyncio.Event:
    return asyncio.Event()


def test_a_page_that_fails_is_told_by_its_number_and_the_others_stay():
    pipeline = StubPipeline()
    pipeline.failures = {1: ValueError("SECRET")}
    with serving(pipeline) as client:
        job = client.job(pdf(3), outputFormats="json,pdf,docx")
        state = client.final(job)
        assert (state["state"], state["failedPages"]) == ("done", [{"page": 2, "reason": "internal"}])
        assert state["pagesDone"] == 3
        assert "SECRET" not in json.dumps(state)
        answer = client.http.get(f"/jobs/{job}/pages").json()
        assert (answer["pages"], answer["complete"]) == ([1, 3], True)
        result = client.result(job, "json").json()["result"]
        assert (len(result["ocrResults"]), result["dataInfo"]["numPages"]) == (2, 2)
        with pikepdf.open(io.BytesIO(client.result(job, "pdf").content)) as file:
            assert len(file.pages) == 3
        paragraphs = [each.text for each in docx.Document(io.BytesIO(client.result(job, "docx").content)).paragraphs]
        assert [text for text in paragraphs if text.strip()] == [TEXT, TEXT]


def test_a_job_none_of_whose_pages_can_be_read_has_failed():
    pipeline = StubPipeline()
    pipeline.failures = {0: ValueError("SECRET"), 1: ValueError("SECRET")}
    with serving(pipeline) as client:
        job = client.job(pdf(2))
        state = client.final(job)
        assert (state["state"], state["error"]["reason"]) == ("failed", "internal")
        refused = client.result(job, "json")
        assert (refused.status_code, refused.json()["errorCode"]) == (409, 409)
        assert refused.headers["X-Error-Reason"] == "no_result"


@pytest.mark.parametrize(
    ("file", "fields", "reason"),
    [
        (b"%PDF-1.7 damaged", {}, "damaged"),
        (locked(pdf(1), "open"), {}, "encrypted"),
        (locked(pdf(1), "open"), {"password": "wrong"}, "encrypted"),
        (png(), {"fileType": "0"}, "wrong_file_type"),
        (pdf(2), {"pages": "3-9"}, "invalid_field"),
        (pdf(2), {"outputFormats": "pdf", "useDocOrientationClassify": "true"}, "invalid_field"),
    ],
)
def test_a_document_that_cannot_be_read_fails_its_job_with_a_reason(file, fields, reason):
    with serving() as client:
        state = client.final(client.job(file, **fields))
        assert (state["state"], state["error"]["reason"]) == ("failed", reason)
        assert state["error"]["message"]


def test_a_password_opens_a_document_and_is_not_kept(tmp_path):
    with serving(data_directory=str(tmp_path)) as client:
        job = client.job(locked(pdf(1), "open sesame"), password="open sesame", outputFormats="pdf")
        assert client.final(job)["state"] == "done"
        assert client.result(job, "pdf").status_code == 200
        later = client.job(locked(pdf(1), "open sesame"), password="open sesame")
        assert client.final(later)["state"] == "done"
        refused = client.result(later, "pdf")
        assert refused.status_code == 409
        assert "password" in refused.json()["errorMsg"]
        assert TEXT in client.result(later, "txt").text
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"open sesame" not in kept


def test_only_the_pages_that_were_asked_for_are_read():
    pipeline = StubPipeline()
    with serving(pipeline) as client:
        job = client.job(pdf(9), pages="2-3, 8", outputFormats="pdf")
        state = client.final(job)
        assert (state["pagesTotal"], state["pagesDone"]) == (3, 3)
        assert client.http.get(f"/jobs/{job}/pages").json()["pages"] == [2, 3, 8]
        assert sorted(pipeline.finished) == [1, 2, 7]
        assert client.result(job, "pdf").status_code == 200


def test_there_is_no_default_of_ten_pages_and_the_limit_is_told():
    with serving(settings={"limits": {"max_pages": 15}}) as client:
        assert client.final(client.job(pdf(12)))["pagesTotal"] == 12
        state = client.final(client.job(pdf(20)))
        assert (state["pagesTotal"], [warning["code"] for warning in state["warnings"]]) == (15, ["pages_left_out"])


def test_every_format_is_made_when_it_is_asked_for():
    with serving() as client:
        job = client.job(pdf(2), outputFormats=",".join(NAMES))
        state = client.final(job)
        assert list(state["links"]["results"]) == list(NAMES)
        for extension in EXTENSIONS:
            answer = client.result(job, extension)
            assert answer.status_code == 200, extension
            assert answer.headers["content-disposition"] == f'attachment; filename="{job}.{extension}"'
            if extension in FILES:
                assert answer.headers["content-type"].startswith(FILES[extension].result.media_type.partition(";")[0])


def test_text_formats_and_pdf_are_made_on_demand_and_the_others_are_not():
    pipeline = StubPipeline()
    with serving(pipeline) as client:
        for file in (pdf(2), png()):
            job = client.job(file)
            assert client.final(job)["state"] == "done"
            statuses = {extension: client.result(job, extension).status_code for extension in FILES}
            assert statuses == {extension: 200 if form.on_demand else 409 for extension, form in FILES.items()}
            assert client.result(job, "pdf").content == client.result(job, "pdf").content
        assert {"docx", "xlsx", "pptx"} == {name for name, form in FILES.items() if not form.on_demand}


def test_texts_are_added_to_pages_only_where_they_are_asked_for():
    with serving() as client:
        plain, more = client.job(), client.job(outputFormats="text,markdown")
        for job, keys in ((plain, {"prunedResult"}), (more, {"prunedResult", "text", "markdown"})):
            client.final(job)
            assert set(client.http.get(f"/jobs/{job}/pages").json()["ocrResults"][0]) == keys


def test_the_layout_is_added_to_pages_and_is_no_file():
    with serving() as client:
        job = client.job(outputFormats="layout")
        state = client.final(job)
        assert list(state["links"]["results"]) == ["json"]
        page = client.http.get(f"/jobs/{job}/pages").json()["ocrResults"][0]
        assert set(page) == {"prunedResult", "layout"}
        assert (page["layout"]["width"], page["layout"]["height"]) == (120, 40)
        both = client.final(client.job(outputFormats="layout,pdf"))
        assert list(both["links"]["results"]) == ["pdf"]


def test_a_result_is_409_until_the_job_is_done(held):
    with serving(held) as client:
        job = client.job()
        refused = client.result(job, "json")
        assert (refused.status_code, refused.json()["errorMsg"]) == (409, "The job is not finished.")
        open_gate(client, held)
        client.final(job)
        assert client.result(job, "json").status_code == 200


def test_a_job_belongs_to_the_key_that_made_it():
    with serving(keys=KEYS) as client:
        assert client.post().status_code == 401
        as_key(client, "ann")
        job = client.job()
        client.final(job)
        as_key(client, "bob")
        paths = ("", "/pages", "/events", "/result.json")
        assert {client.http.get(f"/jobs/{job}{path}").status_code for path in paths} == {404}
        assert client.http.delete(f"/jobs/{job}").status_code == 404
        assert client.http.get("/jobs").json() == {"jobs": []}
        as_key(client, "ann")
        assert [each["id"] for each in client.http.get("/jobs").json()["jobs"]] == [job]
        assert client.result(job, "json").status_code == 200


@pytest.mark.parametrize("job_id", ["none", "../../etc/passwd", "00000000-0000-4000-8000-000000000000"])
def test_nothing_is_known_of_other_ids(job_id):
    with serving() as client:
        answer = client.http.get(f"/jobs/{job_id}")
        assert (answer.status_code, answer.json()["errorCode"]) == (404, 404)
        assert set(answer.json()) == {"logId", "errorCode", "errorMsg"}


def test_deleting_cancels_what_runs_and_what_waits(held):
    with serving(held, max_running_jobs=1) as client:
        running, waiting = client.job(pdf(3)), client.job()
        while not held.read_options:
            pass
        for job in (running, waiting):
            assert client.http.delete(f"/jobs/{job}").status_code == 204
            state = client.state(job)
            assert (state["state"], state["pagesDone"]) == ("cancelled", 0)
            assert client.result(job, "json").status_code == 409
        assert held.cancelled
        open_gate(client, held)
        assert client.final(client.job())["state"] == "done"
        assert client.http.delete(f"/jobs/{running}").status_code == 204
        assert client.http.get(f"/jobs/{running}").status_code == 404


def test_deleting_a_finished_job_deletes_its_bytes(tmp_path):
    with serving(data_directory=str(tmp_path)) as client:
        job = client.job(pdf(2), outputFormats="pdf")
        client.final(job)
        assert {path.suffix for path in (tmp_path / "files").iterdir()} == {".source", ".pages", ".pdf"}
        assert client.http.delete(f"/jobs/{job}").status_code == 204
        assert list((tmp_path / "files").iterdir()) == []
        assert client.http.get(f"/jobs/{job}").status_code == 404


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("at", ["prepare", "confirm"])
def test_a_job_that_cannot_be_kept_is_refused_and_leaves_nothing(tmp_path, monkeypatch, at):
    headers = {"Idempotency-Key": "k"}
    with serving(data_directory=str(tmp_path)) as client:
        with monkeypatch.context() as disk:
            disk.setattr(FileBlobs, at, full)
            for given in (headers, headers, {}):
                refused = client.post(headers=given)
                assert (refused.status_code, refused.headers["X-Error-Reason"]) == (503, "storage")
                assert refused.headers["Retry-After"] == "30"
        assert client.http.get("/jobs").json() == {"jobs": []}
        assert list((tmp_path / "files").iterdir()) == []
        taken = client.post(headers=headers).json()["id"]
        assert client.final(taken)["state"] == "done"
        assert client.post(headers=headers).json()["id"] == taken


def test_a_result_that_cannot_be_kept_is_sent(tmp_path, monkeypatch):
    with serving(data_directory=str(tmp_path)) as client:
        job = client.job(pdf(2))
        client.final(job)
        made = [extension for extension, form in FILES.items() if form.on_demand]
        with monkeypatch.context() as disk:
            disk.setattr(FileBlobs, "prepare", full)
            assert {extension: client.result(job, extension).status_code for extension in made} == dict.fromkeys(
                made, 200
            )
            assert {path.suffix for path in (tmp_path / "files").iterdir()} == {".source", ".pages"}
        assert client.result(job, "txt").status_code == 200
        assert {path.suffix for path in (tmp_path / "files").iterdir()} == {".source", ".pages", ".txt"}


DELETED_WHILE = [
    ("pages", ""),
    ("pages", "/pages"),
    ("page", "/pages"),
    ("page", "/result.json"),
    ("file", "/result.txt"),
    ("source", "/result.pdf"),
    ("page", "/result.hocr"),
]


@pytest.mark.parametrize(("method", "path"), DELETED_WHILE)
@pytest.mark.parametrize("kept", [False, True])
def test_a_job_that_is_deleted_while_it_is_read_is_404(tmp_path, monkeypatch, caplog, method, path, kept):
    real = getattr(Keeper, method)

    async def deleted_first(self, job_id, *more):
        await self.delete(job_id)
        return await real(self, job_id, *more)

    with serving(**({"data_directory": str(tmp_path)} if kept else {})) as client:
        job = client.job(pdf(2))
        client.final(job)
        with monkeypatch.context() as patch:
            patch.setattr(Keeper, method, deleted_first)
            answer = client.http.get(f"/jobs/{job}{path}")
        assert (answer.status_code, answer.headers["X-Error-Reason"]) == (404, "not_found")
        assert client.http.get("/jobs").json() == {"jobs": []}
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_job_that_is_deleted_while_jobs_are_listed_is_left_out(monkeypatch):
    real = Keeper.pages

    async def deleted_first(self, job_id):
        if job_id == gone:
            await self.delete(job_id)
        return await real(self, job_id)

    with serving() as client:
        gone, stays = client.job(), client.job()
        for job in (gone, stays):
            client.final(job)
        monkeypatch.setattr(Keeper, "pages", deleted_first)
        assert [each["id"] for each in client.http.get("/jobs").json()["jobs"]] == [stays]


def test_an_expired_job_is_told_from_one_that_never_was(monkeypatch):
    with serving(retention_seconds=1) as client:
        job = client.job()
        client.final(job)
        while (answer := client.result(job, "json")).status_code == 200:
            pass
        assert (answer.status_code, answer.headers["X-Error-Reason"]) == (410, "expired")
        assert client.result("00000000-0000-4000-8000-000000000000", "json").status_code == 404


def test_the_list_is_paged_and_filtered(monkeypatch):
    monkeypatch.setattr("server.contracts.jobs.service.LISTED", 2)
    with serving() as client:
        jobs = [client.job() for _ in range(5)]
        for job in jobs:
            client.final(job)
        seen, after = [], ""
        while True:
            page = client.http.get(f"/jobs?after={after}").json()
            seen += [job["id"] for job in page["jobs"]]
            after = page.get("after")
            if not after:
                break
        assert seen == jobs[::-1]
        assert client.http.get("/jobs?state=failed").json() == {"jobs": []}
        assert len(client.http.get("/jobs?state=done").json()["jobs"]) == 2
        assert client.http.get("/jobs?state=lost").status_code == 422
        assert client.http.get("/jobs?after=lost").status_code == 404


def test_the_same_key_and_body_give_the_same_job_in_every_form():
    with serving() as client:
        headers = {"Idempotency-Key": "the-first"}
        first = client.post(png(), headers=headers).json()["id"]
        again = [
            client.post(png(), headers=headers),
            client.http.post("/jobs", json={"file": base64_of(png())}, headers=headers),
        ]
        client.final(first)
        again.append(client.post(png(), headers=headers))
        assert [(answer.status_code, answer.json()["id"]) for answer in again] == [(202, first)] * 3
        assert again[-1].json()["state"] == "done"
        others = [client.post(png(50, 50), headers=headers), client.post(png(), headers=headers, preset="paddlex")]
        assert [answer.status_code for answer in others] == [422, 422]
        assert others[0].headers["X-Error-Reason"] == "idempotency_key_used"
        client.http.delete(f"/jobs/{first}")
        assert client.post(png(50, 50), headers=headers).status_code == 202
        assert client.post(png(), headers={"Idempotency-Key": "k" * 256}).status_code == 422


def test_another_password_is_another_request(tmp_path):
    headers, file = {"Idempotency-Key": "k"}, locked(pdf(1), "open sesame")
    with serving(data_directory=str(tmp_path)) as client:
        first = client.post(file, headers=headers, password="wrong").json()["id"]
        client.final(first)
        for other in ({"password": "open sesame"}, {}):
            refused = client.post(file, headers=headers, **other)
            assert (refused.status_code, refused.headers["X-Error-Reason"]) == (422, "idempotency_key_used")
        assert client.post(file, headers=headers, password="wrong").json()["id"] == first


def test_one_key_sent_many_times_at_once_makes_one_job():
    with serving() as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post(png(), headers={"Idempotency-Key": "k"}), range(16)))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1


def test_an_idempotency_key_is_its_callers_own():
    with serving(keys=KEYS) as client:
        ids = set()
        for name in KEYS:
            as_key(client, name)
            ids.add(client.post(png(), headers={"Idempotency-Key": "k"}).json()["id"])
        assert len(ids) == 2


def test_a_full_queue_is_429(held):
    with serving(held, max_running_jobs=1, max_queued_jobs=1) as client:
        jobs = [client.job(), client.job()]
        refused = client.post()
        assert (refused.status_code, refused.headers["X-Error-Reason"]) == (429, "queue_full")
        open_gate(client, held)
        assert [client.final(job)["state"] for job in jobs] == ["done", "done"]


def test_wrong_fields_are_refused_by_name():
    with serving() as client:
        body = {"file": base64_of(png()), "pages": "5-1", "outputFormats": ["odt"], "preset": "none", "webhook": 5}
        answer = client.http.post("/jobs", json=body)
        assert answer.status_code == 422
        details = json.loads(answer.json()["errorMsg"])
        assert {item["loc"] for item in details} == {"body.outputFormats[0]", "body.pages", "body.webhook"}
        answer = client.http.post("/jobs", json={"file": base64_of(png()), "preset": "none"})
        assert json.loads(answer.json()["errorMsg"])[0]["loc"] == "body.preset"
        assert (
            client.http.post("/jobs", json={"file": base64_of(b"no document")}).headers["X-Error-Reason"]
            == "unsupported"
        )
        assert client.http.post("/jobs", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 422


def test_too_many_ranges_of_pages_are_refused_with_the_limit():
    with serving() as client:
        assert client.post(pdf(1), pages=",".join(["1"] * 100)).status_code == 202
        answer = client.post(pdf(1), pages=",".join(["1"] * 101))
        assert answer.status_code == 422
        assert "at most 100 numbers and ranges" in json.loads(answer.json()["errorMsg"])[0]["msg"]


def test_a_form_that_is_damaged_is_a_body_that_is_not_understood():
    with serving() as client:
        for path in ("/jobs", "/ocr"):
            for kind in ("multipart/form-data; boundary=xyz", "multipart/form-data"):
                answer = client.http.post(path, content=b"--xyz\r\nno form", headers={"Content-Type": kind})
                assert (answer.status_code, answer.headers["X-Error-Reason"]) == (422, "body_not_understood")


def test_an_unknown_result_is_told_from_an_unknown_job():
    with serving() as client:
        job = client.job()
        client.final(job)
        for name in ("result.odt", "result", "other.txt"):
            answer = client.http.get(f"/jobs/{job}/{name}")
            assert (answer.status_code, answer.headers["X-Error-Reason"]) == (404, "not_found")
            assert all(f"result.{extension}" in answer.json()["errorMsg"] for extension in EXTENSIONS)
        assert client.result("00000000-0000-4000-8000-000000000000", "odt").json()["errorMsg"] == NoJob.default_message


def test_a_failure_without_a_reason_of_its_own_is_said_once():
    pipeline = StubPipeline()
    pipeline.failures = {0: ValueError("SECRET")}
    with serving(pipeline) as client:
        job = client.job(png())
        assert client.final(job)["state"] == "failed"
        assert client.result(job, "json").json()["errorMsg"] == "The job failed."
        damaged = client.job(b"%PDF-1.7 damaged")
        client.final(damaged)
        assert client.result(damaged, "json").json()["errorMsg"] == f"The job failed: {UNREADABLE}"


def test_pages_that_will_never_come_end_the_asking(held, monkeypatch):
    held.gate.set()
    real = held.read

    async def read(page, options, **more):
        if page.index in (1, 3):
            await never.wait()
        return await real(page, options, **more)

    with serving(held, job_timeout_seconds=1) as client:
        never = client.run(_event)
        monkeypatch.setattr(held, "read", read)
        job = client.job(pdf(4))
        while client.state(job)["pagesDone"] < 2:
            pass
        answer = client.http.get(f"/jobs/{job}/pages").json()
        assert (answer["pages"], answer["next"], answer["complete"]) == ([1], 2, False)
        assert client.final(job)["state"] == "failed"
        for first, pages in ((1, [1, 3]), (2, [3]), (4, [])):
            answer = client.http.get(f"/jobs/{job}/pages?from={first}").json()
            assert (answer["pages"], answer["complete"]) == (pages, True)


def test_the_time_of_a_job_runs_out_and_its_pages_stay(held, monkeypatch):
    held.gate.set()
    real = held.read

    async def read(page, options, **more):
        if page.index == 1:
            await never.wait()
        return await real(page, options, **more)

    with serving(held, job_timeout_seconds=0.5) as client:
        never = client.run(_event)
        monkeypatch.setattr(held, "read", read)
        job = client.job(pdf(2))
        state = client.final(job)
        assert (state["state"], state["error"]["reason"]) == ("failed", "timeout")
        assert texts(client.http.get(f"/jobs/{job}/pages")) == [TEXT]


def test_the_pages_of_a_job_are_paid_for_by_its_caller():
    with serving(keys=KEYS, pages_per_minute=2) as client:
        as_key(client, "ann")
        client.final(client.job(pdf(2)))
        assert client.post().status_code == 429
        as_key(client, "bob")
        assert client.post().status_code == 202


def test_pictures_are_made_only_where_they_are_asked_for():
    with serving() as client:
        plain, drawn = client.job(), client.job(visualize="true")
        for job, shown in ((plain, False), (drawn, True)):
            client.final(job)
            assert ("ocrImage" in client.result(job, "json").json()["result"]["ocrResults"][0]) is shown


def test_without_a_data_directory_the_disk_is_not_touched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving() as client:
        client.final(client.job(pdf(2), outputFormats="json,docx,pptx"))
    assert list(tmp_path.iterdir()) == []


class Unsteady(StubPipeline):
    """Has no process for the third page at first."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 2

    async def read(self, page, options, **more):
        if page.index == 2 and self.left:
            self.left -= 1
            await asyncio.sleep(0.2)  # the others are finished by then
            raise PipelineStopped("No replica serves.")
        return await super().read(page, options, **more)


def test_a_job_that_waits_for_a_process_reads_no_page_again(monkeypatch):
    monkeypatch.setattr("server.jobs.retries.TRY_SECONDS", 0.0)
    pipeline = Unsteady()
    with serving(pipeline) as client:
        job = client.job(pdf(3))
        assert client.final(job)["state"] == "done"
        assert client.http.get(f"/jobs/{job}/pages").json()["pages"] == [1, 2, 3]
    assert sorted(pipeline.finished) == [0, 1, 2]


def test_a_pdf_that_cannot_be_rewritten_becomes_pictures(monkeypatch):
    def refuse(*_):
        raise FileRefused

    monkeypatch.setattr("server.export.files.searchable_pdf.make_once", refuse)
    with serving() as client:
        job = client.job(pdf(4), pages="2-3", outputFormats="pdf,pptx")
        assert client.final(job)["state"] == "done"
        with pikepdf.open(io.BytesIO(client.result(job, "pdf").content)) as file:
            assert [len(page.get_images()) for page in file.pages] == [1, 1]


def test_pages_that_were_turned_are_shown_as_they_were_read():
    pipeline = StubPipeline()
    real = pipeline.read

    async def read(page, options, **more):
        result = await real(page, options, **more)
        turned = Preprocessed(np.ascontiguousarray(np.rot90(page.image)), 90, page.image)
        return replace(result, preprocessed=turned)

    pipeline.read = read
    with serving(pipeline) as client:
        job = client.job(png(60, 30))
        client.final(job)
        with pikepdf.open(io.BytesIO(client.result(job, "pdf").content)) as file:
            width, height = (float(side) for side in file.pages[0].MediaBox[2:])
        assert width < height
        refused = client.job(pdf(1))
        client.final(refused)
        answer = client.result(refused, "pdf")
        assert (answer.status_code, "rotated" in answer.json()["errorMsg"]) == (409, True)
