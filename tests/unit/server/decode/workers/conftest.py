"""A decoder whose workers fail on demand."""

from collections.abc import Iterator

import pytest

from server.config.settings import DecodeSettings, LimitSettings
from tests.unit.server.decode.conftest import Bench, running

FAULTY = "tests.unit.server.decode.workers.faulty_worker"


@pytest.fixture
def faulty() -> Iterator[Bench]:
    """Two workers that fail on demand, two seconds a page, two files a worker."""
    settings = DecodeSettings(workers=2, page_timeout_seconds=2.0, files_per_worker=2, memory_megabytes=1024)
    yield from running(settings, LimitSettings(), FAULTY)
