"""Pictures in memory that two processes share."""

import gc
import os

import numpy as np
import pytest

from server.pipelines.replicas.shared_picture import SharedPicture, map_picture


def test_a_picture_is_shared_and_its_memory_goes_with_its_last_user() -> None:
    image = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    turned = image[::-1, ::-1]
    shared = SharedPicture(turned)
    descriptor = shared.descriptor
    mapped = map_picture(os.dup(descriptor), shared.size)
    assert np.array_equal(mapped, turned)
    mapped[0, 0] = 0
    assert np.array_equal(map_picture(os.dup(descriptor), shared.size), turned)
    del shared
    gc.collect()
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptor)


def test_fewer_pixels_than_announced_are_refused() -> None:
    shared = SharedPicture(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match="mmap"):
        map_picture(shared.descriptor, (40, 40))
