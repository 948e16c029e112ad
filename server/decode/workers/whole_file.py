"""Work that makes one file from another, as the server uses it: it sends the command and fetches the result."""

from collections.abc import Callable
from dataclasses import dataclass

from server.decode.workers.messages import Command, MadeKind, MakeCommand, Refused, Reply, Work, Written
from server.decode.workers.process import WorkerFailed, WorkerSettings
from server.decode.workers.shared_file import SharedFile, SharedResult
from server.decode.workers.tries import answered, started

Ask = Callable[[Command, SharedFile, tuple[int, ...]], Reply]
"""Sends a command about a file to a worker, with further descriptors, and gives the reply. Blocks."""


class FileRefused(Exception):
    """A worker could not read the file or the page."""


class FileEncrypted(FileRefused):
    """There is no password, or a wrong one."""


@dataclass(frozen=True, slots=True)
class Made:
    """The result of a worker.

    Attributes:
        data: its bytes.
        kind: its file extension.
    """

    data: bytes
    kind: MadeKind


def refusal(reply: Reply) -> FileRefused:
    """The exception for a reply that is not the wanted one."""
    return FileEncrypted() if isinstance(reply, Refused) and reply.encrypted else FileRefused()


def make(ask: Ask, file: SharedFile, work: Work, capacity: int, argument: SharedFile | None = None) -> Made:
    """Let a worker make a result from a whole file. Blocks.

    Args:
        ask: sends the command.
        file: the document.
        work: the kind of work.
        capacity: greatest length of the result, in bytes.
        argument: a second file, made by us, that the work needs.

    Raises:
        FileRefused: the file cannot be read, or the result is too long.
        WorkerFailed: the worker died or hung.
    """
    with SharedResult(capacity) as result:
        second = file if argument is None else argument
        reply = ask(MakeCommand(file.number, work, file.password), file, (result.descriptor, second.descriptor))
        if not isinstance(reply, Written):
            raise refusal(reply)
        if not 0 <= reply.length <= capacity:
            raise WorkerFailed("a result of impossible length")
        return Made(result.read(reply.length), reply.kind)


def make_once(
    settings: WorkerSettings, data: bytes, password: str | None, work: Work, capacity: int, argument: bytes
) -> Made:
    """Start a worker for one result from a whole file, and end it afterwards. Blocks.

    If the worker dies, the file need not be the cause. So another one is started for it.

    Raises:
        FileRefused: the file cannot be read, or the result is too long.
        WorkerFailed: too many workers died, or one hung.
        WorkerNotStarted: no worker can be started.
    """
    file, second = SharedFile(data, password), SharedFile(argument)

    def make_in_new_worker() -> Made:
        process = started(settings, None, _never)
        try:
            return make(
                lambda command, of, more: process.ask(command, (of.descriptor, *more)), file, work, capacity, second
            )
        finally:
            process.end()

    try:
        return answered(make_in_new_worker, _never)
    finally:
        file.release()
        second.release()


def _never() -> bool:
    """The result is wanted in any case."""
    return False
