"""Threads for stages."""

import pytest

from models.stages.base import CpuPool


@pytest.fixture
def pool():
    opened = CpuPool(1)
    yield opened
    opened.close()
