"""The call of a torch function that does what a step of a graph says, and what it is built from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from models.engines.torch.graph import Constant, Graph, Step

Fixed: TypeAlias = int | float | bool | str | tuple[int, ...] | tuple[float, ...] | None
"""What is known when the network is built and does not change from batch to batch."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        function: what is called, defined at the top of a module.
        operands: names of the values and constants that are its positional arguments.
        keywords: its other arguments.
    """

    function: Callable[..., object]
    operands: tuple[str, ...]
    keywords: Mapping[str, Fixed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A step and what its builder may look up."""

    step: Step
    graph: Graph

    @property
    def operands(self) -> tuple[str, ...]:
        """All inputs that are given."""
        return tuple(name for name in self.step.inputs if name)

    def given(self, index: int) -> str:
        """Name of an input; empty where it is left out."""
        return self.step.inputs[index] if index < len(self.step.inputs) else ""

    def fixed(self, index: int) -> Constant | None:
        """An input that is a constant; None where it is left out.

        Raises:
            EngineFailure: it is computed.
        """
        name = self.given(index)
        if not name:
            return None
        value = self.graph.constant(name)
        if value is None:
            raise self.step.wrong(f"input {index}, which is no constant")
        return value

    def fixed_integers(self, index: int, attribute: str) -> tuple[int, ...] | None:
        """Integers that old operator sets have as an attribute and new ones as an input; None where neither is there.

        Raises:
            EngineFailure: the input is computed.
        """
        if attribute in self.step.attributes:
            return self.step.integers(attribute)
        value = self.fixed(index)
        return None if value is None else tuple(int(each) for each in value.ravel())


Build: TypeAlias = Callable[[Source], Call]
