import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from models.document import Page, PageResult
from models.errors import DeadlineExceeded, EngineFailure, PipelineStopped
from models.options import OcrOverrides
from server.admission.pixels import PixelGate
from server.admission.requests import Admission
from server.admission.wait_estimate import SHORT_QUEUE, WaitEstimate
from server.decode.document import Document, DocumentInfo
from server.errors import InvalidInputFile, InvalidModelSettings, NotReady, Overloaded, RequestError, RequestTimeout
from server.intake.raw_file import FileKind, RawFile
from server.service import PAGES_AHEAD, DocumentReader, Reading, RecognizedPage
from server.telemetry.metrics import Metrics
from tests.unit.server.stub_pipeline import StubPipeline

RAW = RawFile(b"", FileKind.IMAGE)
PAGE_COST = 64 * 64


class PagesInMemory:
    """A decoder whose document is a number of blank pages of 64 by 64 pixels."""

    def __init__(self, pages: int, broken: int | None = None) -> None:
        self.info = DocumentInfo("pdf", pages, pages, ((64, 64),) * pages)
        self.decoded = 0
        self.closed = False
        self._broken = broken

    @asynccontextmanager
    async def open(
        self, raw: RawFile, *, max_pages: int | None, pdf_max_side: int | None = None
    ) -> AsyncIterator["PagesInMemory"]:
        try:
            yield self
        finally:
            self.closed = True

    has_layers = False

    async def page(self, index: int) -> Page:
        if index == self._broken:
            raise InvalidInputFile
        self.decoded += 1
        return Page(np.zeros((64, 64, 3), np.uint8), index)


def reader_of(pipeline: StubPipeline, decoder: PagesInMemory, capacity: int = 100 * PAGE_COST):
    gate = PixelGate(capacity)
    return DocumentReader(pipeline, decoder, gate, Metrics(Admission(1, 1), gate).page_read), gate


async def recognize(service: DocumentReader, overrides: OcrOverrides | None = None, seconds: float = 60.0):
    deadline = asyncio.get_running_loop().time() + seconds
    return await service.recognize(RAW, Reading(overrides or OcrOverrides(), None), _keep, deadline)


async def _keep(page: RecognizedPage) -> RecognizedPage:
    return page


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_pages_keep_their_order_whichever_is_read_first():
    class Backwards(StubPipeline):
        async def read(self, page, options, *, deadline=None, flow=None):
            for _ in range(10 - page.index):
                await asyncio.sleep(0)
            return await super().read(page, options, deadline=deadline, flow=flow)

    async def scenario() -> None:
        pipeline, decoder = Backwards(), PagesInMemory(5)
        service, gate = reader_of(pipeline, decoder)
        document = await recognize(service)
        assert [page.page.index for page in document.pages] == [0, 1, 2, 3, 4]
        assert pipeline.finished == [4, 3, 2, 1, 0]
        assert (gate.used, decoder.closed) == (0, True)
        assert len(set(pipeline.flows)) == 1

    asyncio.run(scenario())


def test_pages_enter_only_as_their_detection_pixels_fit():
    async def scenario() -> None:
        pipeline, decoder = StubPipeline(), PagesInMemory(5)
        pipeline.gate.clear()
        service, gate = reader_of(pipeline, decoder, capacity=4 * PAGE_COST)
        request = asyncio.create_task(recognize(service))
        await _settle()
        assert (len(pipeline.read_options), decoder.decoded, gate.used) == (2, 2, 2 * PAGE_COST)
        pipeline.gate.set()
        await request
        assert (len(pipeline.read_options), gate.used) == (5, 0)

    asyncio.run(scenario())


def test_a_larger_detection_size_costs_more():
    async def scenario() -> None:
        pipeline, decoder = StubPipeline(), PagesInMemory(3)
        pipeline.gate.clear()
        service, _ = reader_of(pipeline, decoder, capacity=4 * PAGE_COST)
        request = asyncio.create_task(recognize(service, OcrOverrides(text_det_limit_side_len=128)))
        await _settle()
        assert len(pipeline.read_options) == 1
        pipeline.gate.set()
        await request

    asyncio.run(scenario())


