"""Messages with a length prefix and file descriptors, over a Unix stream socket. Both ends use this module."""

import os
import socket
import struct
import time
from collections.abc import Sequence

PREFIX = struct.Struct("<I")
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
MAX_DESCRIPTORS = 3


class ChannelClosed(Exception):
    """The other end is gone."""


class ChannelMisused(Exception):
    """The other end is silent for too long, or breaks the protocol."""


def send(channel: socket.socket, message: bytes, descriptors: Sequence[int] = ()) -> None:
    """Send one message. The receiver gets its own copies of the descriptors.

    Raises:
        ChannelClosed: the other end is gone.
    """
    data = PREFIX.pack(len(message)) + message
    try:
        sent = socket.send_fds(channel, [data], list(descriptors))
        channel.sendall(memoryview(data)[sent:])
    except OSError as error:
        raise ChannelClosed("the other end is gone") from error


def receive(channel: socket.socket, timeout: float) -> bytes:
    """Wait for one whole message. The kernel discards descriptors that come with it.

    Args:
        channel: our end.
        timeout: seconds for the whole message.

    Raises:
        ChannelClosed: the other end is gone.
        ChannelMisused: there is no message in time, or it is too long.
    """
    deadline = time.monotonic() + timeout
    length = PREFIX.unpack(_read(channel, PREFIX.size, deadline))[0]
    if length > MAX_MESSAGE_BYTES:
        raise ChannelMisused("a message is too long")
    return _read(channel, length, deadline)


def receive_with_descriptors(channel: socket.socket) -> tuple[bytes, list[int]]:
    """Wait for one whole message and the descriptors that come with it. There is no timeout.

    Raises:
        ChannelClosed: the other end is gone.
    """
    try:
        prefix, descriptors, _, _ = socket.recv_fds(channel, PREFIX.size, MAX_DESCRIPTORS)
        if not prefix:
            raise ChannelClosed("the other end is gone")
        prefix += channel.recv(PREFIX.size - len(prefix), socket.MSG_WAITALL) if len(prefix) < PREFIX.size else b""
        return channel.recv(PREFIX.unpack(prefix)[0], socket.MSG_WAITALL), descriptors
    except OSError as error:
        raise ChannelClosed("the other end is gone") from error


def close_all(descriptors: Sequence[int]) -> None:
    """Close descriptors that came with a message."""
    for descriptor in descriptors:
        os.close(descriptor)


def _read(channel: socket.socket, length: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        channel.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            part = channel.recv(length - len(parts))
        except TimeoutError as error:
            raise ChannelMisused("no answer in time") from error
        except OSError as error:
            raise ChannelClosed("the other end is gone") from error
        if not part:
            raise ChannelClosed("the other end is gone")
        parts += part
    return bytes(parts)
