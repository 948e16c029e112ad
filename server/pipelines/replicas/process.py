"""One replica's process, seen from the server: started, told, listened to, killed."""

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

WORKER = "server.pipelines.replicas.worker"
OWN_VARIABLES = "PPOCR_"
"""Our settings, tokens among them; a replica gets what it needs by message."""


class ReplicaProcess:
    """A running replica. `start` and `receive` block and belong to one thread; `send` and `kill` never block.

    Args:
        environment: variables beside those of this process.
        module: what runs in the child; tests put faults there.
    """

    def __init__(self, environment: Mapping[str, str], module: str = WORKER) -> None:
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
        """Process id."""
        return self._child.pid

    def send(self, order: Order, descriptors: Sequence[int] = ()) -> None:
        """Send one message, or kill the process where it has long read none.

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
        """Wait for one message and the descriptors that come with it.

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
        """Kill the process; whoever waits in `receive` hears that it is gone. Callable from any thread."""
        self._child.kill()

    def hang_up(self) -> None:
        """Tell the process that nothing more will come; it ends by itself."""
        with suppress(OSError):  # it is gone already
            self._link.shutdown(socket.SHUT_WR)

    def end(self, seconds: float = 0.0) -> str:
        """Reap the process, killed where it has not ended within so many seconds.

        Returns:
            How it ended, in words.
        """
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
        status = self._child.wait()
        self._link.close()
        return f"exit status {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"


def _start(module: str, link: int, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a fresh interpreter. It keeps our environment, where engines and drivers find their settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-B", "-m", module, str(link), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        pass_fds=(link,),
        env={**inherited, **child_environment(), **environment},
        start_new_session=True,
    )
