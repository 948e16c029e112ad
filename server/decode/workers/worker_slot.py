"""A place in the pool: one worker process at a time, replaced when it dies or has served its number of files."""

import logging

from server.children.sandbox import Protection
from server.decode.workers.messages import Answer, Job
from server.decode.workers.process import WorkerDied, WorkerFailed, WorkerNotStarted, WorkerProcess, WorkerSettings
from server.decode.workers.shared_file import SharedFile

logger = logging.getLogger(__name__)


class WorkerSlot:
    """Keeps a worker process running; one thread at a time may use it, except `kill`.

    Attributes:
        document: number of the file that the process has open, or None.
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
        """The running process, started if need be. Blocks.

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
        process, self._successor = self._successor or WorkerProcess(self._settings), None
        process.wait_until_ready()
        self._process = process

    def ask(self, job: Job, file: SharedFile, descriptors: tuple[int, ...] = ()) -> Answer:
        """Have one job on a file done. Blocks; see `WorkerProcess.ask`.

        A worker that dies is not yet the file's fault: the kernel, short of memory, kills whom it likes. The job goes
        to a second worker, once.

        Raises:
            WorkerFailed: the second worker died too, or one took too long, answered nonsense or was abandoned.
            WorkerNotStarted: no worker can be started.
        """
        self._abandoned = False
        try:
            return self._ask(job, file, descriptors)
        except WorkerDied:
            if self._abandoned:
                raise
            return self._ask(job, file, descriptors)

    def _ask(self, job: Job, file: SharedFile, descriptors: tuple[int, ...]) -> Answer:
        if self.document != file.number:
            self.document = None
        process = self.ensure()
        self._files += self.document != file.number
        self.document = file.number
        self._prepare_successor()
        try:
            return process.ask(job, (file.descriptor, *descriptors))
        except WorkerFailed as error:
            self._discard()
            if not self._stopped and not self._abandoned:
                logger.warning("A decode worker was lost with the file it read: %s", error)
            raise

    def _prepare_successor(self) -> None:
        """Have the next process start while this one is still busy with its last file."""
        if self._successor is None and not self._stopped and self._files == self._settings.files_per_worker:
            try:
                self._successor = WorkerProcess(self._settings)
            except WorkerNotStarted as error:
                # The file at hand has its worker; the next one will say so to its own request.
                logger.warning("A decode worker cannot be replaced: %s", error)

    def forget(self, document: int) -> None:
        """Close a file in the worker, if it has it open. The slot must be idle."""
        if self.document == document and self._process is not None:
            self._process.close_document(document)
            self.document = None

    def kill(self) -> None:
        """Kill the process and start no other. Callable while a thread is in `ask`."""
        self._stopped = True
        for process in (self._process, self._successor):
            if process is not None:
                process.kill()

    def abandon(self) -> None:
        """End the job that a thread waits for in `ask`: nobody wants its answer. The next job gets a new process."""
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
        """What the worker is shut in by beyond its limits; nothing while there is none."""
        return () if self._process is None else self._process.protections

    @property
    def pid(self) -> int | None:
        """Process id of the worker, if there is one."""
        return None if self._process is None else self._process.pid

    def _spent(self) -> bool:
        return self.document is None and self._files >= self._settings.files_per_worker

    def _discard(self) -> None:
        process, self._process, self._files, self.document = self._process, None, 0, None
        if process is not None:
            process.end()
