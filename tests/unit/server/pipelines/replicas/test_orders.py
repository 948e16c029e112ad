"""A replica reads the pages that it is sent."""

import asyncio
import gc
import os

import numpy as np

from server.pipelines.replicas.messages import Cancel, Failed, Prepare, Read, Report
from server.pipelines.replicas.orders import Orders
from server.pipelines.replicas.shared_picture import SharedPicture
from tests.unit.models.fake_pipeline import FakeModels, fake_pipeline
from tests.unit.server.pipelines.replicas.conftest import OPTIONS


def test_a_page_whose_pixels_cannot_be_mapped_is_answered(tmp_path) -> None:
    async def test() -> list[Report]:
        sent: list[Report] = []
        with fake_pipeline(tmp_path, FakeModels()) as pipeline:
            orders = Orders(pipeline, lambda report, _: sent.append(report))
            shared = SharedPicture(np.zeros((4, 4, 3), np.uint8))
            orders.take(Read(1, OPTIONS, (400, 400), 0, None, None), [os.dup(shared.descriptor)])
            orders.take(Read(2, OPTIONS, (4, 4), 0, None, None), [])
            await orders.cancel()
            await pipeline.close()
        return sent

    failed = asyncio.run(test())
    assert [(type(report), report.number, report.kind) for report in failed] == [
        (Failed, 1, "EngineFailure"),
        (Failed, 2, "EngineFailure"),
    ]


def test_an_order_that_is_cancelled_at_once_leaves_nothing(tmp_path) -> None:
    """The coroutine of its work would be one that was never awaited, which fails the test."""

    async def test() -> list[Report]:
        sent: list[Report] = []
        with fake_pipeline(tmp_path, FakeModels()) as pipeline:
            orders = Orders(pipeline, lambda report, _: sent.append(report))
            shared = SharedPicture(np.zeros((4, 4, 3), np.uint8))
            for order in (Read(1, OPTIONS, (4, 4), 0, None, None), Prepare(2, OPTIONS)):
                orders.take(order, [os.dup(shared.descriptor)])
                orders.take(Cancel(order.number), [])
            await asyncio.sleep(0.01)
            assert (orders.running, orders.done) == (0, 2)
            gc.collect()
            await pipeline.close()
        return sent

    assert asyncio.run(test()) == []
