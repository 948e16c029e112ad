"""The least that a network can cost on a device: its arithmetic, and the bytes that have to move, counted on its graph.

Shapes are run through the network without any data. Two ways to count bytes: every operator reads its inputs and
writes its output (``each_op``), and the floor, where whatever works on single values costs nothing beside the operator
that made them, but for a second operand of full size.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.gpu.figures import Ceilings

_MOVING = ("convolution", "mm", "pool", "upsample", "cat", "mean", "max.dim", "softmax", "layer_norm", "grid_sampler")
"""Operators that cannot be part of the one before them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One batch of one shape.

    Attributes:
        flop: two for each multiplication with its addition.
        floor_bytes, each_op_bytes: see the module.
    """

    flop: float
    floor_bytes: float
    each_op_bytes: float

    def seconds(self, ceilings: Ceilings) -> float:
        """The least time on a device: the longer of computing and moving."""
        return max(self.flop / ceilings.flop_per_second, self.floor_bytes / ceilings.bytes_per_second)


def cost_of(network: nn.Module, shape: tuple[int, ...], dtype: torch.dtype) -> Cost:
    """Count one batch of uint8 pictures (N, 3, H, W). The network loses its weights."""
    counter = _Bytes()
    ghost = network.to(device="meta", dtype=dtype)
    batch = torch.zeros(shape, dtype=torch.uint8, device="meta")
    with torch.no_grad(), FlopCounterMode(display=False) as flop, counter:
        outputs = ghost(batch)
    ends = prod(shape) + sum(map(_bytes, tree_leaves(outputs)))
    return Cost(float(flop.get_total_flops()), float(counter.floor + ends), float(counter.each_op))


class _Bytes(TorchDispatchMode):
    """Adds up what the operators inside the context read and write."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = 0
        self.each_op = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        returns = func._schema.returns  # noqa: SLF001 - torch's own modes read it
        if not any(given.alias_info is not None and not given.alias_info.is_write for given in returns):  # no view
            inputs = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
            outputs = [leaf for leaf in tree_leaves(output) if isinstance(leaf, Tensor)]
            self._count(str(func), inputs, outputs)
        return output

    def _count(self, name: str, inputs: list[Tensor], outputs: list[Tensor]) -> None:
        total = sum(map(_bytes, (*inputs, *outputs)))
        self.each_op += total
        if any(part in name for part in _MOVING):
            self.floor += total
        else:
            full = [tensor for tensor in inputs if outputs and tensor.shape == outputs[0].shape]
            self.floor += sum(map(_bytes, full[1:2]))


def _bytes(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()
