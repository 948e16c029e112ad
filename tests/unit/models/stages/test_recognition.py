"""The recogniser's engine gets lines with the right widths and rows, and only some lines share a batch."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.descriptions.model_directory import RecognitionSpec
from models.engines.fake import FakeEngine, Fault, reads
from models.errors import EngineFailure
from models.ops.crop import LineRegion
from models.ops.line_groups import Padding
from models.stages.base import CpuPool
from models.stages.host.line_reader import HostLineReader
from models.stages.pages import PagePixels
from models.stages.recognition import MAX_OWN_LINES, ReadLine, RecognitionStage

SPEC = RecognitionSpec("BGR", (3, 48, 320), ("a", "b"))
PAGE: NDArray[np.uint8] = np.full((100, 3000, 3), 255, np.uint8)


class CpuLike(FakeEngine):
    """A fake engine that gains nothing from batches of several requests."""

    batch_sizes = ()


def line(width: int) -> LineRegion:
    corners = np.array([[0, 0], [width, 0], [width, 48], [0, 48]], np.float32)
    return LineRegion(corners, width, 48)


def read(engine: FakeEngine, padding: Padding, *pages: Sequence[int], group_size: int = 6) -> list[list[ReadLine]]:
    """Read pages at once, each given by the widths of its lines; each is a flow of its own."""

    async def run() -> list[list[ReadLine]]:
        pool = CpuPool(1)
        stage = RecognitionStage(SPEC, [HostLineReader(SPEC, engine)], pool, padding=padding, group_size=group_size)
        regions = [[line(width) for width in widths] for widths in pages]
        answers = await asyncio.gather(
            *(stage.read(PagePixels(PAGE), lines, flow=number) for number, lines in enumerate(regions)),
            return_exceptions=False,
        )
        await stage.close()
        pool.close()
        return list(answers)

    return asyncio.run(run())


def fake(kind: type[FakeEngine] = FakeEngine) -> FakeEngine:
    return kind(reads((1, 2), 4))


def test_lines_are_answered_in_the_order_in_which_they_were_given() -> None:
    ((first, second),) = read(fake(), "reference", [900, 300])
    assert (first.decoded.text, second.decoded.text) == ("ab", "ab")
    assert first.width_ratio == 1.0
    assert second.width_ratio == pytest.approx(300 / 900)


def test_batches_have_fixed_sizes_on_a_device() -> None:
    engine = fake()
    answers = read(engine, "bucket", [300] * 3, [300] * 3, [300] * 5)
    assert [len(page) for page in answers] == [3, 3, 5]
    assert {shape[0] for shape in engine.shapes} <= set(engine.batch_sizes)
    assert {shape[3] for shape in engine.shapes} == {320}


def test_the_rows_that_fill_a_batch_are_blank() -> None:
    batches = []

    def keep(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        batches.append(batch.copy())
        return reads((1, 2), 4)(batch)

    read(FakeEngine(keep), "bucket", [300] * 3)
    (rows,) = batches
    assert len(rows) == 4
    assert rows[:3, :, :, :300].all()
    assert not rows[3].any()


@pytest.mark.parametrize("padding", ["tight", "bucket"])
def test_on_a_cpu_a_batch_is_one_pages_own(padding: Padding) -> None:
    alone, among = fake(CpuLike), fake(CpuLike)
    read(alone, padding, [300] * 3)
    read(among, padding, [300] * 3, [300] * 3, [300] * 3)
    assert among.shapes == alone.shapes * 3


def test_a_pages_own_lines_run_a_few_at_a_time() -> None:
    engine = fake(CpuLike)
    read(engine, "bucket", [300] * 9)
    assert [shape[0] for shape in engine.shapes] == [MAX_OWN_LINES["bucket"], 1]


def test_tight_padding_pads_to_the_next_step_and_no_further() -> None:
    engine = fake(CpuLike)
    read(engine, "tight", [40, 64, 65, 321])
    assert sorted(shape[::3] for shape in engine.shapes) == [(1, 64), (1, 64), (1, 96), (1, 352)]


def test_an_answer_that_is_no_number_is_refused() -> None:
    engine = fake()
    engine.inject(Fault.NAN)
    with pytest.raises(EngineFailure, match="not finite"):
        read(engine, "reference", [300])


def test_a_dictionary_of_another_model_is_refused() -> None:
    with pytest.raises(EngineFailure, match="5 classes and its dictionary 4"):
        read(FakeEngine(reads((1,), 5)), "reference", [300])
