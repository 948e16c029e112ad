"""One worker process, as the server uses it: starts it, sends it commands, and kills it."""

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
from server.decode.workers.messages import CloseCommand, Command, Ready, Reply

START_TIMEOUT_SECONDS = 60.0
"""Time for the interpreter and its imports on a busy machine. It does not count as time of a file."""

KILLS = (signal.SIGKILL, signal.SIGTERM)
"""The signals by which other processes end a worker. A file that breaks its worker ends it in other ways."""

INHERITED_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")

PROTECTIONS: Mapping[Protection, str] = {
    "system_calls": "Decode workers are not cut off from the network: package libseccomp2 is not installed, or the "
    "kernel has no seccomp filters.",
    "files": "Decode workers can read whatever files this user can: the kernel has no Landlock.",
}
"""All protections, and the meaning of a missing one for an operator."""

_replies: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


class WorkerFailed(Exception):
    """A worker died, hung or replied nonsense while it had a file. As far as we know, the file is the cause."""


class WorkerDied(WorkerFailed):
    """It died before its time was over: because of the file, or because another process killed it."""


class WorkerKilled(WorkerDied):
    """It was killed by another process, such as the kernel without free memory. So the file need not be the cause."""


class WorkerNotStarted(Exception):
    """No worker can be started: no memory or no process is left, or the installation is broken."""


class KilledAtStart(WorkerNotStarted):
    """The worker was killed by another process before it was ready. Another one may start."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """The settings of workers.

    Attributes:
        memory_bytes: of address space.
        timeout_seconds: for one command.
        files_per_worker: a worker is replaced after so many files.
        must_be_shut_in: whether a worker must not start if the system lacks a protection.
        for_images: whether the library for still images is loaded at the start, not with the first image.
        font: a font file for East Asian text of PDF pages that no font of the system can show; None for none.
        module: the module that runs in the child. Tests put faults there.
    """

    memory_bytes: int
    timeout_seconds: float
    files_per_worker: int
    must_be_shut_in: bool = False
    for_images: bool = False
    font: Path | None = None
    module: str = "server.decode.workers.worker"


class WorkerProcess:
    """A worker that starts, becomes ready, and runs.

    Its methods block. Only one thread at a time may use them, except `kill`.

    Attributes:
        protections: its protections beyond its limits; empty before it is ready.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self._link, theirs = socket.socketpair()
        with theirs:
            try:
                self._child = _start(settings, theirs.fileno())
            except WorkerNotStarted:
                self._link.close()
                raise
        self._settings = settings
        self.protections: tuple[Protection, ...] = ()

    def wait_until_ready(self) -> None:
        """Wait for the interpreter and its imports.

        Raises:
            KilledAtStart: another process killed it.
            WorkerNotStarted: it has ended, or lacks a protection that it must have. It is dead now.
        """
        try:
            self.protections = self._expect_ready()
        except WorkerKilled as error:
            raise KilledAtStart(f"a decode worker was killed while it started ({error})") from error
        except WorkerFailed as error:
            raise WorkerNotStarted("a decode worker did not start; see its output above") from error
        missing = [name for name in PROTECTIONS if name not in self.protections]
        if self._settings.must_be_shut_in and missing:
            self.end()
            raise WorkerNotStarted(f"decode.isolation is 'required': {what_is_missing(missing)}")

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child.poll() is None

    def ask(self, command: Command, descriptors: Sequence[int], seconds: float | None = None) -> Reply:
        """Send one command and wait for the reply.

        Args:
            command: to send.
            descriptors: that go with it.
            seconds: time for this command, where it is less than that of the settings.

        Raises:
            WorkerKilled: another process killed it.
            WorkerDied: it died by itself.
            WorkerFailed: it took too long or replied nonsense. It is dead now.
        """
        try:
            channel.send(self._link, msgspec.json.encode(command), descriptors)
            limit = self._settings.timeout_seconds
            return _replies.decode(channel.receive(self._link, limit if seconds is None else min(limit, seconds)))
        except (channel.ChannelClosed, channel.ChannelMisused, msgspec.DecodeError) as error:
            raise self._failure(error) from error

    def close_document(self, document: int) -> None:
        """Let the worker close a file. The worker must be idle. The next user of a dead one notices its end."""
        if self.alive:
            try:
                channel.send(self._link, msgspec.json.encode(CloseCommand(document)))
            except channel.ChannelClosed:
                self.end()

    def kill(self) -> None:
        """Kill the process. A thread that waits for its reply gets `WorkerFailed`. Any thread may call this."""
        self._child.kill()

    def end(self) -> None:
        """Kill and reap the process."""
        self._child.kill()
        self._child.wait()
        self._link.close()

    def _expect_ready(self) -> tuple[Protection, ...]:
        try:
            reply = _replies.decode(channel.receive(self._link, START_TIMEOUT_SECONDS))
        except (channel.ChannelClosed, channel.ChannelMisused, msgspec.DecodeError) as error:
            raise self._failure(error) from error
        if not isinstance(reply, Ready):
            self.end()
            raise WorkerFailed("unexpected first message")
        return reply.protections

    def _failure(self, error: Exception) -> WorkerFailed:
        """End the process, and tell how it failed."""
        self.end()
        status = self._child.returncode
        kind: type[WorkerFailed] = WorkerFailed
        if isinstance(error, channel.ChannelClosed) and status != -signal.SIGXCPU:
            kind = WorkerKilled if -status in KILLS else WorkerDied
        return kind(f"{error} (exit status {status})")


def what_is_missing(names: Sequence[Protection]) -> str:
    """Describe, for an operator, the protections that decode workers lack here, and how to get them."""
    return " ".join(PROTECTIONS[name] for name in names)


def child_environment() -> dict[str, str]:
    """The environment that one of our interpreters needs to find our modules."""
    environment = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return environment | {
        "PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in sys.path),
        "LANG": "C.UTF-8",
    }


def _start(settings: WorkerSettings, link: int) -> "subprocess.Popen[bytes]":
    """Start a new interpreter. It does not inherit the server's modules and threads, nor secrets of its environment."""
    environment = child_environment() | {
        "OPENBLAS_NUM_THREADS": "1",
        "OPENCV_IO_MAX_IMAGE_PIXELS": os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"],
    }
    limits = (str(settings.memory_bytes), str(settings.timeout_seconds))
    command = [sys.executable, "-P", "-B", "-m", settings.module, str(link), *limits]
    font = [str(settings.font)] if settings.font is not None else []
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, str(os.getpid()), str(int(settings.for_images)), *font],
            stdin=subprocess.DEVNULL,
            pass_fds=(link,),
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise WorkerNotStarted(str(error)) from error
