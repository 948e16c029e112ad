"""A layer on its way from a worker, which an attacker may control."""

import math

import msgspec
import pytest

from server.decode.page_layer import LayerLine, PageLayer, decode_layer, encode_layer

QUAD = (0.0, 0.0, 20.0, 0.0, 20.0, 10.0, 0.0, 10.0)
LINE = LayerLine("ab", QUAD, (0.25, 0.75), ((0, 2),))


def layer(line: LayerLine) -> bytes:
    return encode_layer(PageLayer("none", ("key",), (line,)))


def test_a_layer_arrives_as_it_was_sent() -> None:
    assert decode_layer(layer(LINE)) == PageLayer("none", ("key",), (LINE,))


@pytest.mark.parametrize(
    "line",
    [
        LayerLine("ab", QUAD, (0.25,), ((0, 2),)),
        LayerLine("ab", QUAD, (0.25, 0.75), ((0, 1),)),
        LayerLine("ab", QUAD, (0.25, 0.75), ((1, 2),)),
        LayerLine("", QUAD, (), ()),
        LayerLine("ab", QUAD, (0.25, 1.75), ((0, 2),)),
        LayerLine("ab", (1e9, *QUAD[1:]), (0.25, 0.75), ((0, 2),)),
        LayerLine("ab", (math.nan, *QUAD[1:]), (0.25, 0.75), ((0, 2),)),
        LayerLine("ab", QUAD, (0.25, math.nan), ((0, 2),)),
        LayerLine("ab", QUAD, (0.25, 0.75), ((0, 2),), "sideways"),  # type: ignore[arg-type]
    ],
    ids=["places", "runs", "font", "empty", "outside", "far", "nowhere", "no-place", "direction"],
)
def test_a_line_that_makes_no_sense_is_refused(line: LayerLine) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's words are its own
        decode_layer(layer(line))


@pytest.mark.parametrize("data", [b"", b"nonsense", msgspec.msgpack.encode({"fault": "other"})])
def test_what_is_no_layer_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's words are its own
        decode_layer(data)
