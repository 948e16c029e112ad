"""The call of a torch function for a step of a graph, and the source that it is built from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from models.engines.torch.graph import Constant, Graph, Step

Fixed: TypeAlias = int | float | bool | str | tuple[int, ...] | tuple[float, ...] | None
"""A value that is known when the network is built, and is the same for all batches."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        function: the called function, defined at the top level of a module.
        operands: names of the values and constants that are its positional arguments.
        keywords: its other arguments.
    """

    function: Callable[..., object]
    operands: tuple[str, ...]
    keywords: Mapping[str, Fixed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A step, and the graph in which its builder may look things up."""

    step: Step
    graph: Graph

    @property
    def operands(self) -> tuple[str, ...]:
        """The names of all inputs that are not omitted."""
        return tuple(name for name in self.step.inputs if name)

    def given(self, index: int) -> str:
        """The name of an input; empty if it is omitted."""
        return self.step.inputs[index] if index < len(self.step.inputs) else ""

    def fixed(self, index: int) -> Constant | None:
        """A constant input; None if it is omitted.

        Raises:
            EngineFailure: the input is computed.
        """
        name = self.given(index)
        if not name:
            return None
        value = self.graph.constant(name)
        if value is None:
            raise self.step.wrong(f"input {index}, which is no constant")
        return value

    def fixed_integers(self, index: int, attribute: str) -> tuple[int, ...] | None:
        """Integers that are an attribute in old operator sets and an input in new ones; None if there are none.

        Raises:
            EngineFailure: the input is computed.
        """
        if attribute in self.step.attributes:
            return self.step.integers(attribute)
        value = self.fixed(index)
        return None if value is None else tuple(int(each) for each in value.ravel())


Build: TypeAlias = Callable[[Source], Call]
