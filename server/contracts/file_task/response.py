"""The task object, and the envelope around it."""

import json

from litestar import Response

from server.contracts.file_task.request import TaskSpec
from server.jobs.job import Failure, Job, JobState

TASK_TYPE = 101
FILES_PATH = "/task/files"

STATES = {JobState.DONE: 1, JobState.QUEUED: 0, JobState.RUNNING: 4}
DETAILS = {JobState.DONE: "Complete", JobState.QUEUED: "Queued", JobState.RUNNING: "Processing"}

FAILURES: dict[Failure, tuple[int, str]] = {
    "failed": (-1, "Failed"),
    "storage": (-2, "Result storage failed"),
    "download": (-3, "Download failed"),
    "too_big": (-5, "File exceeds size"),
    "invalid": (-7, "Invalid file"),
    "timeout": (-8, "Timeout"),
}


def task_response(job: Job, spec: TaskSpec, base: str) -> Response[bytes]:
    """Answer with a task. Its link begins with ``base``."""
    content = json.dumps({"status": 200, "data": task_object(job, spec, base)}, ensure_ascii=False).encode()
    return Response(content, status_code=200, media_type="application/json")


def task_object(job: Job, spec: TaskSpec, base: str) -> dict[str, object]:
    """The contract's ``data``, in the order of its sample."""
    state, detail = _state(job)
    return {
        "file": base + result_path(job, spec) if state == 1 else "",
        "type": TASK_TYPE,
        "state": state,
        "task_id": job.id,
        "progress": _progress(job),
        "ocr_pages": job.pages_read,
        "created_at": job.created,
        "file_pages": job.pages,
        "input_size": job.source_size,
        "output_size": job.result_size,
        "completed_at": job.finished,
        "processed_at": job.started,
        "state_detail": detail,
    }


def result_path(job: Job, spec: TaskSpec) -> str:
    """The path of the result. The token in it gives access."""
    return f"{FILES_PATH}/{job.token}/{result_name(job, spec)}"


def result_name(job: Job, spec: TaskSpec) -> str:
    """The result's file name."""
    return f"{job.id}.{spec.format}"


def _state(job: Job) -> tuple[int, str]:
    if job.failure is None:
        return STATES[job.state], DETAILS[job.state]
    state, detail = FAILURES[job.failure]
    if job.failure == "invalid" and job.detail:
        return state, job.detail
    return state, f"{detail}: {job.detail}" if job.detail else detail


def _progress(job: Job) -> int:
    """Percent. It is 100 only when the result is ready, because making the file takes time too."""
    if job.state is JobState.DONE:
        return 100
    return 95 * job.pages_read // job.pages if job.pages else 0