def test_one_failing_page_fails_its_document_and_cancels_the_rest():
    class FailsAtThree(StubPipeline):
        async def read(self, page, options, *, deadline=None, flow=None):
            if page.index == 3:
                raise EngineFailure("boom")
            return await super().read(page, options, deadline=deadline, flow=flow)

    async def scenario() -> None:
        pipeline, decoder = FailsAtThree(), PagesInMemory(6)
        pipeline.gate.clear()
        service, gate = reader_of(pipeline, decoder)
        with pytest.raises(RequestError) as caught:
            await recognize(service)
        assert (caught.value.status, caught.value.message) == (500, "Internal server error")
        assert {0, 1, 2} <= set(pipeline.cancelled)
        assert pipeline.finished == []
        assert (gate.used, gate.waiting, decoder.closed) == (0, 0, True)

    asyncio.run(scenario())


def test_a_page_that_cannot_be_decoded_fails_its_document():
    async def scenario() -> None:
        pipeline, decoder = StubPipeline(), PagesInMemory(4, broken=2)
        pipeline.gate.clear()
        service, gate = reader_of(pipeline, decoder)
        with pytest.raises(InvalidInputFile):
            await recognize(service)
        assert (pipeline.finished, gate.used, decoder.closed) == ([], 0, True)

    asyncio.run(scenario())


def test_cancelling_a_request_cancels_its_pages_and_frees_the_gate():
    async def scenario() -> None:
        pipeline, decoder = StubPipeline(), PagesInMemory(9)
        pipeline.gate.clear()
        service, gate = reader_of(pipeline, decoder, capacity=6 * PAGE_COST)
        request = asyncio.create_task(recognize(service))
        await _settle()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await _settle()
        assert sorted(pipeline.cancelled) == [0, 1, 2]
        assert (gate.used, gate.waiting, decoder.closed) == (0, 0, True)

    asyncio.run(scenario())


def test_a_long_document_lets_a_short_one_in_between():
    async def scenario() -> None:
        pipeline, gate_pages = StubPipeline(), 4
        long, short = PagesInMemory(50), PagesInMemory(1)
        service, gate = reader_of(pipeline, long, capacity=gate_pages * PAGE_COST)
        other = DocumentReader(pipeline, short, gate, Metrics(Admission(1, 1), gate).page_read)
        pipeline.gate.clear()
        first = asyncio.create_task(recognize(service))
        await _settle()
        second = asyncio.create_task(recognize(other))
        await _settle()
        assert (len(pipeline.read_options), short.decoded) == (3, 1)  # it is let in before any page is read
        pipeline.gate.set()
        await second
        assert len(pipeline.finished) < 10
        await first

    asyncio.run(scenario())


def test_time_that_runs_out_is_a_timeout_and_drops_the_work():
    async def scenario() -> None:
        pipeline, decoder = StubPipeline(), PagesInMemory(2)
        pipeline.gate.clear()
        service, gate = reader_of(pipeline, decoder)
        with pytest.raises(RequestTimeout):
            await recognize(service, seconds=0.05)
        await _settle()
        assert (sorted(pipeline.cancelled), gate.used) == ([0, 1], 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("error", "expected"),
    [(DeadlineExceeded("x"), RequestTimeout), (PipelineStopped("x"), NotReady), (EngineFailure("x"), RequestError)],
)
def test_errors_of_the_pipeline_become_errors_of_the_request(error, expected):
    async def scenario() -> None:
        pipeline = StubPipeline()
        pipeline.failures[0] = error
        service, _ = reader_of(pipeline, PagesInMemory(1))
        with pytest.raises(expected):
            await recognize(service)

    asyncio.run(scenario())


def test_a_missing_module_is_told_before_the_file_is_opened():
    async def scenario() -> None:
        decoder = PagesInMemory(1)
        service, _ = reader_of(StubPipeline(), decoder)
        with pytest.raises(InvalidModelSettings, match=r"^the input params for model settings are invalid! UVDoc"):
            await recognize(service, OcrOverrides(use_doc_unwarping=True))
        assert decoder.decoded == 0

    asyncio.run(scenario())


