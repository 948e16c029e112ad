"""A slot of the pool: one worker process at a time. It is replaced when it dies or has had its number of files."""

import logging

from server.children.sandbox import Protection
from server.decode.workers.messages import Command, Reply
from server.decode.workers.process import WorkerFailed, WorkerNotStarted, WorkerProcess, WorkerSettings
from server.decode.workers.shared_file import SharedFile
from server.decode.workers.tries import answered, started

logger = logging.getLogger(__name__)


class WorkerSlot:
    """Keeps a worker process running. Only one thread at a time may use it, except `kill`.

    Attributes:
        document: number of the file that the process has open; None if there is none.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._process: WorkerProcess | None = None
        self._successor: WorkerProcess | None = None
        self._files = 0
        self._stopped = False
        self._abandoned = False
        self.document: int | None = None

    def ensure(self) -> WorkerProcess:
        """The running process. It is started if necessary. Blocks.

        Raises:
            WorkerNotStarted: no process can be started.
            WorkerFailed: the pool is being stopped.
        """
        if self._process is not None and (self._spent() or not self._process.alive):
            self._discard()
        if self._process is None and not self._stopped:
            self._start()
        if self._process is None or self._stopped:
            raise WorkerFailed("the pool is stopped")
        return self._process

    def _start(self) -> None:
        first, self._successor = self._successor, None
        self._process = started(self._settings, first, lambda: self._stopped)

    def ask(
        self, command: Command, file: SharedFile, descriptors: tuple[int, ...] = (), seconds: float | None = None
    ) -> Reply:
        """Send one command about a file and wait for the reply. Blocks; see `WorkerProcess.ask`.

        If a worker dies, the file need not be the cause. So the command goes to another worker.

        Raises:
            WorkerFailed: too many workers died, or one took too long, replied nonsense or was abandoned.
            WorkerNotStarted: no worker can be started.
        """
        self._abandoned = False
        return answered(
            lambda: self._ask(command, file, descriptors, seconds), useless=lambda: self._abandoned or self._stopped
        )

    def _ask(self, command: Command, file: SharedFile, descriptors: tuple[int, ...], seconds: float | None) -> Reply:
        if self.document != file.number:
            self.document = None
        process = self.ensure()
        self._files += self.document != file.number
        self.document = file.number
        self._prepare_successor()
        try:
            return process.ask(command, (file.descriptor, *descriptors), seconds)
        except WorkerFailed as error:
            self._discard()
            if not self._stopped and not self._abandoned:
                logger.warning("A decode worker was lost with the file it read: %s", error)
            raise

    def _prepare_successor(self) -> None:
        """Start the next process while this one is busy with its last file."""
        if self._successor is None and not self._stopped and self._files == self._settings.files_per_worker:
            try:
                self._successor = WorkerProcess(self._settings)
            except WorkerNotStarted as error:
                # This file has its worker. The next file's request will get the error.
                logger.warning("A decode worker cannot be replaced: %s", error)

    def forget(self, document: int) -> None:
        """Close a file in the worker, if it has it open. The slot must be idle."""
        if self.document == document and self._process is not None:
            self._process.close_document(document)
            self.document = None

    def kill(self) -> None:
        """Kill the process and start no other. It may be called while a thread is in `ask`."""
        self._stopped = True
        for process in (self._process, self._successor):
            if process is not None:
                process.kill()

    def abandon(self) -> None:
        """Kill the process of a thread in `ask`, because no caller wants its reply. The next command gets a new one."""
        self._abandoned = True
        process = self._process
        if process is not None:
            process.kill()

    def end(self) -> None:
        """Reap the processes. The slot must be idle."""
        self._discard()
        if self._successor is not None:
            self._successor.end()
            self._successor = None

    @property
    def protections(self) -> tuple[Protection, ...]:
        """The worker's protections beyond its limits; empty while there is no worker."""
        return () if self._process is None else self._process.protections

    @property
    def pid(self) -> int | None:
        """The process id of the worker; None if there is none."""
        return None if self._process is None else self._process.pid

    def _spent(self) -> bool:
        return self.document is None and self._files >= self._settings.files_per_worker

    def _discard(self) -> None:
        process, self._process, self._files, self.document = self._process, None, 0, None
        if process is not None:
            process.end()
