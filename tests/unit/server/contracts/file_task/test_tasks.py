"""The contract around a pipeline that a test holds back: what a client sees while a task goes on."""

import asyncio
import gc
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import cv2
import numpy as np
import pikepdf
import pytest
from litestar.testing import TestClient

from models.errors import LanguageNotInstalled, PipelineStopped
from server.decode.workers.process import WorkerNotStarted, WorkerProcess
from server.export.files.result_file import ResultFormat
from server.jobs.retries import MOST_TRIES
from tests.unit.server.apps import application, pdf, png
from tests.unit.server.stub_pipeline import TEXT, StubPipeline


class Pipeline(StubPipeline):
    """Has no recogniser but the configured one."""

    async def prepare(self, options):
        if options.language != "default":
            raise LanguageNotInstalled("Run: ppocr-server models pull latin_PP-OCRv5_mobile_rec")


@contextmanager
def serving(pipeline=None, **contract):
    with TestClient(application(pipeline or Pipeline(), contracts={"file_task": contract})) as client:
        yield client


def post(client, file=None, **fields):
    return client.post("/task/pic/ocr", files={"image_file": ("a", file or png())}, data=fields)


def final(client, task):
    while task["state"] == 0 or task["state"] > 1:
        task = client.get(f"/task/{task['task_id']}").json()["data"]
    return task


def open_gate(client, pipeline) -> None:
    client.blocking_portal.call(pipeline.gate.set)


@pytest.fixture
def held() -> Pipeline:
    pipeline = Pipeline()
    pipeline.gate = asyncio.Event()
    return pipeline


def test_a_task_that_takes_long_is_answered_as_running(held):
    with serving(held, wait_seconds=0.05) as client:
        task = post(client, pdf(4)).json()["data"]
        assert (task["state"], task["state_detail"], task["file"]) == (4, "Processing", "")
        assert (task["completed_at"], task["output_size"]) == (0, 0)
        assert 0 <= task["progress"] < 100
        open_gate(client, held)
        task = final(client, task)
        assert (task["state"], task["progress"], task["ocr_pages"]) == (1, 100, 4)


def test_what_waits_is_answered_as_queued_and_one_more_is_refused(held):
    with serving(held, wait_seconds=0, max_running_tasks=1, max_queued_tasks=1) as client:
        first, second = (post(client).json()["data"] for _ in range(2))
        assert [first["state"], second["state"]] == [4, 0]
        assert (second["state_detail"], second["processed_at"]) == ("Queued", 0)
        refused = post(client)
        assert (refused.status_code, refused.json()["status"], refused.json()["data"]) == (429, 429, None)
        assert int(refused.headers["retry-after"]) > 0
        open_gate(client, held)
        assert [final(client, task)["state"] for task in (first, second)] == [1, 1]


def test_time_runs_out(held):
    with serving(held, task_timeout_seconds=0.1) as client:
        task = post(client).json()["data"]
        assert (task["state"], task["state_detail"], task["file"]) == (-8, "Timeout", "")
        open_gate(client, held)
        assert post(client).json()["data"]["state"] == 1


def test_a_failing_page_fails_its_task_and_no_other():
    pipeline = Pipeline()
    pipeline.failures = {1: ValueError("SECRET")}
    with serving(pipeline) as client:
        task = post(client, pdf(2)).json()["data"]
        assert (task["state"], task["state_detail"]) == (-1, "Failed")
        assert post(client, pdf(1)).json()["data"]["state"] == 1


def test_a_language_that_is_not_installed_names_the_command():
    with serving() as client:
        answer = post(client, language="French")
        assert answer.status_code == 400
        assert "ppocr-server models pull latin_PP-OCRv5_mobile_rec" in answer.json()["message"]


def test_the_pages_of_a_searchable_pdf_stay_as_they_are():
    pipeline = Pipeline()
    pipeline.defaults = type(pipeline.defaults)(use_doc_preprocessor=True, use_doc_orientation_classify=True)
    with serving(pipeline) as client:
        assert post(client, pdf(1), format="pdf").json()["data"]["state"] == 1
        assert post(client, pdf(1), format="docx").json()["data"]["state"] == 1
    assert [options.use_doc_orientation_classify for options in pipeline.read_options] == [False, True]


@pytest.mark.parametrize("keep", [False, True])
def test_the_setting_decides_whether_a_searchable_pdf_keeps_active_content(keep):
    source = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(1))) as file:
        file.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
        file.save(source)
    with TestClient(application(Pipeline(), result_files={"keep_active_content": keep})) as client:
        result = client.get(post(client, source.getvalue(), format="pdf").json()["data"]["file"])
    with pikepdf.open(io.BytesIO(result.content)) as file:
        assert ("/OpenAction" in file.Root) is keep


