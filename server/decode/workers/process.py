"""One worker process, seen from the server: started, asked, killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from server.children import channel
from server.children.sandbox import Protection
from server.decode.workers.messages import Answer, CloseJob, Job, Ready

START_TIMEOUT_SECONDS = 60.0
"""For the interpreter and its imports on a busy machine; not part of any file's time."""

INHERITED_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")

PROTECTIONS: Mapping[Protection, str] = {
    "system_calls": "Decode workers are not cut off from the network: package libseccomp2 is not installed, or the "
    "kernel has no seccomp filters.",
    "files": "Decode workers can read whatever files this user can: the kernel has no Landlock.",
}
"""Every protection there is, and what it means that one is missing."""

_answers: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


class WorkerFailed(Exception):
    """A worker died, hung or answered nonsense while it had a file. The file is to blame as far as we can know."""


class WorkerDied(WorkerFailed):
    """It died before its time was up: of the file, or because somebody else killed it."""


class WorkerNotStarted(Exception):
    """No worker can be started: out of memory, of processes, or a broken installation."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How workers are started.

    Attributes:
        must_be_shut_in: refuse to start where the system offers less than every protection.
        for_images: load what decodes still images at once, not with the first one.
        module: what runs in the child; tests put faults there.
    """

    memory_bytes: int
    timeout_seconds: float
    files_per_worker: int
    must_be_shut_in: bool = False
    for_images: bool = False
    module: str = "server.decode.workers.worker"


class WorkerProcess:
    """A worker that starts, and once it is ready runs.

    Its methods block; one thread at a time may use them, except `kill`.

    Attributes:
        protections: what it is shut in by beyond its limits; nothing before it is ready.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._child = _start(settings, theirs.fileno())
        self._link = ours
        self._settings = settings
        self.protections: tuple[Protection, ...] = ()

    def wait_until_ready(self) -> None:
        """Wait for the interpreter and its imports.

        Raises:
            WorkerNotStarted: it has ended, or is not shut in as it must be. It is dead now.
        """
        try:
            self.protections = self._expect_ready()
        except WorkerFailed as error:
            raise WorkerNotStarted("a decode worker did not start; see its output above") from error
        missing = [name for name in PROTECTIONS if name not in self.protections]
        if self._settings.must_be_shut_in and missing:
            self.end()
            raise WorkerNotStarted(f"decode.isolation is 'required': {what_is_missing(missing)}")

    @property
    def pid(self) -> int:
        """Process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child.poll() is None

    def ask(self, job: Job, descriptors: Sequence[int]) -> Answer:
        """Have one job done.

        Raises:
            WorkerDied: it died by itself.
            WorkerFailed: it took too long or answered nonsense. It is dead now.
        """
        try:
            channel.send(self._link, msgspec.json.encode(job), descriptors)
            return _answers.decode(channel.receive(self._link, self._settings.timeout_seconds))
        except (channel.ChannelClosed, channel.ChannelMisused, msgspec.DecodeError) as error:
            self.end()
            out_of_time = self._child.returncode == -signal.SIGXCPU
            failure = WorkerDied if isinstance(error, channel.ChannelClosed) and not out_of_time else WorkerFailed
            raise failure(f"{error} (exit status {self._child.returncode})") from error

    def close_document(self, document: int) -> None:
        """Have it let go of a file. Must be idle; a dead one is left for its next user to find."""
        if self.alive:
            try:
                channel.send(self._link, msgspec.json.encode(CloseJob(document)))
            except channel.ChannelClosed:
                self.end()

    def kill(self) -> None:
        """Kill the process; a thread that waits for its answer gets `WorkerFailed`. Callable from any thread."""
        self._child.kill()

    def end(self) -> None:
        """Kill and reap the process."""
        self._child.kill()
        self._child.wait()
        self._link.close()

    def _expect_ready(self) -> tuple[Protection, ...]:
        try:
            answer = _answers.decode(channel.receive(self._link, START_TIMEOUT_SECONDS))
        except (channel.ChannelClosed, channel.ChannelMisused, msgspec.DecodeError) as error:
            self.end()
            raise WorkerFailed(str(error)) from error
        if not isinstance(answer, Ready):
            self.end()
            raise WorkerFailed("unexpected first message")
        return answer.protections


def what_is_missing(names: Sequence[Protection]) -> str:
    """Say, for an operator, what decode workers are not shut in by here, and what would help."""
    return " ".join(PROTECTIONS[name] for name in names)


def child_environment() -> dict[str, str]:
    """What an interpreter of ours needs of the environment to find our modules."""
    environment = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return environment | {
        "PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in sys.path),
        "LANG": "C.UTF-8",
    }


def _start(settings: WorkerSettings, link: int) -> "subprocess.Popen[bytes]":
    """Start a fresh interpreter: it inherits neither the server's modules and threads nor its environment's secrets."""
    environment = child_environment() | {
        "OPENBLAS_NUM_THREADS": "1",
        "OPENCV_IO_MAX_IMAGE_PIXELS": os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"],
    }
    limits = (str(settings.memory_bytes), str(settings.timeout_seconds))
    command = [sys.executable, "-P", "-B", "-m", settings.module, str(link), *limits]
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, str(os.getpid()), str(int(settings.for_images))],
            stdin=subprocess.DEVNULL,
            pass_fds=(link,),
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise WorkerNotStarted(str(error)) from error