def test_a_document_that_would_hardly_be_read_in_time_is_refused_and_one_without_a_deadline_waits():
    async def scenario() -> None:
        now, length = [100.0], SHORT_QUEUE
        wait_estimate, decoder = WaitEstimate(lambda: now[0]), PagesInMemory(1)
        pipeline, gate = StubPipeline(), PixelGate(100 * PAGE_COST)
        service = DocumentReader(pipeline, decoder, gate, lambda _: None, wait_estimate)
        pipeline.gate.clear()
        waiting = [asyncio.create_task(recognize(service)) for _ in range(length)]
        await _settle()
        assert wait_estimate.waiting == length
        now[0] += 31
        with pytest.raises(Overloaded) as refused:
            await recognize(service, seconds=60.0)
        assert refused.value.retry_after in (1, 2)
        assert decoder.decoded == length
        patient = service.recognize(RAW, Reading(OcrOverrides(), None), _keep, None)
        late = asyncio.create_task(patient)
        await _settle()
        pipeline.gate.set()
        await asyncio.gather(*waiting, late)
        assert wait_estimate.waiting == 0
        await recognize(service)

    asyncio.run(scenario())


PAGES = 3


class SlowDecoder:
    """Decodes a page only when the page before it has been read; the real `Document` hands the pages out."""

    def __init__(self) -> None:
        self._may_decode = asyncio.Semaphore(1)

    @asynccontextmanager
    async def open(
        self, raw: RawFile, *, max_pages: int | None, pdf_max_side: int | None = None
    ) -> AsyncIterator[Document]:
        yield Document(DocumentInfo("pdf", PAGES, PAGES, ((64, 64),) * PAGES), self._decode, lambda: None)

    def page_read(self, result: PageResult) -> None:
        self._may_decode.release()

    async def _decode(self, index: int) -> Page:
        await self._may_decode.acquire()
        return Page(np.zeros((64, 64, 3), np.uint8), index)


def test_a_page_is_recognised_while_the_next_is_being_decoded():
    async def scenario() -> list[int]:
        decoder = SlowDecoder()
        service = DocumentReader(StubPipeline(), decoder, PixelGate(10**9), decoder.page_read)
        raw = RawFile(b"", FileKind.PDF)
        read = service.recognize(raw, Reading(OcrOverrides(), None), _keep, None)
        document = await asyncio.wait_for(read, 30)
        return [page.page.index for page in document.pages]

    assert asyncio.run(scenario()) == [0, 1, 2]


class Backwards(StubPipeline):
    """Reads later pages sooner."""

    async def read(self, page, options, *, deadline=None, flow=None):
        for _ in range(3 * (100 - page.index)):
            await asyncio.sleep(0)
        return await super().read(page, options, deadline=deadline, flow=flow)


async def in_turn(service: DocumentReader, deliver, seconds: float = 60.0) -> DocumentInfo:
    deadline = asyncio.get_running_loop().time() + seconds
    return await service.recognize_in_turn(RAW, Reading(OcrOverrides(), None), _keep, deliver, deadline)


