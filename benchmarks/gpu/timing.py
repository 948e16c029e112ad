"""How long queued work takes: many calls back to back, waited for once."""

import time
from collections.abc import Callable

from models.engines.torch.lane import Lane

WARM_UP_RUNS = 3
"""The first chooses algorithms, the second captures a graph where a shape is to have one, the third replays it."""


def seconds_of(lane: Lane, call: Callable[[], object], *, repeats: int, warm_up: int = WARM_UP_RUNS) -> float:
    """Mean seconds of one call on a lane when calls follow each other without a wait."""
    with lane.active():
        for _ in range(warm_up):
            call()
        lane.mark()()
        begin = time.perf_counter()
        for _ in range(repeats):
            call()
        lane.mark()()
    return (time.perf_counter() - begin) / repeats
