"""Numbers for flows. Flows are objects of this process; by their numbers a replica shares its device fairly."""

from collections import OrderedDict
from collections.abc import Hashable
from itertools import count

_KEPT = 4096
"""More than the number of requests in work. A forgotten flow gets a new number and counts as a newcomer again."""


class FlowNumbers:
    """Remembers the numbers of the most recently used flows."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[Hashable, int] = OrderedDict()
        self._next = count(1)

    def number(self, flow: Hashable) -> int | None:
        """The flow's number; None for None."""
        if flow is None:
            return None
        if flow not in self._numbers:
            self._numbers[flow] = next(self._next)
            if len(self._numbers) > _KEPT:
                self._numbers.popitem(last=False)
        self._numbers.move_to_end(flow)
        return self._numbers[flow]
