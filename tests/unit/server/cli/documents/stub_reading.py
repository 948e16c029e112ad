"""``ppocr-server`` around a stub pipeline: no models are loaded, and every page reads as the same line."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest

from tests.unit.server.stub_pipeline import StubPipeline

READER = import_module("server.cli.documents.local_reader")


@contextmanager
def stub_pipeline() -> Iterator[StubPipeline]:
    pipeline = StubPipeline()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(READER, "pull_required", lambda *_: None)
        patch.setattr(READER, "build_pipeline", lambda *_: pipeline)
        yield pipeline
