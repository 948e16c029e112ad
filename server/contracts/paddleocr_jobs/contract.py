"""Puts the contract together: its routes, the shape of its errors, and the jobs that run beside requests."""

from litestar import HttpMethod

from server.contracts.base import Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.contracts.kept_work import grace_of, store_of
from server.contracts.paddleocr_jobs.errors import answer_error
from server.contracts.paddleocr_jobs.links import FILES, PATH
from server.contracts.paddleocr_jobs.openapi import openapi_paths
from server.contracts.paddleocr_jobs.request import read_spec
from server.contracts.paddleocr_jobs.results import Results
from server.contracts.paddleocr_jobs.service import PaddleOcrJobService
from server.contracts.paddleocr_jobs.work import PaddleOcrWork
from server.http.paced_answers import DOWNLOAD
from server.jobs.keeper import Keeper
from server.jobs.runner import JobRunner, RunnerLimits
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
    keeper = Keeper(store_of("paddleocr_jobs", settings, read_spec, files=()), threads, refuses=True)
    runner = JobRunner(
        keeper,
        PaddleOcrWork(desk, runtime, keeper, settings),
        RunnerLimits(settings.max_queued_jobs, settings.max_running_jobs, settings.job_timeout_seconds),
        lambda: grace_of(runtime, settings),
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


def _watch(runtime: Runtime, runner: JobRunner, *, kept: bool) -> None:
    inside = runtime.inside
    inside.watch("paddleocr_jobs_running", lambda: runner.in_work)
    inside.watch("paddleocr_jobs_waiting", lambda: runner.waiting)
    inside.watch_end("paddleocr_jobs_finished", lambda: runner.finished)
    inside.watch_left("paddleocr_jobs_kept" if kept else "paddleocr_jobs_given_up", lambda: runner.unfinished)
