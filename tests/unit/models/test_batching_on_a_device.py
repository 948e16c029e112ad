"""Batching across requests gains on a device that likes large batches, counted in the device's own time."""

import asyncio

import numpy as np
import pytest

from models.document import Page
from models.errors import DeadlineExceeded, EngineFailure
from models.options import OcrOverrides
from tests.unit.models.fake_pipeline import FakeModels, fake_pipeline
from tests.unit.models.simulated_device import LAUNCH_COST, LINES, SimulatedDevice, by_clients, levels_of

CLIENTS = 16
PAGES = 48
LONG_DOCUMENT = 200
RECEIPT = 40
"""Its grey level."""
MOST_BATCHES = 12
"""In each stage: the batch that runs, one more of the long document whose turn it is, and the receipt's own. Meanwhile
the other stage runs as many."""


def page(level: int = 255) -> Page:
    return Page(np.full((128, 192, 3), level, np.uint8))


def receipt() -> Page:
    """A page with as many lines, half as wide."""
    return Page(np.full((128, 96, 3), RECEIPT, np.uint8))


def on_device(folder, device, test, models: FakeModels | None = None, **settings):
    """Run a test with a pipeline whose models are on the device."""
    with fake_pipeline(folder, models or device.models(), **settings) as pipeline:
        options = pipeline.defaults.resolve(OcrOverrides())

        async def run():
            try:
                with device.running(pipeline):
                    return await asyncio.wait_for(test(pipeline, options), 50)
            finally:
                await pipeline.close()

        return asyncio.run(run())


def read_pages(folder, clients):
    """The device after so many clients have read all pages, and the pipeline's counters."""
    device = SimulatedDevice()

    async def test(pipeline, options):
        await by_clients(clients, PAGES, lambda number: pipeline.read(page(), options, flow=number))
        return pipeline.stats()

    return device, on_device(folder, device, test, padding="bucket")


def test_sixteen_clients_reach_four_times_the_throughput_of_one(tmp_path):
    one, _ = read_pages(tmp_path, 1)
    many, _ = read_pages(tmp_path, CLIENTS)
    assert sum(len(launch.levels) for launch in many.launches("recognition")) == PAGES * len(LINES)
    assert one.time >= 3 * PAGES * LAUNCH_COST
    assert one.time / many.time >= 4, {name: len(many.launches(name)) for name in ("detection", "recognition")}


def test_half_of_the_recognition_batches_hold_lines_of_several_requests(tmp_path):
    _, stats = read_pages(tmp_path, CLIENTS)
    recognition, _ = stats["text_recognition"]
    assert recognition.shared_batches / recognition.batches >= 0.5


@pytest.mark.parametrize("padding", ["reference", "bucket"])
def test_a_receipt_waits_for_a_few_batches_of_a_long_document(tmp_path, padding):
    device = SimulatedDevice()

    async def test(pipeline, options):
        document = [
            asyncio.ensure_future(pipeline.read(page(), options, flow="document")) for _ in range(LONG_DOCUMENT)
        ]
        await device.until(lambda: len(device.finished) >= 20)
        before = len(device.finished)
        await pipeline.read(page(), options, flow="receipt")
        waited = len(device.finished) - before
        left = sum(not read.done() for read in document)
        for read in document:
            read.cancel()
        await asyncio.gather(*document, return_exceptions=True)
        return waited, left

    waited, left = on_device(tmp_path, device, test, padding=padding)
    assert left > LONG_DOCUMENT / 2
    assert waited <= MOST_BATCHES


def test_a_receipt_is_recognised_in_one_go_while_a_long_document_waits(tmp_path):
    device = SimulatedDevice()

    async def test(pipeline, options):
        document = [
            asyncio.ensure_future(pipeline.read(page(200), options, flow="document")) for _ in range(LONG_DOCUMENT)
        ]
        await device.until(lambda: len(device.launches("recognition")) >= 20)
        await pipeline.read(receipt(), options, flow="receipt")
        for read in document:
            read.cancel()
        await asyncio.gather(*document, return_exceptions=True)

    on_device(tmp_path, device, test, padding="tight")
    served = [launch.levels[0] for launch in device.launches("recognition")]
    first = served.index(RECEIPT)
    assert served[first:] == [RECEIPT] * len(LINES)
    assert first > 20


@pytest.mark.parametrize("padding", ["reference", "bucket"])
def test_a_page_whose_client_left_costs_the_recogniser_nothing(tmp_path, padding):
    device = SimulatedDevice()
    device.only = "detection"

    async def test(pipeline, options):
        recognition, _ = pipeline.stats()["text_recognition"]
        stays = [asyncio.ensure_future(pipeline.read(page(200), options, flow="first"))]
        await _all_detected(device, pages=1)
        await device.rest(pipeline)
        assert recognition.batches == 1
        leaves = asyncio.ensure_future(pipeline.read(page(30), options, flow="leaves"))
        stays.append(asyncio.ensure_future(pipeline.read(page(200), options, flow="last")))
        await _all_detected(device, pages=3)
        await device.rest(pipeline)
        assert recognition.jobs == 3 * len(LINES)
        leaves.cancel()
        await asyncio.wait([leaves])
        device.only = None
        await asyncio.gather(*stays)
        return recognition.dropped

    assert on_device(tmp_path, device, test, padding=padding) == len(LINES)
    assert {level for launch in device.launches("recognition") for level in launch.levels} == {200}


def test_a_page_whose_time_is_up_costs_the_device_nothing(tmp_path):
    device = SimulatedDevice()

    async def test(pipeline, options):
        stays = asyncio.ensure_future(pipeline.read(page(200), options, flow="stays"))
        late = pipeline.read(page(30), options, flow="late", deadline=asyncio.get_running_loop().time() - 1)
        with pytest.raises(DeadlineExceeded):
            await late
        await stays

    on_device(tmp_path, device, test)
    assert len(device.launches("detection")) == 1
    assert {level for launch in device.launches("recognition") for level in launch.levels} == {200}


def test_a_page_that_breaks_the_recogniser_fails_alone_in_a_batch_of_several_requests(tmp_path):
    device = SimulatedDevice()
    models, shared, poison = device.models(), [], 30
    healthy = models.recognition

    def recognition(batch):
        answer = healthy(batch)
        levels = set(levels_of(batch))
        shared.append(len(levels))
        if poison in levels:
            raise MemoryError("what an engine says when its kernel breaks")
        return answer

    models.recognition = recognition
    levels = [90, 120, 150, poison, 200, 230]

    async def test(pipeline, options):
        busy = asyncio.ensure_future(pipeline.read(page(), options, flow="busy"))
        await _all_detected(device, pages=1)
        reads = [pipeline.read(page(level), options, flow=level) for level in levels]
        results = await asyncio.gather(*reads, return_exceptions=True)
        await busy
        return results

    results = on_device(tmp_path, device, test, models, padding="bucket")
    failed = [level for level, result in zip(levels, results, strict=True) if isinstance(result, EngineFailure)]
    assert failed == [poison]
    assert max(shared) >= 2
    assert all(len(result.lines) == len(LINES) for result in results if not isinstance(result, EngineFailure))


async def _all_detected(device, pages):
    await device.until(lambda: sum(launch.shape[0] for launch in device.launches("detection")) >= pages)
