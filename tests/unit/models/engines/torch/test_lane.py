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
    recording: set[Pool] = field(default_factory=set)
    """The pools that the allocator records into. Only an end that succeeds, or `end`, takes a pool out."""
    invalid: bool = False
    """Whether CUDA has given up the running capture. Then its end fails before the allocator hears of it."""

    def end(self, device: int, pool: Pool) -> None:
        assert device == 0
        if pool not in self.recording:
            raise RuntimeError("endAllocatePool: not currently recording to mempool_id")
        self.recording.discard(pool)

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
        if pool in self.pools.recording:
            raise RuntimeError("beginAllocateToPool: already recording to mempool_id")
        self.pools.recording.add(pool)

    def capture_end(self) -> None:
        if self.pools.invalid:
            self.pools.invalid = False
            raise RuntimeError("CUDA error: operation failed due to a previous error during capture")
        assert self.pool is not None
        self.pools.end(0, self.pool)

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
    monkeypatch.setattr(torch._C, "_cuda_endAllocateToPool", account.end, raising=False)
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


@pytest.mark.parametrize("raises", [False, True])
def test_after_a_capture_that_cuda_gave_up_the_next_shapes_are_captured(pools: Pools, *, raises: bool) -> None:
    """An illegal call of the captured code raises at once; one of another thread only shows at the end."""
    lane = CudaLane(torch.device("cuda", 0))
    runs: list[int] = []

    def interrupted(batch: Tensor) -> Tensors:
        runs.append(len(batch))
        pools.invalid = len(runs) == 3  # the run that is captured
        if pools.invalid and raises:
            raise RuntimeError("CUDA error: operation not permitted when stream is capturing")
        return double(batch)

    before = lane.capture(double, torch.ones(1))
    with pytest.raises(RuntimeError, match="not permitted" if raises else "previous error"):
        lane.capture(interrupted, torch.ones(2))
    after = [lane.capture(double, torch.ones(size)) for size in (3, 4)]
    assert len({id(replay) for replay in (before, *after)}) == 3
    assert pools.recording == set()
    assert before(torch.ones(1))[0].tolist() == [2]


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
