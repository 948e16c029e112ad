from dataclasses import replace
from datetime import datetime

import pytest

from server.contracts.paddleocr_jobs.kept_page import DocumentNote, PageNote, Progress
from server.contracts.paddleocr_jobs.links import JobLinks
from server.contracts.paddleocr_jobs.request import JobSpec
from server.contracts.paddleocr_jobs.response import LEFT_OUT, job_state, own_id, public_id
from server.decode.document import DocumentInfo
from server.jobs.job import Job, JobState
from server.jobs.pages import PageEntry
from server.storage.signing import UrlSigner

JOB = Job(owner="ann", spec="{}", created=10, started=11, state=JobState.RUNNING)
OCR, STRUCTURE = JobSpec("ocr", "best"), JobSpec("structure", "best", warnings=("said",))
LINKS = JobLinks(UrlSigner(b"k" * 16, 60), "http://h", JOB.id)
ENGINE = {"pipeline": "ocr"}
NONE = Progress(None, {})
TWO = Progress(
    DocumentNote(DocumentInfo("pdf", 3, 3, ((1, 1),) * 3), 3),
    {number: (PageEntry(number, b"", 0, 0, 0), PageNote()) for number in (1, 3)},
)


def test_ids_go_there_and_back_and_nothing_else_is_one():
    public = public_id(JOB.id)
    assert public.startswith("ocrjob-")
    assert own_id(public) == JOB.id
    for wrong in ("batch", "", JOB.id, public.removeprefix("ocrjob-"), public[:-1], public.upper(), public + "0"):
        assert own_id(wrong) is None


def test_a_waiting_job_has_its_state_alone():
    waiting = replace(JOB, state=JobState.QUEUED, started=0)
    assert job_state(waiting, OCR, NONE, LINKS, ENGINE) == {"jobId": public_id(JOB.id), "state": "pending"}


def test_a_running_job_has_numbers_of_pages_and_the_time_of_its_start():
    state = job_state(JOB, OCR, TWO, LINKS, ENGINE)
    assert state["extractProgress"] == {"totalPages": 3, "extractedPages": 2, "startTime": "1970-01-01T00:00:11+00:00"}
    assert state["engine"] == ENGINE
    assert {"resultUrl", "errorMsg", "warnings"} & set(state) == set()
    assert job_state(JOB, OCR, NONE, LINKS, ENGINE)["extractProgress"]["totalPages"] == 0


@pytest.mark.parametrize(("spec", "urls"), [(OCR, {"jsonUrl"}), (STRUCTURE, {"jsonUrl", "markdownUrl"})])
def test_a_finished_job_has_all_four_keys_of_its_progress_and_links(spec, urls):
    done = replace(JOB, state=JobState.DONE, finished=15)
    state = job_state(done, spec, TWO, LINKS, ENGINE)
    progress = state["extractProgress"]
    assert list(progress) == ["totalPages", "extractedPages", "startTime", "endTime"]
    assert datetime.fromisoformat(progress["endTime"]).timestamp() == 15
    assert set(state["resultUrl"]) == urls
    assert all(url.startswith(f"http://h/api/v2/ocr/files/{JOB.id}/") for url in state["resultUrl"].values())
    assert state.get("warnings", []) == list(spec.warnings)


def test_pictures_that_were_left_out_are_told():
    entry, _ = TWO.pages[1]
    progress = replace(TWO, pages={1: (entry, PageNote(without_pictures=True))})
    assert job_state(replace(JOB, state=JobState.DONE, finished=15), OCR, progress, LINKS, ENGINE)["warnings"] == [
        LEFT_OUT
    ]


@pytest.mark.parametrize(
    ("detail", "message"), [("", "The document is too large."), ("It has 9 pages.", "It has 9 pages.")]
)
def test_a_failed_job_says_why_and_has_no_progress(detail, message):
    failed = replace(JOB, state=JobState.FAILED, finished=15, failure="too_big", detail=detail)
    assert job_state(failed, STRUCTURE, TWO, LINKS, ENGINE) == {
        "jobId": public_id(JOB.id),
        "state": "failed",
        "errorMsg": message,
    }
