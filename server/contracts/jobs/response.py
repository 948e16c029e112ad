"""The answers: a job's state, its pages, and its result as JSON."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

from server.contracts.jobs.errors import error_of
from server.contracts.jobs.formats import BY_NAME, JSON
from server.contracts.jobs.kept_page import Progress
from server.contracts.jobs.request import JobSpec
from server.contracts.paddlex_shapes.diagnostics import warnings_of
from server.contracts.paddlex_shapes.page_part import data_info
from server.decode.document import DocumentInfo
from server.jobs.job import Job, JobState

PATH = "/jobs"


def state_object(job: Job, spec: JobSpec, progress: Progress, position: int, expires: int) -> dict[str, object]:
    """A job's state.

    Args:
        job: the job.
        spec: its work.
        progress: its pages.
        position: its place among the jobs that wait; 0 if it does not wait.
        expires: the time at which it expires, in seconds since the epoch; only used if it is final.
    """
    state: dict[str, object] = {
        "id": job.id,
        "state": job.state.value,
        "pagesTotal": progress.document.wanted if progress.document else job.pages,
        "pagesDone": len(progress.pages) if progress.document else job.pages_read,
        "failedPages": [{"page": number, "reason": reason} for number, reason in progress.failed],
        "position": position,
        "createdAt": _time(job.created),
    }
    if job.started and job.state is not JobState.QUEUED:
        state["startedAt"] = _time(job.started)
    if job.final:
        state["endedAt"] = _time(job.finished)
    state["expiresAt"] = _time(expires) if job.final else None
    error = error_of(job)
    if error is not None:
        state["error"] = error
    state["warnings"] = warnings_of(progress.facts(), _left_out(progress, spec))
    state["links"] = links(job.id, spec)
    return state


def accepted(job: Job, spec: JobSpec, *, signed_with_job: bool) -> dict[str, object]:
    """The answer to a new job. ``signed_with_job``: no key is configured, so the job has a secret for its webhook."""
    answer: dict[str, object] = {"id": job.id, "state": job.state.value, "links": links(job.id, spec)}
    if spec.webhook and signed_with_job:
        answer["webhookSecret"] = job.token
    return answer


def links(job_id: str, spec: JobSpec) -> dict[str, object]:
    """The addresses of a job. Its results are those that were asked for."""
    own = f"{spec.base}{PATH}/{job_id}"
    asked = _asked(spec)
    results = {name: f"{own}/result.{extension}" for name, extension in asked.items()}
    return {
        "self": own,
        "events": f"{own}/events",
        "pages": f"{own}/pages",
        "result": next(iter(results.values())),
        "results": results,
    }


def _asked(spec: JobSpec) -> dict[str, str]:
    """Extension by name of the formats that were asked for, in their order."""
    names = {form.extension: name for name, form in BY_NAME.items()}
    given = spec.parameters.get("outputFormats") or [JSON]
    asked = {names.get(extension, extension): extension for extension in spec.formats}
    files = {name: asked.get(name, name) for name in given if name == JSON or name in asked}
    return files or {JSON: JSON}


def page_event(job_id: str, spec: JobSpec, number: int, reason: str, done: int, total: int) -> dict[str, object]:
    """The content of the event of a finished page: its number and link, and how many are done."""
    event: dict[str, object] = {"page": number, "pagesDone": done, "pagesTotal": total}
    if reason:
        return {**event, "reason": reason}
    return {**event, "link": f"{spec.base}{PATH}/{job_id}/pages?from={number}"}


def pages_answer(items: Sequence[bytes], numbers: Sequence[int], following: int, *, complete: bool) -> bytes:
    """Finished pages, as UTF-8 JSON.

    Args:
        items: of ``ocrResults``.
        numbers: of their pages.
        following: the page to ask for next.
        complete: whether no page comes after these.
    """
    tail = {"pages": numbers, "next": following, "complete": complete}
    return b'{"ocrResults":[' + b",".join(items) + b"]," + encode(tail)[1:]


def result_json(
    log_id: str, items: Sequence[bytes], info: DocumentInfo, diagnostics: dict[str, object] | None
) -> bytes:
    """The result as JSON, in the form of an answer of `POST /ocr`."""
    answer = BytesIO()
    answer.write(b'{"logId":' + encode(log_id) + b',"result":{"ocrResults":[')
    for number, item in enumerate(items):
        answer.write(b"," if number else b"")
        answer.write(item)
    answer.write(b'],"dataInfo":' + encode(data_info(info)))
    if diagnostics is not None:
        answer.write(b',"diagnostics":' + encode(diagnostics))
    answer.write(b'},"errorCode":0,"errorMsg":"Success"}')
    return answer.getvalue()


def encode(value: object) -> bytes:
    """A value as UTF-8 JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


def _left_out(progress: Progress, spec: JobSpec) -> DocumentInfo | None:
    """The document's outline if pages that were asked for are beyond the limits."""
    if progress.document is None:
        return None
    info = progress.document.info
    wanted = spec.pages or ((1, info.total_pages),)
    beyond = any(first <= info.total_pages and last > info.processed_pages for first, last in wanted)
    return info if beyond else None


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
