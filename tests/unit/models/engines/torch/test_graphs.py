"""Which shapes get a graph, and which of them stay."""

from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from models.engines.torch.graphs import Function, ShapeGraphs, Tensors


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


def test_the_least_recently_used_graph_goes() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=2)
    run(graphs, 1, 1, 2, 2, 1)  # 1 was used after 2
    run(graphs, 3, 3)  # takes the place of 2
    run(graphs, 1)
    assert capture.captured == [1, 2, 3]
    run(graphs, 2)  # as if seen for the first time
    assert capture.captured == [1, 2, 3]
    run(graphs, 2)
    assert capture.captured == [1, 2, 3, 2]


def test_prepared_shapes_stay_and_are_captured_once() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=1)
    for length in (5, 6, 5):
        graphs.prepare(torch.zeros(length, dtype=torch.int64))
    run(graphs, 1, 1, 2, 2, 3, 3)
    run(graphs, 5, 6)
    assert capture.captured == [5, 6, 1, 2, 3]
    assert capture.replayed[-2:] == [5, 6]


def test_without_room_only_prepared_shapes_have_a_graph() -> None:
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=0)
    graphs.prepare(torch.zeros(5, dtype=torch.int64))
    run(graphs, 1, 1, 1, 5)
    assert (capture.captured, capture.replayed) == ([5], [5])


def test_shapes_that_never_come_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.engines.torch.graphs._SEEN_KEPT", 3)
    capture = Capturer()
    graphs = ShapeGraphs(double, capture, kept=4)
    run(graphs, 1, 2, 3, 4)
    run(graphs, 1)  # forgotten: seen for the first time again
    assert capture.captured == []
    run(graphs, 4)
    assert capture.captured == [4]


def test_a_capture_that_fails_is_tried_again() -> None:
    capture = Capturer()
    fails = [True]

    def sometimes(function: Function, batch: Tensor) -> Function:
        if fails.pop() if fails else False:
            raise RuntimeError("no room")
        return capture(function, batch)

    graphs = ShapeGraphs(double, sometimes, kept=2)
    run(graphs, 1)
    with pytest.raises(RuntimeError):
        run(graphs, 1)
    run(graphs, 1, 1)
    assert capture.captured == [1]
