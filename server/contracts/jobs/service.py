"""Answers the contract's requests: create a job, ask for its state, pages, events and results, list and delete jobs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from hmac import compare_digest
from typing import Any
from weakref import WeakValueDictionary

import msgspec
from litestar import Response

from models.errors import OcrError
from server.config.contract_settings import JobSettings
from server.contracts.base import AnyRequest
from server.contracts.front_desk import FrontDesk, Visit
from server.contracts.jobs.errors import JobExpired, NoJob, NoResult, NoSuchResult, OtherRequest, error_of
from server.contracts.jobs.events import JobEvents, Place
from server.contracts.jobs.formats import EXTENSIONS, FILES, JSON
from server.contracts.jobs.kept_page import Progress, chosen_pages, progress_of
from server.contracts.jobs.request import Call, JobSpec, check_key, make_spec, parse_call, read_spec, request_digest
from server.contracts.jobs.response import accepted, encode, pages_answer, state_object
from server.contracts.jobs.results import Results, made_afterwards
from server.contracts.jobs.source import kind_of, sent_file, url_of
from server.contracts.paddlex_shapes.presets import check_preset, preset_refusal
from server.contracts.paddlex_shapes.validation_errors import refusal
from server.decode.workers.process import WorkerNotStarted
from server.errors import NotReady, PresetUnavailable, RequestError, UrlNotFetched, from_pipeline
from server.export.drawing.pictures import PictureEncodingFailed
from server.http.auth import signed_in
from server.jobs.active import Shown
from server.jobs.blobs import is_id
from server.jobs.job import Job, JobGone, JobState, StorageFailed, new_token
from server.jobs.keeper import Keeper
from server.jobs.runner import JobRunner
from server.runtime import Runtime
from server.telemetry.logs import where

BODY_BYTES = 1024 * 1024
"""Bytes that a body may hold beside its file."""
LISTED = 50
"""Jobs on one page of the list."""
PAGES_BYTES = 32 * 1024 * 1024
"""An answer with pages ends after so many bytes, but has at least one page."""
PREFIX = "result."
JOB_FAILED = "The job failed"

logger = logging.getLogger(__name__)

_JSON = "application/json"
_FILE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class JobService:
    """Answers requests.

    Args:
        desk: admits requests and reads their bodies.
        runtime: the running server.
        runner: runs the jobs.
        keeper: keeps their pages and files.
        results: makes results.
        presets: the names of all presets.
        settings: of the contract.
    """

    def __init__(
        self,
        desk: FrontDesk,
        runtime: Runtime,
        runner: JobRunner,
        keeper: Keeper,
        results: Results,
        presets: Sequence[str],
        settings: JobSettings,
    ) -> None:
        self._desk = desk
        self._runtime = runtime
        self._runner = runner
        self._keeper = keeper
        self._results = results
        self._presets = tuple(presets)
        self._settings = settings
        self._keys = runtime.key_rings.of("jobs")
        self._events = JobEvents(runtime.lifecycle)
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def create(self, request: AnyRequest) -> Response[bytes]:
        """Create a job for a document."""
        caller = signed_in(request, self._keys)
        key = check_key(request.headers.get("idempotency-key", ""))
        if not key:
            self._runner.check_room()
        return await self._desk.serve(
            request,
            partial(self._take, key),
            caller=caller,
            max_body_bytes=self._settings.max_upload_bytes * 4 // 3 + BODY_BYTES,
            waits_for_text=False,
        )

    async def find(self, request: AnyRequest) -> Response[bytes]:
        """Answer with the state of a job."""
        return _answer(self.describe(await self._shown(request)))

    async def pages(self, request: AnyRequest) -> Response[bytes]:
        """Answer with finished pages."""
        shown = await self._shown(request)
        progress = progress_of(shown.pages)
        first = _first_page(request.query_params.get("from", "1"))
        finished = {entry.number: note for entry, note in progress.pages}
        document = progress.document
        wanted = () if document is None else chosen_pages(read_spec(shown.job.spec).pages, document.info)
        numbers: list[int] = []
        size, following = 0, first
        complete = False
        for number in (number for number in wanted if number >= first):
            if number not in finished and shown.job.final:
                continue  # It will never come.
            if number not in finished or (numbers and size > PAGES_BYTES):
                following = number
                break
            note = finished[number]
            following = number + 1
            if not note.reason:
                numbers.append(number)
                size += note.item
        else:
            complete = document is not None or shown.job.final
        async with self._kept(shown.job):
            items = await self._results.items(shown.job, progress, numbers)
        return Response(pages_answer(items, numbers, following, complete=complete), media_type=_JSON)

    async def events(self, request: AnyRequest) -> Response[Any]:
        """Stream the events of a job. A client that was told of the end gets 204, so that it does not come again."""
        shown = await self._shown(request)
        place = Place.read(request.headers.get("last-event-id", ""))
        if place.ended and shown.job.final:
            return Response(b"", status_code=204, media_type=_JSON)
        active, spec = self._runner.active(shown.job.id), read_spec(shown.job.spec)
        return self._events.answer(shown, active, spec, place, self.describe)

    async def result(self, request: AnyRequest) -> Response[bytes]:
        """Give a result."""
        self._runtime.downloads.check_room()
        name: str = request.path_params["name"]
        extension = name.removeprefix(PREFIX)
        shown = await self._shown(request)
        if not name.startswith(PREFIX) or extension not in EXTENSIONS:
            raise NoSuchResult
        if shown.job.state is not JobState.DONE:
            raise NoResult(_why_not(shown.job))
        spec, progress = read_spec(shown.job.spec), progress_of(shown.pages)
        async with self._kept(shown.job):
            if extension == JSON:
                data, media_type = await self._results.json(shown.job, spec, progress), _JSON
            else:
                data, media_type = await self._file(shown.job, extension, spec, progress)
        self._runtime.downloads.check_room()  # Other downloads may have begun meanwhile.
        headers = {**_FILE_HEADERS, "Content-Disposition": f'attachment; filename="{shown.job.id}.{extension}"'}
        return Response(data, media_type=media_type, headers=headers)

    async def delete(self, request: AnyRequest) -> Response[bytes]:
        """Cancel a job that is not final, or delete one that is."""
        job = (await self._shown(request)).job
        await self._runner.cancel(job.id)
        ended = await self._keeper.find(job.id)
        if ended is not None and (job.final or ended.state is not JobState.CANCELLED):
            await self._keeper.delete(job.id)
        return Response(b"", status_code=204, media_type=_JSON)

    async def list(self, request: AnyRequest) -> Response[bytes]:
        """List the caller's jobs, the newest first."""
        owner = signed_in(request, self._keys).name
        state, after = request.query_params.get("state", ""), request.query_params.get("after", "")
        if state and state not in {known.value for known in JobState}:
            known = " or ".join(f"'{known.value}'" for known in JobState)
            raise refusal([("literal_error", ("query", "state"), f"Input should be {known}")])
        if after and (not is_id(after) or await self._runner.find(after, owner) is None):
            raise NoJob("The field 'after' names no job of this caller. Begin again without it.")
        wanted = JobState(state) if state else None
        found = await self._keeper.of_owner(owner, wanted, after or None, LISTED + 1)
        jobs = [self.describe(shown) for job in found[:LISTED] if (shown := await self._runner.show(job.id, owner))]
        more = {"after": found[LISTED - 1].id} if len(found) > LISTED else {}
        return _answer({"jobs": jobs, **more})

    def describe(self, shown: Shown) -> dict[str, object]:
        """The state object of a job."""
        spec = read_spec(shown.job.spec)
        return state_object(shown.job, spec, progress_of(shown.pages), shown.position, self._keeper.expires(shown.job))

    async def describe_ended(self, job: Job) -> bytes:
        """The state object of a final job, as its webhook sends it."""
        try:
            shown = await self._runner.shown(job)
        except JobGone:
            shown = Shown(job, ())  # The receiver is still told of the end.
        return encode(self.describe(shown))

    async def _take(self, key: str, visit: Visit) -> Response[bytes]:
        call = await visit.in_thread(_parse, visit, visit.take_body())
        check_preset(call.parameters.preset, self._presets, call.place)
        self._check_webhook(call)
        if not key:
            return self._accepted(await self._submit(visit, call, "", url_of(call)))
        lock = self._locks.setdefault((visit.caller.name, key), asyncio.Lock())
        async with lock:
            return self._accepted(await self._submit_once(visit, call, key))

    async def _submit_once(self, visit: Visit, call: Call, key: str) -> Job:
        """The job of an earlier request with this key, or a new one."""
        url = url_of(call)
        file = url.encode() if url is not None else await sent_file(visit, call)
        found = await self._keeper.of_request(visit.caller.name, key)
        token = new_token() if found is None else found.token
        digest = await visit.in_thread(request_digest, call.parameters, file, token)
        if found is None:
            self._runner.check_room()
            return await self._submit(visit, call, key, url, digest, token)
        if not compare_digest(found.request_digest, digest):
            said = "The key belongs to another request. Send a new key with a new request."
            raise OtherRequest(refusal([("idempotency_key", ("header", "Idempotency-Key"), said)]).message)
        return (await self._runner.find(found.id, found.owner)) or found

    async def _submit(
        self, visit: Visit, call: Call, key: str, url: str | None, digest: str = "", token: str = ""
    ) -> Job:
        await self._check_models(call, visit.deadline)
        data = await sent_file(visit, call) if url is None else await visit.fetch(url)
        kind = await visit.in_thread(kind_of, data, call, url, self._settings.max_upload_bytes)
        spec = make_spec(call.parameters, kind, visit.link_base)
        password = call.parameters.password or None
        job = Job(
            owner=visit.caller.name,
            spec=msgspec.json.encode(spec).decode(),
            repeatable=password is None,
            source_size=len(data),
            request_key=key,
            request_digest=digest,
            token=token or new_token(),
            notice=bool(spec.webhook),
        )
        return await self._runner.submit(job, data, password, visit.caller.account)

    async def _check_models(self, call: Call, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                await self._runtime.pipeline.prepare(self._desk.options(call.parameters.overrides()))
        except OcrError as error:
            refused = from_pipeline(error)
            if isinstance(refused, PresetUnavailable):
                refused = preset_refusal(refused, self._presets, call.place)
            raise refused from error
        except TimeoutError as error:
            raise NotReady from error

    def _check_webhook(self, call: Call) -> None:
        if not call.parameters.webhook:
            return
        try:
            self._runtime.fetcher.check(call.parameters.webhook)
        except UrlNotFetched as error:
            said = (
                "Input should be an http or https address of a host that the operator allows (url_input.allowed_hosts)"
            )
            refused = refusal([("url", (call.place, "webhook"), said)])
            refused.reason_word = error.reason_word
            raise refused from error

    async def _file(self, job: Job, extension: str, spec: JobSpec, progress: Progress) -> tuple[bytes, str]:
        """A file that is kept, or is made now and kept."""
        form = FILES[extension]
        media_type = form.result.media_type.partition(";")[0]  # the framework adds the charset of a text
        kept = await self._keeper.file(job.id, extension)
        if kept is not None:
            return kept, media_type
        if not made_afterwards(extension, spec):
            raise NoResult(f"The job was not asked for {form.name}. Send it again with '{form.name}' in outputFormats.")
        self._results.check(form, spec, progress)
        lock = self._locks.setdefault((job.id, extension), asyncio.Lock())
        async with lock:
            kept = await self._keeper.file(job.id, extension)
            if kept is None:
                raw = self._results.raw_file(spec, await self._keeper.source(job.id))
                try:
                    kept = await self._results.make(job, form, raw, progress)
                except WorkerNotStarted as error:
                    raise NotReady from error
                except PictureEncodingFailed as error:
                    raise NoResult("The pages are too large for this format.") from error
                await self._keep_file(job.id, extension, kept)
        return kept, media_type

    async def _keep_file(self, job_id: str, extension: str, data: bytes) -> None:
        """Keep a file that was made now. It is sent even if it cannot be kept; then it is made again next time."""
        try:
            await self._keeper.keep_file(job_id, extension, data)
        except StorageFailed as error:
            logger.error("A result is sent and cannot be kept: %s", where(error))  # noqa: TRY400 - may quote a path

    async def _shown(self, request: AnyRequest) -> Shown:
        """The caller's job that a request is about.

        Raises:
            NoJob, JobExpired: there is none, or none any more.
        """
        owner = signed_in(request, self._keys).name
        job_id: str = request.path_params["job_id"]
        if not is_id(job_id):
            raise NoJob
        shown = await self._runner.show(job_id, owner)
        if shown is None:
            raise await self._no_job(job_id, owner)
        return shown

    @asynccontextmanager
    async def _kept(self, job: Job) -> AsyncIterator[None]:
        """Read a job that may be deleted meanwhile.

        Raises:
            NoJob, JobExpired: it was.
        """
        try:
            yield
        except JobGone as error:
            raise await self._no_job(job.id, job.owner) from error

    async def _no_job(self, job_id: str, owner: str) -> RequestError:
        return JobExpired() if await self._keeper.was_dropped(job_id, owner) else NoJob()

    def _accepted(self, job: Job) -> Response[bytes]:
        answer = accepted(job, read_spec(job.spec), signed_with_job=self._keys.open)
        return _answer(answer, 202)


def _parse(visit: Visit, body: bytes) -> Call:
    return parse_call(body, visit.content_type, dict(visit.request.query_params.items()), visit.record)


def _first_page(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise refusal([("int_parsing", ("query", "from"), "Input should be the number of a page, from 1 on")])
    return int(text)


def _why_not(job: Job) -> str:
    error = error_of(job)
    if error is not None:
        said = error["message"]
        return said if said.startswith(JOB_FAILED) else f"{JOB_FAILED}: {said}"
    return "The job was cancelled." if job.state is JobState.CANCELLED else "The job is not finished."


def _answer(content: dict[str, object], status: int = 200) -> Response[bytes]:
    return Response(encode(content), status_code=status, media_type=_JSON)
