"""Answers the contract's requests: submit a document, ask for a job or a batch, take a result or a picture."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from weakref import WeakValueDictionary

import msgspec
from litestar import Response

from models.errors import OcrError
from server.config.contract_settings import PaddleOcrJobSettings
from server.contracts.base import AnyRequest
from server.contracts.front_desk import FrontDesk, Visit
from server.contracts.paddleocr_jobs.envelope import succeeded, trace_of
from server.contracts.paddleocr_jobs.errors import BadModel, BadParameter, BatchFull, JobExpired, LinkRefused, NoJob
from server.contracts.paddleocr_jobs.fields import parse_fields
from server.contracts.paddleocr_jobs.kept_page import progress_of
from server.contracts.paddleocr_jobs.links import JSON_LINES, MARKDOWN, WHOLE, JobLinks, is_genuine
from server.contracts.paddleocr_jobs.request import Call, check_call, read_spec
from server.contracts.paddleocr_jobs.response import job_state, own_id, public_id
from server.contracts.paddleocr_jobs.results import Results
from server.contracts.paddleocr_jobs.served_models import served_model
from server.contracts.paddleocr_jobs.work import overrides
from server.contracts.paddlex_shapes.readers import Readers
from server.errors import (
    InvalidModelSettings,
    LanguageUnavailable,
    NotFound,
    NotReady,
    PresetUnavailable,
    RequestError,
    from_pipeline,
)
from server.http.auth import signed_in
from server.jobs.active import Shown
from server.jobs.job import Job, JobGone, JobState
from server.jobs.keeper import Keeper
from server.jobs.runner import JobRunner
from server.runtime import Runtime

FORM_BYTES = 1024 * 1024
"""Bytes that a body may hold beside its file."""
MOST_IN_BATCH = 100

_FILE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
MODULES = ("useDocOrientationClassify", "useDocUnwarping", "useTextlineOrientation")
"""Options for which a model must be installed."""
JSON_LINES_TYPE = "application/x-ndjson; charset=utf-8"


class PaddleOcrJobService:
    """Answers requests.

    Args:
        desk: admits requests and reads their bodies.
        runtime: the running server.
        runner: runs the jobs.
        keeper: keeps their pages.
        results: makes their files.
        settings: of the contract.
    """

    def __init__(
        self,
        desk: FrontDesk,
        runtime: Runtime,
        runner: JobRunner,
        keeper: Keeper,
        results: Results,
        settings: PaddleOcrJobSettings,
    ) -> None:
        self._desk = desk
        self._runtime = runtime
        self._runner = runner
        self._keeper = keeper
        self._results = results
        self._settings = settings
        self._keys = runtime.key_rings.of("paddleocr_jobs")
        self._readers = Readers(runtime.configuration, desk)
        preset = runtime.configuration.preset_of("paddleocr_jobs")
        self._find_model = partial(served_model, settings=settings, preset=preset)
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def submit(self, request: AnyRequest) -> Response[bytes]:
        """Take a document, and answer with the id of its job at once."""
        trace = trace_of(request)
        caller = signed_in(request, self._keys)
        self._runner.check_room()
        job = await self._desk.serve(
            request,
            self._take,
            caller=caller,
            max_body_bytes=self._settings.max_upload_bytes + FORM_BYTES,
            waits_for_text=False,
        )
        return succeeded(trace, {"jobId": public_id(job.id)})

    async def find(self, request: AnyRequest) -> Response[bytes]:
        """Answer with the state of a job."""
        trace = trace_of(request)
        owner = signed_in(request, self._keys).name
        job_id = own_id(request.path_params["job_id"])
        if job_id is None:
            raise NoJob
        shown = await self._runner.show(job_id, owner)
        if shown is None:
            raise await self._no_job(job_id, owner)
        return succeeded(trace, self._describe(shown, self._runtime.link_base(request)))

    async def find_batch(self, request: AnyRequest) -> Response[bytes]:
        """Answer with the states of all jobs of a batch, in the order in which they were submitted."""
        trace = trace_of(request)
        owner = signed_in(request, self._keys).name
        batch = str(request.path_params["batch_id"]).removeprefix("/")
        jobs = await self._keeper.of_batch(owner, batch)
        base = self._runtime.link_base(request)
        found = [shown for job in jobs if (shown := await self._runner.show(job.id, owner)) is not None]
        if not found:
            raise NoJob("There is no such batch.")
        return succeeded(trace, {"batchId": batch, "extractResult": [self._describe(shown, base) for shown in found]})

    async def download(self, request: AnyRequest) -> Response[bytes]:
        """Give a file or a picture of a job. Its address is the credential."""
        trace_of(request)
        self._runtime.downloads.check_room()
        job_id, seal, number, name = (request.path_params[part] for part in ("job_id", "seal", "number", "name"))
        if not is_genuine(self._runtime.signer, job_id, seal, number, name):
            raise LinkRefused
        job = await self._keeper.find(job_id)
        if job is None or job.state is not JobState.DONE:
            raise NotFound("There is no such file any more.")
        async with self._kept():
            data, media_type = await self._file(job, int(number), name, self._runtime.link_base(request))
        self._runtime.downloads.check_room()  # Other downloads may have begun meanwhile.
        headers = {**_FILE_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type=media_type, headers=headers)

    async def _file(self, job: Job, number: int, name: str, base: str) -> tuple[bytes, str]:
        links = JobLinks(self._runtime.signer, base, job.id)
        progress = progress_of(await self._keeper.pages(job.id))
        if number == WHOLE and name == JSON_LINES:
            return await self._results.json_lines(job, progress, links), JSON_LINES_TYPE
        if number == WHOLE and name == MARKDOWN:
            return await self._results.markdown(job, progress, links), "text/markdown"
        picture = await self._results.picture(job, progress, number, name)
        if picture is None:
            raise NotFound("There is no such picture.")
        return picture, "image/jpeg"

    async def _take(self, visit: Visit) -> Job:
        fields = await visit.in_thread(parse_fields, visit.take_body(), visit.content_type)
        call = await visit.in_thread(check_call, fields, self._find_model, self._settings.max_upload_bytes)
        if call.fetch:
            self._runtime.fetcher.check(call.source.decode())
        await self._check_models(call, visit.deadline)
        if not call.batch:
            return await self._submit(visit, call)
        owner = visit.caller.name
        lock = self._locks.setdefault((owner, call.batch), asyncio.Lock())
        async with lock:
            if len(await self._keeper.of_batch(owner, call.batch)) >= MOST_IN_BATCH:
                raise BatchFull
            return await self._submit(visit, call)

    async def _submit(self, visit: Visit, call: Call) -> Job:
        job = Job(
            owner=visit.caller.name,
            spec=msgspec.json.encode(call.spec).decode(),
            source_size=len(call.source),
            batch=call.batch,
        )
        return await self._runner.submit(job, call.source, None, visit.caller.account)

    async def _check_models(self, call: Call, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                await self._runtime.pipeline.prepare(self._desk.options(overrides(call.spec)))
        except OcrError as error:
            refused = from_pipeline(error)
            if isinstance(refused, PresetUnavailable | LanguageUnavailable):
                raise BadModel(f"model: {refused.reason}") from error
            if isinstance(refused, InvalidModelSettings):
                asked = ", ".join(name for name, value in call.spec.options.items() if name in MODULES and value)
                raise BadParameter(f"optionalPayload: {asked}: {refused.reason}") from error
            raise refused from error
        except TimeoutError as error:
            raise NotReady from error

    def _describe(self, shown: Shown, base: str) -> dict[str, object]:
        job, spec = shown.job, read_spec(shown.job.spec)
        links = JobLinks(self._runtime.signer, base, job.id)
        return job_state(job, spec, progress_of(shown.pages), links, self._readers.of(overrides(spec)))

    @asynccontextmanager
    async def _kept(self) -> AsyncIterator[None]:
        """Read a job that may be deleted meanwhile."""
        try:
            yield
        except JobGone as error:
            raise NotFound("There is no such file any more.") from error

    async def _no_job(self, job_id: str, owner: str) -> RequestError:
        return JobExpired() if await self._keeper.was_dropped(job_id, owner) else NoJob()
