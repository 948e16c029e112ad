"""The rate at which the bare engine runs the very shapes of given pages: the limit that a server is held against.

No decoding, resizing, post-processing, crops or text: stored tensors of the shapes that the server would run (each
page's detection shape, and its lines in the groups and widths of the ``reference`` padding), through the engine's own
``run``.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import Document, Weights
from benchmarks.profiles import PROFILES
from benchmarks.readers import PLAIN
from models.auto_choices import choose_engine
from models.config import ModuleConfig
from models.descriptions.model_directory import ModelDirectory
from models.document import Page
from models.engines.base import Engine, EngineOptions, open_engine
from models.engines.registry import format_of
from models.loader import build_pipeline
from models.ops.crop import locate_line
from models.ops.line_groups import plan_groups
from models.ops.resize import detection_shape
from models.options import PADDLEX, OcrOptions
from models.pipeline import OcrPipeline
from server.cli.start import load
from server.pipelines.model_store import open_store

Tensor = NDArray[np.float32]
Work = tuple[str, Tensor]
"""Module name and batch."""

DETECTION, RECOGNITION = "text_detection", "text_recognition"


@dataclass(frozen=True, slots=True)
class Models:
    """The two models of a profile and the engine that would be chosen for them."""

    engine: str
    directories: dict[str, ModelDirectory]
    group_size: int


class BareEngine:
    """So many sessions with so many threads each, warm, which share the work of a list.

    Args:
        models: what is run.
        sessions: side by side, one thread of ours each.
        threads: CPU threads of one session.
    """

    def __init__(self, models: Models, sessions: int, threads: int) -> None:
        self.name = f"{sessions} session{'s' * (sessions > 1)} x {threads} thread{'s' * (threads > 1)}"
        options = EngineOptions(threads=threads)
        self._sessions: list[dict[str, Engine]] = [
            {name: open_engine(models.engine, found.path, options) for name, found in models.directories.items()}
            for _ in range(sessions)
        ]

    def warm(self, work: Sequence[Work]) -> None:
        """Let every session see every shape."""
        threads = [threading.Thread(target=_run, args=(session, _queue(work))) for session in self._sessions]
        _run_all(threads)

    def seconds(self, work: Sequence[Work]) -> float:
        """Wall time for all of it."""
        shared = _queue(work)
        begin = time.perf_counter()
        _run_all([threading.Thread(target=_run, args=(session, shared)) for session in self._sessions])
        return time.perf_counter() - begin

    def close(self) -> None:
        """Release the models."""
        for session in self._sessions:
            for engine in session.values():
                engine.close()


def find_models(weights: Weights) -> Models:
    """A profile's models as its configuration names them."""
    configuration = load(PROFILES[weights], ())
    config, store = configuration.pipeline, open_store(configuration)

    def directory(module: ModuleConfig) -> ModelDirectory:
        path = module.model_dir or store.find(module.model_name, format_of(config.engine))
        return ModelDirectory.read(path)

    directories = {DETECTION: directory(config.text_detection), RECOGNITION: directory(config.text_recognition)}
    engine = choose_engine(config.engine, directories[RECOGNITION])
    return Models(engine, directories, config.text_recognition.batch_size)


def work_of(weights: Weights, models: Models, documents: Sequence[Document]) -> dict[str, list[Work]]:
    """Return the work that each page asks of the engine, by the page's name."""
    configuration = load(PROFILES[weights], ())
    pipeline = build_pipeline(configuration.pipeline.only(PADDLEX), open_store(configuration))
    return asyncio.run(_work_of(pipeline, models, documents))


async def _work_of(pipeline: OcrPipeline, models: Models, documents: Sequence[Document]) -> dict[str, list[Work]]:
    options = pipeline.defaults.resolve(PLAIN)
    try:
        return {page.name: await _page_work(pipeline, options, models, page.content) for page in documents}
    finally:
        await pipeline.close()


async def _page_work(pipeline: OcrPipeline, options: OcrOptions, models: Models, content: bytes) -> list[Work]:
    image = np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    result = await pipeline.read(Page(image), options)
    regions = [locate_line(box.quad) for box in result.boxes]
    sizes = [region.crop_size for region in regions if region is not None]
    height, width = image.shape[:2]
    detected = detection_shape(
        height, width, options.text_det_limit_side_len, options.text_det_limit_type, options.text_det_max_side_limit
    )
    shape = models.directories[RECOGNITION].recognition().image_shape
    groups = plan_groups(sizes, shape, "reference", models.group_size)
    lines = [(RECOGNITION, _tensor(len(group.lines), *shape[:2], group.width)) for group in groups]
    return [(DETECTION, _tensor(1, 3, *detected)), *lines]


def _tensor(*shape: int) -> Tensor:
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def _queue(work: Sequence[Work]) -> "queue.SimpleQueue[Work]":
    waiting: queue.SimpleQueue[Work] = queue.SimpleQueue()
    for item in work:
        waiting.put(item)
    return waiting


def _run(session: dict[str, Engine], work: "queue.SimpleQueue[Work]") -> None:
    while True:
        try:
            module, batch = work.get_nowait()
        except queue.Empty:
            return
        session[module].run(batch)


def _run_all(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
