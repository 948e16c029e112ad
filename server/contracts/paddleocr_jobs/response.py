"""The state of a job, and the state of a batch."""

from collections.abc import Mapping
from datetime import UTC, datetime

from server.contracts.paddleocr_jobs.errors import failure_message
from server.contracts.paddleocr_jobs.kept_page import Progress
from server.contracts.paddleocr_jobs.links import JSON_LINES, MARKDOWN, WHOLE, JobLinks
from server.contracts.paddleocr_jobs.request import JobSpec
from server.jobs.job import Job, JobState

PREFIX = "ocrjob-"
_UUID = (8, 12, 16, 20)
"""The places of the dashes in a job's own id."""
_DIGITS = 32
_HEX = frozenset("0123456789abcdef")

_STATES = {JobState.QUEUED: "pending", JobState.RUNNING: "running", JobState.DONE: "done"}
"""Any other state is ``failed``."""
STATES = ("pending", "running", "done", "failed")

LEFT_OUT = "Pictures of how the pages were read are missing from some pages, because there is no room for them."


def public_id(job_id: str) -> str:
    """The id of a job as clients know it."""
    return PREFIX + job_id.replace("-", "")


def own_id(public: str) -> str | None:
    """The id of a job as it is kept; None for a text that is no id of a job."""
    digits = public.removeprefix(PREFIX)
    if digits == public or len(digits) != _DIGITS or not set(digits) <= _HEX:
        return None
    parts = [digits[begin:end] for begin, end in zip((0, *_UUID), (*_UUID, _DIGITS), strict=True)]
    return "-".join(parts)


def job_state(
    job: Job, spec: JobSpec, progress: Progress, links: JobLinks, engine: Mapping[str, str]
) -> dict[str, object]:
    """The state of a job.

    Args:
        job: in its present state.
        spec: its work.
        progress: its pages.
        links: of the job.
        engine: what reads it.
    """
    state = _STATES.get(job.state, "failed")
    data: dict[str, object] = {"jobId": public_id(job.id), "state": state}
    if state == "failed":
        return {**data, "errorMsg": failure_message(job)}
    if state == "pending":
        return data
    data["extractProgress"] = _progress(job, progress)
    if state == "done":
        urls = {"jsonUrl": links.link(WHOLE, JSON_LINES)}
        if spec.shape != "ocr":
            urls["markdownUrl"] = links.link(WHOLE, MARKDOWN)
        data["resultUrl"] = urls
    data["engine"] = dict(engine)
    warnings = [*spec.warnings]
    if any(note.without_pictures for _, note in progress.pages.values()):
        warnings.append(LEFT_OUT)
    return {**data, "warnings": warnings} if warnings else data


def _progress(job: Job, progress: Progress) -> dict[str, object]:
    shown: dict[str, object] = {
        "totalPages": progress.document.wanted if progress.document else job.pages,
        "extractedPages": len(progress.pages),
        "startTime": _time(job.started),
    }
    return {**shown, "endTime": _time(job.finished)} if job.final else shown


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
