"""The process of one replica, as the server uses it: it is started, exchanges messages, and is killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from server.children import channel
from server.decode.workers.process import child_environment
from server.pipelines.replicas.errors import ReplicaLost
from server.pipelines.replicas.messages import Order, Report, decode_report, encode

CHILD_MODULE = "server.pipelines.replicas.child"
OWN_VARIABLES = "PPOCR_"
"""The prefix of our settings, which include tokens. A replica gets what it needs by message."""


class ReplicaProcess:
    """A running replica. Its start and `receive` block and belong to one thread. `send` and `kill` never block.

    Args:
        environment: variables in addition to those of this process.
        module: the module that runs in the child. Tests put faults there.
    """

    def __init__(self, environment: Mapping[str, str], module: str = CHILD_MODULE) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._child = _start(module, theirs.fileno(), environment)
            except OSError as error:
                ours.close()
                raise ReplicaLost(f"no process can be started: {error}") from error
        self._link = ours

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def send(self, order: Order, descriptors: Sequence[int] = ()) -> None:
        """Send one message. If the process has not read messages for a long time, it is killed.

        Raises:
            ReplicaLost: it is dead.
        """
        message = encode(order)
        data = channel.PREFIX.pack(len(message)) + message
        try:
            sent = socket.send_fds(self._link, [data], list(descriptors), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except OSError as error:
            self.kill()
            raise ReplicaLost("it takes no messages") from error
        if sent < len(data):
            self.kill()
            raise ReplicaLost("it takes no messages")

    def receive(self) -> tuple[Report, list[int]]:
        """Wait for one message and its descriptors.

        Raises:
            ReplicaLost: the process is gone.
        """
        descriptors: list[int] = []
        try:
            data, descriptors = channel.receive_with_descriptors(self._link)
            return decode_report(data), descriptors
        except (channel.ChannelClosed, msgspec.DecodeError) as error:
            channel.close_all(descriptors)
            if isinstance(error, msgspec.DecodeError):
                self.kill()
            raise ReplicaLost("it is gone") from error

    def kill(self) -> None:
        """Kill the process. A thread that waits in `receive` gets `ReplicaLost`. Any thread may call this."""
        self._child.kill()

    def hang_up(self) -> None:
        """Tell the process that no more messages will come. It ends by itself."""
        with suppress(OSError):  # it is gone already
            self._link.shutdown(socket.SHUT_WR)

    def end(self, seconds: float = 0.0) -> str:
        """Reap the process. If it does not end within so many seconds, it is killed.

        Returns:
            A description of its end.
        """
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
        status = self._child.wait()
        self._link.close()
        return f"exit status {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"


def _start(module: str, link: int, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a new interpreter. It keeps our environment, where engines and drivers find their settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-B", "-m", module, str(link), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        pass_fds=(link,),
        env={**inherited, **child_environment(), **environment},
        start_new_session=True,
    )