def test_only_files_that_show_pages_need_their_pictures_and_a_task_says_if_they_take_too_much():
    """Noise is a small WebP, but a large JPEG."""
    noise = np.random.default_rng(1).integers(0, 256, (700, 700, 3)).astype(np.uint8)
    written, page = cv2.imencode(".webp", noise, [cv2.IMWRITE_WEBP_QUALITY, 20])
    assert written
    most = 400_000
    with serving(max_upload_bytes=most, max_stored_bytes=most) as client:
        tasks = [post(client, page.tobytes(), format=kind).json()["data"] for kind in ("txt", "xlsx", "pdf", "pptx")]
    assert [task["state"] for task in tasks] == [1, 1, -5, -5]
    why = f"File exceeds size: the pictures of its pages take more than {most} bytes"
    assert {task["state_detail"] for task in tasks[2:]} == {why}


def test_a_page_longer_than_a_jpeg_may_be_is_in_every_file():
    written, wide = cv2.imencode(".png", np.full((20, 70_000, 3), 255, np.uint8))
    assert written
    with serving() as client:
        tasks = [post(client, wide.tobytes(), format=kind).json()["data"] for kind in ("txt", "xlsx", "pdf", "pptx")]
        assert [task["state"] for task in tasks] == [1] * 4
        result = client.get(tasks[2]["file"])
    with pikepdf.open(io.BytesIO(result.content)) as file:
        widths = [int(image.Width) for image in file.pages[0].Resources.XObject.values()]
    assert sorted(widths) == [4500, 65_500]


def test_a_key_may_only_send_so_much():
    keys = {"ann": "sk-ann", "bob": "sk-bob"}
    with serving(keys=keys, requests_per_second=1) as client:
        codes = []
        for key in ("ann", "ann", "bob"):
            client.headers["Authorization"] = f"Bearer sk-{key}"
            codes.append(post(client).status_code)
        assert codes == [200, 429, 200]


def test_the_disk_is_not_touched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving() as client:
        for kind in ("txt", "docx", "xlsx", "pptx"):
            assert post(client, format=kind).json()["data"]["state"] == 1
    assert list(tmp_path.iterdir()) == []


def test_many_at_once(held):
    with serving(held, wait_seconds=0, max_queued_tasks=20, max_running_tasks=4) as client:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: post(client), range(40)))
        codes = [answer.status_code for answer in answers]
        assert (codes.count(200), codes.count(429)) == (24, 16)
        open_gate(client, held)
        texts = [client.get(final(client, a.json()["data"])["file"]).text for a in answers if a.status_code == 200]
        assert texts == [f"{TEXT}\n"] * 24


def test_an_application_that_is_never_run_leaves_nothing_open():
    application(Pipeline())
    gc.collect()


def test_the_pages_of_a_task_are_paid_for_by_the_caller_that_made_it():
    with serving(wait_seconds=60, pages_per_minute=2) as client:
        assert post(client, pdf(2)).json()["data"]["state"] == 1
        refused = post(client)
        assert (refused.status_code, int(refused.headers["retry-after"]) > 1) == (429, True)


def test_result_files_are_counted_while_they_are_made(monkeypatch):
    seen = []
    app = application(Pipeline(), contracts={"file_task": {}})
    inside = app.state.runtime.inside

    def write(_, pages, raw):
        seen.append(inside.stop()["files_writing"])
        return b"made"

    monkeypatch.setattr(ResultFormat, "write", write)
    with TestClient(app) as client:
        assert post(client, format="txt").json()["data"]["state"] == 1
    assert (seen, inside.stop()["files_writing"]) == ([1], 0)


class Unsteady(Pipeline):
    """Has no process for its first work."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.left = failures

    async def read(self, page, options, **more):
        if self.left:
            self.left -= 1
            raise PipelineStopped("No replica serves.")
        return await super().read(page, options, **more)


@pytest.mark.parametrize(("failures", "state"), [(1, 1), (MOST_TRIES - 1, 1), (MOST_TRIES, -1)])
def test_a_task_waits_for_processes_that_are_not_there(monkeypatch, failures, state):
    monkeypatch.setattr("server.jobs.retries.TRY_SECONDS", 0.0)
    with serving(Unsteady(failures)) as client:
        task = post(client).json()["data"]
        assert (task["state"], task["ocr_pages"]) == (state, 1 if state == 1 else 0)


@pytest.mark.parametrize(("failures", "state"), [(1, 1), (MOST_TRIES, -1)])
def test_a_result_waits_for_a_process_that_cannot_be_started(monkeypatch, failures, state):
    monkeypatch.setattr("server.jobs.retries.TRY_SECONDS", 0.0)
    left = [failures]

    class Unstarted(WorkerProcess):
        def __init__(self, settings) -> None:
            if left[0]:
                left[0] -= 1
                raise WorkerNotStarted("Resource temporarily unavailable")
            super().__init__(settings)

    with serving() as client:
        # Only now: the server has started its own workers.
        monkeypatch.setattr("server.decode.workers.tries.WorkerProcess", Unstarted)
        task = post(client, pdf(1), format="pdf").json()["data"]
        assert (task["state"], task["ocr_pages"]) == (state, 1)


class Absent(Pipeline):
    """Has no process at all."""

    async def prepare(self, options):
        await asyncio.Event().wait()


def test_a_request_does_not_wait_for_processes_for_ever():
    with TestClient(application(Absent(), limits={"request_timeout_seconds": 0.2})) as client:
        assert post(client).status_code == 503
