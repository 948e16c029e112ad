"""Named fields are read, long strings as such, and nothing else is built."""

import json

import pytest

from server.http.json_outline import OUTLINE_BYTES, LongString, SkimError, TooMuchJson
from server.http.json_skim import skim

LONG = "A" * OUTLINE_BYTES


def test_an_object_inside_is_read_where_that_is_asked_for() -> None:
    body = b'{"a":{"b":1,"c":[1],"x":{"y":2}},"d":{"b":3},"b":null}'
    assert skim(body, ("a", "b", "d"), {"a": ("b", "c", "x")}) == {"a": {"b": 1, "c": [], "x": {}}, "b": None, "d": {}}
    for other in (b'{"a":[{"b":1}]}', b'{"a":"b"}', b'{"a":5}'):
        assert skim(other, ("a",), {"a": ("b",)}) == {"a": {b"[": [], b'"': "b", b"5": 5}[other[5:6]]}


def test_long_strings_are_not_built_at_any_place_that_is_read() -> None:
    body = json.dumps({"x": LONG, "a": LONG + "1", "b": {"c": LONG + "2", "y": LONG}, LONG: 1}).encode()
    found = skim(body, ("a", "b"), {"b": ("c",)})
    assert isinstance(found, dict)
    for value, end in ((found["a"], "1"), (found["b"]["c"], "2")):
        assert isinstance(value, LongString)
        assert "".join(value.pieces()) == LONG + end


@pytest.mark.parametrize("item", ["{}", '"a"', "[[[[]]]]"])
def test_more_json_than_any_request_has_is_refused(item: str) -> None:
    with pytest.raises(TooMuchJson, match="at most 65536 bytes"):
        skim(('{"a":1,"x":[' + f"{item}," * 100_000 + "0]}").encode(), ("a",))


@pytest.mark.parametrize("wrong", ["NaN", "-Infinity", '"\\ud800"', "!", '"a'])
@pytest.mark.parametrize("padding", ["", LONG])
def test_the_place_of_a_mistake_counts_characters_of_the_body(wrong: str, padding: str) -> None:
    start = f'{{"é":"{padding}","a":1,"b":'
    with pytest.raises(SkimError) as caught:
        skim((start + wrong).encode(), ("a", "b"))
    assert len(start) <= caught.value.offset <= len(start) + len(wrong)
