"""No two lanes share a stream, and a stream that was given back is used again."""

import pytest

from models.engines.torch.streams import OF_A_PRIORITY, PRIORITIES, Streams
from models.errors import EngineUnavailable

MOST = OF_A_PRIORITY * len(PRIORITIES)


def numbered() -> Streams[tuple[int, int]]:
    """Streams that know their number and priority."""
    made: list[int] = []

    def make(priority: int) -> tuple[int, int]:
        made.append(priority)
        return len(made), priority

    return Streams(make)


def test_all_are_different_and_none_is_taken_twice() -> None:
    streams = numbered()
    taken = [streams.take() for _ in range(MOST)]
    assert len(set(taken)) == MOST
    assert [priority for _, priority in taken].count(0) == OF_A_PRIORITY
    with pytest.raises(EngineUnavailable, match="streams"):
        streams.take()


def test_what_was_given_back_is_used_again() -> None:
    streams = numbered()
    taken = [streams.take() for _ in range(MOST)]
    streams.give(taken[5])
    assert streams.take() == taken[5]
    with pytest.raises(EngineUnavailable):
        streams.take()


def test_opening_again_and_again_makes_no_more_streams() -> None:
    streams = numbered()
    for _ in range(3 * MOST):
        streams.give(streams.take())
    assert streams.take() == (1, 0)
