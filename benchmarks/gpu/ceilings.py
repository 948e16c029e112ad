"""These measure the device itself: it copies its own memory, multiplies matrices and takes bytes from the host."""

from collections.abc import Callable

import torch

from benchmarks.gpu.figures import Ceilings
from benchmarks.gpu.timing import seconds_of
from models.engines.torch.lane import Lane


def measure_ceilings(lane: Lane, dtype: torch.dtype, *, quick: bool) -> Ceilings:
    """Best of several runs of each, on tensors far larger than caches (``quick``: not so large)."""
    device = lane.device
    elements = 1 << (26 if quick else 30)
    side = 1024 if quick else 8192
    source = torch.ones(elements, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    host = torch.ones(elements // 4, dtype=torch.uint8, pin_memory=device.type == "cuda")
    part = source[: len(host)]
    left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    return Ceilings(
        bytes_per_second=2 * elements / _best(lane, lambda: target.copy_(source)),
        flop_per_second=2 * side**3 / _best(lane, lambda: left @ right),
        upload_bytes_per_second=len(host) / _best(lane, lambda: part.copy_(host, non_blocking=True)),
        download_bytes_per_second=len(host) / _best(lane, lambda: host.copy_(part, non_blocking=True)),
    )


def _best(lane: Lane, call: Callable[[], object]) -> float:
    return min(seconds_of(lane, call, repeats=5) for _ in range(3))
