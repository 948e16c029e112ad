"""A network as plain data: its constants, and the steps from its input to its output in the order of execution."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.errors import EngineFailure

Attribute: TypeAlias = int | float | str | tuple[int, ...] | tuple[float, ...]

Constant: TypeAlias = NDArray[np.float32 | np.int64]
"""float32, or int64 for shapes and axes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation.

    Attributes:
        operator: its name in ONNX's standard operator set, or the name of a fused operator.
        inputs: names of values and constants; the name of an omitted optional input is empty.
        output: the name of its result.
        attributes: as in ONNX.
    """

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def integer(self, name: str, default: int) -> int:
        """An attribute that is one integer."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int):
            raise self.wrong(name)
        return value

    def number(self, name: str, default: float) -> float:
        """An attribute that is one number."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int | float):
            raise self.wrong(name)
        return float(value)

    def text(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        value = self.attributes.get(name, default)
        if not isinstance(value, str):
            raise self.wrong(name)
        return value

    def integers(self, name: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """An attribute that is a list of integers."""
        value = self.attributes.get(name, default)
        if not isinstance(value, tuple):
            raise self.wrong(name)
        return tuple(int(each) for each in value)

    def wrong(self, what: str) -> EngineFailure:
        """The error of a step that needs something that is not supported."""
        return EngineFailure(f"The torch engine cannot run this ONNX model: {self.operator} with this {what}.")


@dataclass(frozen=True, slots=True)
class Graph:
    """A network.

    Attributes:
        input: name of the input value.
        output: name of the output value.
        steps: in an order in which each step only needs earlier results.
        constants: arrays that steps name as inputs: float32, or int64 for shapes and axes.
        opset: version of ONNX's standard operator set that the steps use.
    """

    input: str
    output: str
    steps: tuple[Step, ...]
    constants: Mapping[str, Constant]
    opset: int

    def constant(self, name: str) -> Constant | None:
        """The array of a name; None if the name is a value, or empty."""
        return self.constants.get(name)

    def producers(self) -> dict[str, Step]:
        """The step that makes each value."""
        return {step.output: step for step in self.steps}

    def uses(self) -> Counter[str]:
        """The number of uses of each value. The output of the network counts as a use."""
        return Counter([name for step in self.steps for name in step.inputs] + [self.output])

    def changed(self, steps: Sequence[Step], constants: Mapping[str, Constant] | None = None) -> "Graph":
        """This network with other steps and more constants. Steps and constants without an effect are left out."""
        wanted, kept = {self.output}, []
        for step in reversed(steps):
            if step.output in wanted:
                wanted.update(step.inputs)
                kept.append(step)
        every = {**self.constants, **(constants or {})}
        return replace(
            self,
            steps=tuple(reversed(kept)),
            constants={name: value for name, value in every.items() if name in wanted},
        )
