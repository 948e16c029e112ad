"""Messages are read and written by the protocol, and what is not touched comes back as it was."""

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.store.protobuf import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    Field,
    MalformedMessage,
    content,
    contents,
    integer,
    integers,
    read_message,
    texts,
    write_message,
)
from tests.unit.models.store.grid_networks import grid_network

NUMBERS = st.integers(1, 2**29 - 1)
FIELDS = st.one_of(
    st.builds(Field, NUMBERS, st.just(VARINT), st.integers(0, 2**64 - 1)),
    st.builds(Field, NUMBERS, st.just(BYTES), st.binary(max_size=300)),
    st.builds(Field, NUMBERS, st.just(FIXED32), st.binary(min_size=4, max_size=4)),
    st.builds(Field, NUMBERS, st.just(FIXED64), st.binary(min_size=8, max_size=8)),
)


@given(st.lists(FIELDS, max_size=8))
def test_what_is_written_is_read(fields: list[Field]) -> None:
    assert read_message(write_message(fields)) == fields


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    try:
        fields = read_message(data)
    except MalformedMessage:
        return
    assert read_message(write_message(fields)) == fields


@pytest.mark.parametrize("data", [b"\x08", b"\x0a\x05abcd", b"\x0d\x00\x00", b"\x0b", b"\x08" + b"\xff" * 11])
def test_a_message_that_ends_early_or_has_an_unknown_type_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read_message(data)


def test_the_library_reads_the_same() -> None:
    file = grid_network()
    fields = read_message(file)
    assert write_message(fields) == file
    model = onnx.load_from_string(file)
    assert integers(fields, 1) == [model.ir_version]
    (graph,) = (read_message(each) for each in contents(fields, 7))
    assert texts(graph, 2) == [model.graph.name]
    assert len(contents(graph, 1)) == len(model.graph.node)


def test_integers_may_be_packed() -> None:
    assert integers([integer(7, 300), content(7, b"\x01\xac\x02"), integer(8, 5)], 7) == [300, 1, 300]
