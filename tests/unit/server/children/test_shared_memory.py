"""Memory for another process: all of the content, and no descriptor left behind."""

import os
from pathlib import Path

import numpy as np
import pytest

from server.children.shared_memory import FilledMemory


def is_open(descriptor: int) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").exists()


def test_it_holds_all_of_the_content(monkeypatch: pytest.MonkeyPatch) -> None:
    content, write = bytes(range(256)) * 10, os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:1000]))
    memory = FilledMemory("some", content)
    assert os.pread(memory.descriptor, len(content) + 1, 0) == content


def test_it_takes_an_arrays_bytes() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    memory = FilledMemory("some", pixels.data.cast("B"))
    assert os.pread(memory.descriptor, 25, 0) == pixels.tobytes()


def test_it_is_closed_once_and_with_the_object() -> None:
    memory = FilledMemory("some", b"content")
    memory.close()
    assert not is_open(memory.descriptor)
    memory.close()
    other = FilledMemory("some", b"content")
    descriptor = other.descriptor
    assert is_open(descriptor)
    del other
    assert not is_open(descriptor)


def test_a_program_that_is_started_does_not_inherit_it() -> None:
    assert not os.get_inheritable(FilledMemory("some", b"").descriptor)
