"""Memory that a worker fills: what it may do to it before and after."""

import mmap
import os

import pytest

from server.decode.workers.shared_file import SharedPixels

LENGTH = 4 * 5 * 3


def test_what_a_worker_does_to_its_memory_later_changes_nothing() -> None:
    with SharedPixels(5, 4) as pixels:
        kept = mmap.mmap(pixels.descriptor, LENGTH)
        kept[:] = bytes([7]) * LENGTH
        image = pixels.copy()
        kept[:] = bytes([9]) * LENGTH
        os.ftruncate(pixels.descriptor, 0)
    assert (image == 7).all()


@pytest.mark.parametrize("length", [0, LENGTH - 1])
def test_memory_that_was_made_smaller_is_refused(length: int) -> None:
    with SharedPixels(5, 4) as pixels:
        os.ftruncate(pixels.descriptor, length)
        with pytest.raises(EOFError):
            pixels.copy()
