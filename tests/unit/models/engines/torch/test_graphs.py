"""Some shapes get a graph, and some of the graphs stay."""

from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from models.engines.torch.graphs import LAST_RUNS, Function, ShapeGraphs, Tensors


@dataclass
class Capturer:
    """Captures by noting the shape; its graphs note that they were replayed."""

    captured: list[int] = field(default_factory=list)
    replayed: list[int] = field(default_factory=list)

    def __call__(self, function: Function, batch: Tensor) -> Function:
        self.captured.append(len(batch))

        def replay(fresh: Tensor) -> Tensors:
            self.replayed.append(len(fresh))
            return function(fresh)

        return replay


def double(batch: Tensor) -> Tensors:
    return (batch * 2,)


def run(graphs: ShapeGraphs, *lengths: int) -> None:
    for length in lengths:
        (answer,) = graphs(torch.full((length,), length))
        assert answer.tolist() == [2 * length] * length


def test_a_shape_is_captured_when_it_comes_again() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=4)
    run(graphs, 1, 2, 3)
    assert capture.captured == capture.replayed == []
    run(graphs, 2, 2, 2)
    assert (capture.captured, capture.replayed) == ([2], [2, 2, 2])


def test_a_graph_goes_for_a_shape_that_comes_much_more_often() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=2)
    run(graphs, 1, 1, 1, 2, 2)
    run(graphs, *[3] * 8)  # 2 came twice: not often enough
    assert capture.captured == [1, 2]
    run(graphs, 3, 1)  # takes the place of 2
    assert capture.captured == [1, 2, 3]
    assert capture.replayed[-2:] == [3, 1]
    run(graphs, 2)
    assert capture.captured == [1, 2, 3]


def test_more_shapes_in_turn_than_graphs_are_kept_do_not_capture_over_and_over() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=4)
    for _ in range(50):
        run(graphs, 1, 2, 3, 4, 5, 6)
    assert capture.captured == [1, 2, 3, 4]
    assert len(capture.replayed) == 49 * 4


def test_shapes_that_no_longer_come_make_room() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=2)
    run(graphs, *[1, 2] * LAST_RUNS)
    run(graphs, *[3, 4] * LAST_RUNS)
    assert capture.captured == [1, 2, 3, 4]
    assert capture.replayed[-2:] == [3, 4]


def test_without_room_for_a_graph_the_batch_runs_without_one_and_none_is_tried_again() -> None:
    tried: list[int] = []

    def full(_: Function, batch: Tensor) -> Function:
        tried.append(len(batch))
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    graphs = ShapeGraphs(double, full, kept=2)
    run(graphs, 1, 1, 1, 1, 2, 2, 2)
    assert tried == [1, 2]


def test_prepared_shapes_stay_and_are_captured_once() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=1)
    for length in (5, 6, 5):
        graphs.prepare(torch.zeros(length, dtype=torch.int64))
    run(graphs, 1, 1, *[2] * 9)
    run(graphs, 5, 6)
    assert capture.captured == [5, 6, 1, 2]
    assert capture.replayed[-2:] == [5, 6]


def test_without_room_only_prepared_shapes_have_a_graph() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=0)
    graphs.prepare(torch.zeros(5, dtype=torch.int64))
    run(graphs, 1, 1, 1, 5)
    assert (capture.captured, capture.replayed) == ([5], [5])


def test_shapes_that_never_come_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.engines.torch.graphs.LAST_RUNS", 3)
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=4)
    run(graphs, 1, 2, 3, 4)
    run(graphs, 1)  # forgotten: seen for the first time again
    assert capture.captured == []
    run(graphs, 4)
    assert capture.captured == [4]


def broken(_: Function, batch: Tensor) -> Function:
    raise ValueError(f"what the batch holds: {batch.tolist()}")


def test_a_capture_that_fails_costs_no_batch_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    graphs = ShapeGraphs(double, broken, kept=2)
    run(graphs, 3, 3, 3, 3)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "(3,)" in record.getMessage()
    assert "ValueError" in record.getMessage()
    assert "[3, 3, 3]" not in record.getMessage()


def test_the_librarys_own_words_say_why_a_capture_failed(caplog: pytest.LogCaptureFixture) -> None:
    def invalid(_: Function, batch: Tensor) -> Function:
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nA second line")

    run(ShapeGraphs(double, invalid, kept=2), 3, 3)
    (record,) = caplog.records
    assert record.getMessage().endswith("RuntimeError: CUDA error: operation not permitted when stream is capturing")


def test_a_shape_that_could_not_be_captured_is_tried_again_once_it_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.engines.torch.graphs.LAST_RUNS", 3)
    capture = Capturer()
    fails = [True]

    def sometimes(function: Function, batch: Tensor) -> Function:
        if fails.pop() if fails else False:
            raise RuntimeError("no room")
        return capture(function, batch)

    graphs = ShapeGraphs(double, sometimes, kept=2)
    run(graphs, 1, 1, 1)
    assert capture.captured == []
    run(graphs, 2, 3, 4, 1, 1)
    assert capture.captured == [1]


def test_a_prepared_shape_without_a_graph_runs_at_once_and_later() -> None:
    ran: list[int] = []

    def function(batch: Tensor) -> Tensors:
        ran.append(len(batch))
        return double(batch)

    graphs = ShapeGraphs(function, broken, kept=0)
    graphs.prepare(torch.zeros(5, dtype=torch.int64))
    assert ran == [5]
    run(graphs, 5)
    assert ran == [5, 5]


def test_a_prepared_shape_that_does_not_run_without_a_graph_either_says_why() -> None:
    def function(_: Tensor) -> Tensors:
        raise RuntimeError("the network has no such layer")

    with pytest.raises(RuntimeError, match="no such layer"):
        ShapeGraphs(function, broken, kept=0).prepare(torch.zeros(5))
