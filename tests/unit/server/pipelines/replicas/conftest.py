"""Dispatchers on replicas with the fake engine: real processes, sockets and shared memory, no models."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.document import Page
from models.options import OcrDefaults, OcrOverrides
from server.pipelines.replicas.dispatcher import ReplicatedPipeline
from server.pipelines.replicas.messages import Start, StoreSettings
from server.pipelines.replicas.replica import ReplicaSettings
from tests.unit.models.fake_pipeline import fake_config, fake_store
from tests.unit.server.pipelines.replicas.fake_child import FAULT_FILE, GOOD

MODULE = "tests.unit.server.pipelines.replicas.fake_child"
PATIENCE_SECONDS = 60.0
OPTIONS = OcrDefaults().resolve(OcrOverrides())


class Replicas:
    """Starts dispatchers, and says what is wrong with their next processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fault = folder / "fault"
        self.opened: list[str] = []

    def settings(self, *, hang_seconds: float = 30.0, module: str = MODULE, **config: object) -> ReplicaSettings:
        store = fake_store(self.folder)
        start = Start(
            fake_config(self.folder, threads=1, **config),
            StoreSettings(store.directory, (), self.folder / "models.yaml"),
            "warning",
            pulse_seconds=min(0.2, hang_seconds / 4),
        )
        return ReplicaSettings("cpu", start, {FAULT_FILE: str(self.fault)}, hang_seconds, module)

    def build(
        self, count: int = 2, *, warm: bool = False, faulty: int | None = None, **settings: object
    ) -> ReplicatedPipeline:
        """A dispatcher. ``faulty``: the one replica that hears of ``fault``; None lets all hear of it."""
        one = self.settings(**settings)
        chosen = [replace(one) if faulty in (None, number) else replace(one, environment={}) for number in range(count)]
        return ReplicatedPipeline(OcrDefaults(), chosen, self.opened.append, warm=warm)

    @asynccontextmanager
    async def serving(self, count: int = 2, *, killed: bool = False, **settings: object):
        """A dispatcher whose replicas serve; ``killed`` in the end, where they hang and would be waited for."""
        pipeline = self.build(count, **settings)
        try:
            await pipeline.open_optional()
            yield pipeline
        finally:
            for pid in pids_of_replicas() if killed else ():
                os.kill(pid, signal.SIGKILL)
            await pipeline.close()


@pytest.fixture
def replicas(tmp_path: Path) -> Replicas:
    return Replicas(tmp_path)


def page(level: int = GOOD, width: int = 320, height: int = 240) -> Page:
    return Page(np.full((height, width, 3), level, np.uint8))


async def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.02)


def pids_of_replicas() -> list[int]:
    """Processes that this one started and that run the fake child."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal() and _is_ours(entry)]


def _is_ours(entry: Path) -> bool:
    try:
        parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
        return int(parent) == os.getpid() and MODULE in (entry / "cmdline").read_text()
    except OSError:
        return False
