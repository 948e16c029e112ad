"""Keeps this process's signal handlers while a library is loaded that installs its own."""

import ctypes
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGSEGV,
)

_SIGACTION_BYTES = 256
"""More bytes than `struct sigaction` has on any POSIX system (152 on Linux, 16 on macOS)."""


@contextmanager
def kept_signal_handlers() -> Iterator[None]:
    """Restore, after the block, the handlers that were installed before it.

    This works in any thread. `signal.signal` works only in the main thread and does not see handlers written in C.
    """
    sigaction = ctypes.CDLL(None).sigaction
    saved = [ctypes.create_string_buffer(_SIGACTION_BYTES) for _ in _SIGNALS]
    for number, before in zip(_SIGNALS, saved, strict=True):
        sigaction(int(number), None, before)
    try:
        yield
    finally:
        for number, before in zip(_SIGNALS, saved, strict=True):
            sigaction(int(number), before, None)
