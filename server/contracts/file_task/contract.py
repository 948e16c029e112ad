"""Puts the contract together: its routes, the shape of its errors, and the tasks that run beside requests."""

from litestar import HttpMethod

from server.contracts.base import Contract, contract_route
from server.contracts.file_task.errors import answer_error
from server.contracts.file_task.openapi import openapi_paths
from server.contracts.file_task.request import read_spec
from server.contracts.file_task.response import FILES_PATH
from server.contracts.file_task.service import FileTaskService
from server.contracts.file_task.work import FileWork
from server.contracts.front_desk import FrontDesk
from server.contracts.kept_work import grace_of, store_of
from server.http.paced_answers import DOWNLOAD
from server.jobs.keeper import Keeper
from server.jobs.runner import JobRunner, RunnerLimits
from server.runtime import Runtime
from server.telemetry.inside import Inside
from server.threads import Threads

STORE_THREADS = 2


def build_file_task(runtime: Runtime) -> Contract:
    """Build the contract.

    Raises:
        ConfigurationError: the data directory cannot be used.
    """
    settings = runtime.configuration.settings.contracts.file_task
    desk = FrontDesk(runtime, "file_task", settings)
    threads = Threads(settings.max_running_tasks + STORE_THREADS)
    keeper = Keeper(store_of("file_task", settings, read_spec), threads)
    work = FileWork(desk, runtime, threads, settings)
    runner = JobRunner(
        keeper,
        work,
        RunnerLimits(settings.max_queued_tasks, settings.max_running_tasks, settings.task_timeout_seconds),
        lambda: grace_of(runtime, settings),
    )
    _watch(runtime.inside, runner, work, kept=settings.data_directory is not None)
    service = FileTaskService(desk, runtime, runner, keeper, settings)
    return Contract(
        name="file_task",
        routes=(
            contract_route("/task/pic/ocr", service.create, own_keys=True),
            contract_route("/task/{task_id:str}", service.find, methods=(HttpMethod.GET,), own_keys=True),
            contract_route(
                f"{FILES_PATH}/{{token:str}}/{{name:str}}",
                service.download,
                methods=(HttpMethod.GET,),
                own_keys=True,
                **{DOWNLOAD: True},
            ),
        ),
        paths=("/task/",),
        answer_error=answer_error,
        openapi=openapi_paths(),
        running=runner.running,
    )


def _watch(inside: Inside, runner: JobRunner, work: FileWork, *, kept: bool) -> None:
    inside.watch("tasks_running", lambda: runner.in_work)
    inside.watch("tasks_waiting", lambda: runner.waiting)
    inside.watch("files_writing", lambda: work.writing)
    inside.watch_end("tasks_finished", lambda: runner.finished)
    inside.watch_left("tasks_kept" if kept else "tasks_given_up", lambda: runner.unfinished)
