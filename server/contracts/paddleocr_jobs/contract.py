"""Puts the contract together: its routes, the shape of its errors, and the jobs that run beside requests."""

from litestar import HttpMethod

from server.config.base import ConfigurationError
from server.config.contract_settings import PaddleOcrJobSettings
from server.contracts.base import Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.contracts.paddleocr_jobs.errors import answer_error
from server.contracts.paddleocr_jobs.links import FILES, PATH
from server.contracts.paddleocr_jobs.openapi import openapi_paths
from server.contracts.paddleocr_jobs.request import is_spec
from server.contracts.paddleocr_jobs.results import Results
from server.contracts.paddleocr_jobs.service import PaddleOcrJobService
from server.contracts.paddleocr_jobs.work import PaddleOcrWork
from server.http.paced_answers import DOWNLOAD
from server.jobs.directory import DirectoryUnusable, open_store
from server.jobs.keeper import Keeper
from server.jobs.runner import JobRunner, RunnerLimits
from server.jobs.store import JobStore
from server.runtime import Runtime
from server.threads import Threads

STORE_THREADS = 4
JOBS = f"{PATH}/jobs"


def build_paddleocr_jobs(runtime: Runtime) -> Contract:
    """Build the contract.

    Raises:
        ConfigurationError: the data directory cannot be used.
    """
    settings = runtime.configuration.settings.contracts.paddleocr_jobs
    desk = FrontDesk(runtime, "paddleocr_jobs", settings)
    threads = Threads(settings.max_running_jobs + STORE_THREADS)
    keeper = Keeper(_store(settings), threads, refuses=True)
    runner = JobRunner(
        keeper,
        PaddleOcrWork(desk, runtime, keeper, settings),
        RunnerLimits(settings.max_queued_jobs, settings.max_running_jobs, settings.job_timeout_seconds),
        lambda: _grace(runtime, settings),
    )
    service = PaddleOcrJobService(desk, runtime, runner, keeper, Results(keeper, threads), settings)
    _watch(runtime, runner, kept=settings.data_directory is not None)
    get = (HttpMethod.GET,)
    file = f"{PATH}/{FILES}/{{job_id:str}}/{{seal:str}}/{{number:str}}/{{name:str}}"
    return Contract(
        name="paddleocr_jobs",
        routes=(
            contract_route(JOBS, service.submit, own_keys=True),
            contract_route(f"{JOBS}/{{job_id:str}}", service.find, methods=get, own_keys=True, head=False),
            contract_route(
                f"{JOBS}/batch/{{batch_id:path}}", service.find_batch, methods=get, own_keys=True, head=False
            ),
            contract_route(file, service.download, methods=get, own_keys=True, **{DOWNLOAD: True}),
        ),
        paths=(f"{PATH}/",),
        answer_error=answer_error,
        openapi=openapi_paths(),
        running=runner.running,
    )


def _store(settings: PaddleOcrJobSettings) -> JobStore:
    try:
        return open_store(
            settings.data_directory,
            max_bytes=settings.max_stored_bytes,
            retention=settings.retention_seconds,
            understands=is_spec,
            files=(),
        )
    except DirectoryUnusable as error:
        raise ConfigurationError(f"ppocr_server.contracts.paddleocr_jobs.data_directory: {error}") from error


def _watch(runtime: Runtime, runner: JobRunner, *, kept: bool) -> None:
    inside = runtime.inside
    inside.watch("paddleocr_jobs_running", lambda: runner.in_work)
    inside.watch("paddleocr_jobs_waiting", lambda: runner.waiting)
    inside.watch_end("paddleocr_jobs_finished", lambda: runner.finished)
    inside.watch_left("paddleocr_jobs_kept" if kept else "paddleocr_jobs_given_up", lambda: runner.unfinished)


def _grace(runtime: Runtime, settings: PaddleOcrJobSettings) -> float:
    """Seconds that jobs may run on while the server stops. Without a data directory, a result could not be fetched."""
    if settings.data_directory is None:
        return 0.0
    return max(0.0, runtime.configuration.settings.server.shutdown_grace_seconds - runtime.lifecycle.drained_seconds)
