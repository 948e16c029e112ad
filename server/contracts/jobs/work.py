"""Runs a job: reads the pages that are not finished yet, and makes the files that were asked for."""

from functools import partial

from server.admission.caller_limits import Caller
from server.config.serving_settings import ServingSettings
from server.contracts.front_desk import FrontDesk
from server.contracts.jobs.errors import INTERNAL, NO_PAGE, failure, job_failed
from server.contracts.jobs.formats import FILES
from server.contracts.jobs.kept_page import progress_of
from server.contracts.jobs.reading import JobReading
from server.contracts.jobs.request import JobSpec, read_spec
from server.contracts.jobs.results import Results
from server.errors import NotReady, RequestError
from server.export.drawing.pictures import PictureEncodingFailed
from server.http.keys import KeyRing
from server.intake.raw_file import RawFile
from server.jobs.active import Active
from server.jobs.job import JobFailed, StorageFailed
from server.jobs.keeper import Keeper
from server.jobs.retries import until_ready
from server.runtime import Runtime


class JobWork:
    """Runs jobs.

    Args:
        desk: reads their documents, and counts the pages for the job's owner.
        runtime: the running server.
        keeper: keeps the pages.
        results: makes the files.
        keys: of the callers.
        serving: PaddleX's own settings.
    """

    def __init__(
        self,
        desk: FrontDesk,
        runtime: Runtime,
        keeper: Keeper,
        results: Results,
        keys: KeyRing,
        serving: ServingSettings,
    ) -> None:
        self._desk = desk
        self._runtime = runtime
        self._keeper = keeper
        self._results = results
        self._keys = keys
        self._serving = serving

    async def __call__(self, active: Active, source: bytes) -> None:
        """Read a job's document and make its files.

        If a process cannot be started or no replica serves, this tries again. Pages that are finished stay so.

        Raises:
            JobFailed: it cannot be read; the error holds the reason for the caller.
        """
        try:
            await until_ready(partial(self._run, active, source))
        except NotReady as error:
            raise JobFailed("failed") from error

    async def _run(self, active: Active, source: bytes) -> None:
        spec = read_spec(active.job.spec)
        raw = self._results.raw_file(spec, source, active.secret)
        try:
            await self._read(active, spec, raw)
            await self._make_files(active, spec, raw)
        except (NotReady, StorageFailed):
            raise
        except RequestError as error:
            raise job_failed(error, with_password=active.secret is not None) from error
        except PictureEncodingFailed as error:
            raise JobFailed("too_big") from error

    async def _read(self, active: Active, spec: JobSpec, raw: RawFile) -> None:
        pdf_scale = self._runtime.configuration.settings.decode.pdf_scale
        reading = JobReading(active, spec, self._keeper, self._runtime.publisher, self._serving, pdf_scale)
        if not reading.done:
            await reading.run(self._desk, self._caller(active), raw)
        progress = progress_of(active.pages)
        if progress.failed and not progress.read:
            _, reason = progress.failed[0]
            raise JobFailed("failed") if reason == INTERNAL else failure("invalid", reason, NO_PAGE)

    async def _make_files(self, active: Active, spec: JobSpec, raw: RawFile) -> None:
        progress = progress_of(active.pages)
        for extension in spec.formats:
            data = await self._results.make(active.job, FILES[extension], raw, progress)
            if not await self._keeper.keep_file(active.job.id, extension, data):
                raise StorageFailed

    def _caller(self, active: Active) -> Caller:
        """The caller that pays. After a restart it is the key of the job's owner, if there is still one."""
        owner = active.job.owner
        return Caller(owner, active.account) if active.account else self._keys.caller(owner)
