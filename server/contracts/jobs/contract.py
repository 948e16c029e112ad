"""Puts the contract together: its routes, the shape of its errors, and the jobs that run beside requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import HttpMethod

from server.contracts.base import Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.contracts.jobs.formats import FILES
from server.contracts.jobs.openapi import openapi_paths
from server.contracts.jobs.request import read_spec
from server.contracts.jobs.response import PATH
from server.contracts.jobs.results import Results
from server.contracts.jobs.service import JobService
from server.contracts.jobs.webhooks import Webhooks
from server.contracts.jobs.work import JobWork
from server.contracts.kept_work import grace_of, store_of
from server.contracts.paddlex_shapes.diagnostics import Diagnostics
from server.contracts.paddlex_shapes.errors import ErrorAnswers
from server.http.paced_answers import DOWNLOAD
from server.jobs.keeper import Keeper
from server.jobs.runner import JobRunner, RunnerLimits
from server.runtime import Runtime
from server.threads import Threads

STORE_THREADS = 4


def build_jobs(runtime: Runtime) -> Contract:
    """Build the contract.

    Raises:
        ConfigurationError: the data directory cannot be used.
    """
    configuration = runtime.configuration
    settings, keys = configuration.settings.contracts.jobs, runtime.key_rings.of("jobs")
    desk = FrontDesk(runtime, "jobs", settings)
    threads = Threads(settings.max_running_jobs + STORE_THREADS)
    keeper = Keeper(store_of("jobs", settings, read_spec, tuple(FILES)), threads, refuses=True)
    diagnostics = Diagnostics(configuration, runtime.pipeline.modules)
    results = Results(desk, runtime, keeper, threads, diagnostics, settings.max_stored_bytes)
    runner = JobRunner(
        keeper,
        JobWork(desk, runtime, keeper, results, keys, configuration.serving),
        RunnerLimits(settings.max_queued_jobs, settings.max_running_jobs, settings.job_timeout_seconds),
        lambda: grace_of(runtime, settings),
        on_end=lambda job: webhooks.ended(job),  # noqa: PLW0108 - it is made below
    )
    presets = tuple(configuration.pipeline.preset_defaults.presets)
    service = JobService(desk, runtime, runner, keeper, results, presets, settings)
    webhooks = Webhooks(runtime.fetcher, keys, keeper, service.describe_ended)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with runner.running(), webhooks.running():
            yield

    _watch(runtime, runner, results, kept=settings.data_directory is not None)
    own = f"{PATH}/{{job_id:str}}"
    get, delete = (HttpMethod.GET,), (HttpMethod.DELETE,)
    return Contract(
        name="jobs",
        routes=(
            contract_route(PATH, service.create, own_keys=True),
            contract_route(PATH, service.list, methods=get, own_keys=True),
            contract_route(own, service.find, methods=get, own_keys=True),
            contract_route(own, service.delete, methods=delete, own_keys=True),
            contract_route(f"{own}/pages", service.pages, methods=get, own_keys=True),
            contract_route(f"{own}/events", service.events, methods=get, own_keys=True),
            contract_route(f"{own}/{{name:str}}", service.result, methods=get, own_keys=True, **{DOWNLOAD: True}),
        ),
        paths=(PATH, f"{PATH}/"),
        answer_error=ErrorAnswers(runtime, {}).answer,
        openapi=openapi_paths(),
        running=running,
    )


def _watch(runtime: Runtime, runner: JobRunner, results: Results, *, kept: bool) -> None:
    inside = runtime.inside
    inside.watch("jobs_running", lambda: runner.in_work)
    inside.watch("jobs_waiting", lambda: runner.waiting)
    inside.watch("job_files_writing", lambda: results.writing)
    inside.watch_end("jobs_finished", lambda: runner.finished)
    inside.watch_left("jobs_kept" if kept else "jobs_given_up", lambda: runner.unfinished)
