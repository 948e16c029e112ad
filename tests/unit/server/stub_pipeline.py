"""A pipeline that reads every page as the same line, or waits, or fails, as a test tells it."""

import asyncio

import numpy as np

from models.document import Page, PageResult, Preprocessed, TextBox, TextLine
from models.errors import ModuleNotLoaded
from models.optional_stage import ModuleStatus
from models.options import OcrDefaults, OcrOptions
from server.page_reader import ReplicaStatus

QUAD = np.array([[12, 8], [96, 8], [96, 30], [12, 30]], np.int32)
TEXT = "门 Gate 7"
MISSING = "UVDoc is not installed. Run: ppocr-server models pull UVDoc"


class StubPipeline:
    """Has the interface of `models.pipeline.OcrPipeline`.

    Attributes:
        read_options: the options of every page read, in the order in which reading began.
        gate: cleared, it holds back every page until it is set.
        failures: errors to raise, by page index.
        cancelled: pages whose reading was cancelled.
    """

    def __init__(self) -> None:
        self.defaults = OcrDefaults()
        self.healthy = True
        self.closed = False
        self.read_options: list[OcrOptions] = []
        self.flows: list[object] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failures: dict[int, Exception] = {}
        self.cancelled: list[int] = []
        self.finished: list[int] = []

    async def prepare(self, options: OcrOptions) -> None:
        if options.use_doc_unwarping:
            raise ModuleNotLoaded(MISSING)

    async def open_required(self) -> None:
        return None

    async def open_optional(self) -> None:
        return None

    async def close(self) -> None:
        self.closed = True
        self.healthy = False

    def modules(self) -> tuple[ModuleStatus, ...]:
        return (
            ModuleStatus("text_detection", "stub", "loaded"),
            ModuleStatus("doc_unwarping", "UVDoc", "not_installed", "copy it into /home/operator/models"),
            ModuleStatus("doc_orientation", "PP-LCNet", "unusable", "/home/operator/models/PP-LCNet is damaged"),
        )

    def stats(self) -> dict[str, object]:
        return {}

    def replicas(self) -> tuple[ReplicaStatus, ...]:
        return ()

    async def read(self, page: Page, options: OcrOptions, *, deadline=None, flow=None) -> PageResult:
        self.read_options.append(options)
        self.flows.append(flow)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(page.index)
            raise
        if page.index in self.failures:
            raise self.failures[page.index]
        self.finished.append(page.index)
        line = TextLine(TEXT, 0.5, QUAD, (0.5,) * len(TEXT))
        return PageResult(
            options, Preprocessed(page.image), (TextBox(QUAD, 0.9),), (-1,), (line,), {"text_detection": 0.01}
        )
