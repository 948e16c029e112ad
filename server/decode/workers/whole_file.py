"""Work that makes one file of another, seen from the server: asked, and its result fetched."""

from collections.abc import Callable
from dataclasses import dataclass

from server.decode.workers.messages import Answer, Job, MadeKind, Refused, Work, WorkJob, Written
from server.decode.workers.process import WorkerFailed, WorkerProcess, WorkerSettings
from server.decode.workers.shared_file import SharedFile, SharedResult

Ask = Callable[[Job, SharedFile, tuple[int, ...]], Answer]
"""Has a worker do a job on a file, with further descriptors. Blocks."""


class FileRefused(Exception):
    """A worker could not read the file or the page."""


class FileEncrypted(FileRefused):
    """There is no password, or a wrong one."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a worker made of a file.

    Attributes:
        data: the result.
        kind: extension of the file that it is.
    """

    data: bytes
    kind: MadeKind


def refusal(answer: Answer) -> FileRefused:
    """Why a worker did not do what it was asked to do."""
    return FileEncrypted() if isinstance(answer, Refused) and answer.encrypted else FileRefused()


def make(ask: Ask, file: SharedFile, work: Work, capacity: int, argument: SharedFile | None = None) -> Made:
    """Have something made of a whole file. Blocks.

    Args:
        ask: how a worker is asked.
        file: the document.
        work: what to make of it.
        capacity: bytes that the result may have.
        argument: a second file of our own that the work needs.

    Raises:
        FileRefused: the file cannot be read, or the result is too long.
        WorkerFailed: it cost the worker its life.
    """
    with SharedResult(capacity) as result:
        second = file if argument is None else argument
        answer = ask(WorkJob(file.number, work, file.password), file, (result.descriptor, second.descriptor))
        if not isinstance(answer, Written):
            raise refusal(answer)
        if not 0 <= answer.length <= capacity:
            raise WorkerFailed("a result of impossible length")
        return Made(result.read(answer.length), answer.kind)


def make_once(
    settings: WorkerSettings, data: bytes, password: str | None, work: Work, capacity: int, argument: bytes
) -> Made:
    """Have something made of a whole file by a worker of its own, which ends with it. Blocks.

    Raises:
        FileRefused: the file cannot be read, or the result is too long.
        WorkerFailed: it cost the worker its life.
        WorkerNotStarted: no worker can be started.
    """
    file, second = SharedFile(data, password), SharedFile(argument)
    try:
        process = WorkerProcess(settings)
        try:
            process.wait_until_ready()
            return make(lambda job, of, more: process.ask(job, (of.descriptor, *more)), file, work, capacity, second)
        finally:
            process.end()
    finally:
        file.release()
        second.release()
