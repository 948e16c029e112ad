"""This times queued work: many calls back to back, waited for once."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from models.engines.torch.lane import Lane

WARM_UP_RUNS = 3
"""The first chooses algorithms, the second captures a graph where a shape is to have one, the third replays it."""


@dataclass(frozen=True, slots=True)
class CallTime:
    """Mean time of one call when calls follow each other without a wait.

    Attributes:
        seconds: until the device has done it.
        queueing_seconds: until the host has queued it. Near to ``seconds``, the device waits for the host.
    """

    seconds: float
    queueing_seconds: float


def seconds_of(lane: Lane, call: Callable[[], object], *, repeats: int, warm_up: int = WARM_UP_RUNS) -> float:
    """`CallTime.seconds` of a call on a lane."""
    return time_of(lane, call, repeats=repeats, warm_up=warm_up).seconds


def time_of(lane: Lane, call: Callable[[], object], *, repeats: int, warm_up: int = WARM_UP_RUNS) -> CallTime:
    """Measure how long a call on a lane takes the device and the host."""
    with lane.active():
        for _ in range(warm_up):
            call()
        lane.mark()()
        begin = time.perf_counter()
        for _ in range(repeats):
            call()
        queued = time.perf_counter()
        lane.mark()()
    return CallTime((time.perf_counter() - begin) / repeats, (queued - begin) / repeats)