class Taker:
    """Takes pages while its gate is open."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, info: DocumentInfo, page: RecognizedPage) -> None:
        await self.gate.wait()
        self.taken.append(page.page.index)


def test_pages_are_delivered_in_their_order_whichever_is_read_first():
    async def scenario() -> None:
        pipeline, decoder, taker = Backwards(), PagesInMemory(20), Taker()
        service, gate = reader_of(pipeline, decoder)
        assert await in_turn(service, taker) is decoder.info
        assert taker.taken == list(range(20))
        # The first page is read alone.
        assert pipeline.finished[: PAGES_AHEAD + 1] == [0, *reversed(range(1, PAGES_AHEAD + 1))]
        assert (gate.used, decoder.closed) == (0, True)

    asyncio.run(scenario())


def test_the_first_page_is_read_before_the_others_are_begun():
    async def scenario() -> None:
        pipeline, decoder, taker = StubPipeline(), PagesInMemory(20), Taker()
        pipeline.gate.clear()
        taker.gate.clear()
        service, _ = reader_of(pipeline, decoder)
        request = asyncio.create_task(in_turn(service, taker))
        await _settle()
        assert decoder.decoded == 1
        pipeline.gate.set()
        await _settle()
        assert (decoder.decoded, taker.taken) == (PAGES_AHEAD, [])
        taker.gate.set()
        await request

    asyncio.run(scenario())


def test_a_page_is_delivered_while_the_next_ones_are_read():
    class OnlyTheFirst(StubPipeline):
        async def read(self, page, options, *, deadline=None, flow=None):
            if page.index:
                await asyncio.Event().wait()
            return await super().read(page, options, deadline=deadline, flow=flow)

    async def scenario() -> None:
        taker = Taker()
        # Room for one page: the second one waits for it, and the first is delivered all the same.
        for capacity in (PAGE_COST, 100 * PAGE_COST):
            service, _ = reader_of(OnlyTheFirst(), PagesInMemory(3), capacity)
            request = asyncio.create_task(in_turn(service, taker))
            await _settle()
            assert taker.taken == [0]
            taker.taken.clear()
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)

    asyncio.run(scenario())


def test_a_reader_that_takes_nothing_stops_its_document_and_leaves_the_room_to_others():
    async def scenario() -> None:
        pipeline, decoder, taker = StubPipeline(), PagesInMemory(50), Taker()
        service, gate = reader_of(pipeline, decoder, capacity=4 * PAGE_COST)
        taker.gate.clear()
        request = asyncio.create_task(in_turn(service, taker))
        for _ in range(20):
            await _settle()
        assert (decoder.decoded, len(pipeline.finished)) == (PAGES_AHEAD, PAGES_AHEAD)
        assert (gate.used, gate.waiting, taker.taken) == (0, 0, [])
        taker.gate.set()
        await request
        assert (taker.taken, gate.used) == (list(range(50)), 0)

    asyncio.run(scenario())


@pytest.mark.parametrize("error", [EngineFailure("boom"), InvalidInputFile(), ZeroDivisionError()])
def test_the_pages_before_one_that_fails_are_delivered_and_the_rest_is_cancelled(error):
    class FailsAtTwo(StubPipeline):
        async def read(self, page, options, *, deadline=None, flow=None):
            if page.index == 2:
                raise error
            if page.index < 2:
                await (early.wait() if page.index else asyncio.sleep(0))
                return await StubPipeline().read(page, options)
            return await super().read(page, options, deadline=deadline, flow=flow)

    async def scenario() -> None:
        pipeline, decoder, taker = FailsAtTwo(), PagesInMemory(6), Taker()
        pipeline.gate.clear()
        service, gate = reader_of(pipeline, decoder)
        request = asyncio.create_task(in_turn(service, taker))
        await _settle()
        assert (len(pipeline.read_options), taker.taken, request.done()) == (3, [0], False)  # page 2 has failed already
        early.set()
        with pytest.raises((RequestError, ZeroDivisionError)) as caught:
            await request
        assert type(caught.value) is (RequestError if isinstance(error, EngineFailure) else type(error))
        assert taker.taken == [0, 1]
        assert sorted(pipeline.cancelled) == [3, 4, 5]
        assert (gate.used, gate.waiting, decoder.closed) == (0, 0, True)

    early = asyncio.Event()
    asyncio.run(scenario())


@pytest.mark.parametrize("held", ["reading", "delivery"])
def test_time_that_runs_out_ends_a_delivery_too(held):
    async def scenario() -> None:
        pipeline, taker = StubPipeline(), Taker()
        (pipeline.gate if held == "reading" else taker.gate).clear()
        service, gate = reader_of(pipeline, PagesInMemory(20))
        with pytest.raises(RequestTimeout):
            await in_turn(service, taker, seconds=0.05)
        assert (gate.used, taker.taken) == (0, [])

    asyncio.run(scenario())
