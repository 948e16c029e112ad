"""A lane asks CUDA, on a stand-in: pools of graphs that are gone are left alone, weights are there in time."""

import gc
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from models.engines.torch import lane as module
from models.engines.torch.graphs import Tensors
from models.engines.torch.lane import CudaLane
from models.engines.torch.session import Form, ready

Pool = tuple[int, int]


@dataclass
class Pools:
    """PyTorch's account of pools: how many graphs each has; one that had a graph and has none is no pool any more."""

    made: int = 0
    graphs: Counter[Pool] = field(default_factory=Counter)

    def handle(self) -> Pool:
        self.made += 1
        return (0, self.made)

    def graph(self) -> "Graph":
        return Graph(self)


class Graph:
    """A graph that was captured, or failed to be, holds its pool until it goes."""

    def __init__(self, pools: Pools) -> None:
        self.pools = pools
        self.pool: Pool | None = None

    def capture_begin(self, pool: Pool, capture_error_mode: str) -> None:
        assert capture_error_mode == "thread_local"
        assert self.pools.graphs.get(pool, 1) > 0, "use_count > 0 INTERNAL ASSERT FAILED"
        self.pools.graphs[pool] += 1
        self.pool = pool

    def capture_end(self) -> None:
        pass

    def replay(self) -> None:
        pass

    def __del__(self) -> None:
        if self.pool is not None:
            self.pools.graphs[self.pool] -= 1


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> Pools:
    account = Pools()
    stream = SimpleNamespace(synchronize=lambda: None)
    monkeypatch.setattr(module, "_streams", lambda _: SimpleNamespace(take=lambda: stream, give=lambda _: None))
    monkeypatch.setattr(torch.cuda, "graph_pool_handle", account.handle)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", account.graph)
    return account


def double(batch: Tensor) -> Tensors:
    return (batch * 2,)


class RunsOut:
    """Has no room for its third run, which is the one that is captured."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, batch: Tensor) -> Tensors:
        self.runs += 1
        if self.runs == 3:
            raise RuntimeError("CUDA out of memory")
        return double(batch)


def test_the_graphs_of_a_lane_share_a_pool(pools: Pools) -> None:
    lane = CudaLane(torch.device("cuda", 0))
    kept = [lane.capture(double, torch.ones(size)) for size in (1, 2, 3)]
    assert len(kept) == 3
    assert [count for count in pools.graphs.values() if count] == [3]


def test_after_a_first_capture_that_failed_the_next_one_has_a_pool(pools: Pools) -> None:
    lane = CudaLane(torch.device("cuda", 0))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            lane.capture(RunsOut(), torch.ones(2))
        gc.collect()
    replay = lane.capture(double, torch.ones(2))
    assert replay(torch.ones(2))[0].tolist() == [2, 2]
    with pytest.raises(RuntimeError, match="out of memory"):
        lane.capture(RunsOut(), torch.ones(3))
    another = lane.capture(double, torch.ones(3))
    assert another is not replay
    gc.collect()
    assert [count for count in pools.graphs.values() if count] == [2]


def test_a_lane_whose_graphs_are_gone_captures_again(pools: Pools) -> None:
    lane = CudaLane(torch.device("cuda", 0))
    kept = [lane.capture(double, torch.ones(1))]
    kept.clear()
    gc.collect()
    kept.append(lane.capture(double, torch.ones(1)))
    assert [count for count in pools.graphs.values() if count] == [1]


def test_weights_are_on_the_card_before_any_lane_can_use_them(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    class Network(nn.Module):
        def to(self, *_: object, **given: object) -> "Network":
            done.append("layout" if "memory_format" in given else "place and type")
            return self

    stream = SimpleNamespace(synchronize=lambda: done.append("wait"))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _: stream)
    ready(Network(), torch.device("cuda", 0), Form(torch.float16))
    assert done == ["place and type", "layout", "wait"]
    done.clear()
    ready(Network(), torch.device("cpu"), Form(torch.float32))
    assert done == ["place and type", "layout"]
