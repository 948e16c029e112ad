"""An outline says what its JSON says, whatever strings it holds and wherever slices end."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http import json_outline
from server.http.json_outline import LongString, SkimError, TooMuchJson, outline, pieces_of

PADDING = "A" * 1000
SPECIAL = ['"', "\\", "/", "\n", "é", "门", "\U0001f600", "a"]
STRINGS = st.lists(st.sampled_from(SPECIAL) | st.characters(exclude_categories=["Cs"]), max_size=40).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | STRINGS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STRINGS, inner, max_size=3),
)


@pytest.fixture(autouse=True, scope="module")
def _small_bounds() -> Iterator[None]:
    """Strings of twelve bytes are long, and every one is looked at in slices of seven bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_outline, "SHORT_STRING_BYTES", 12)
        patch.setattr(json_outline, "SLICE_BYTES", 7)
        patch.setattr(json_outline, "OUTLINE_BYTES", 900)
        yield


def whole(found: json_outline.Outline, parsed: object) -> object:
    """A parsed outline with its long strings."""
    if isinstance(parsed, list):
        return [whole(found, each) for each in parsed]
    if isinstance(parsed, dict):
        return {whole(found, name): whole(found, each) for name, each in parsed.items()}
    value = found.value(parsed)
    if not isinstance(value, LongString):
        return value
    pieces = list(value.pieces())
    assert max(map(len, pieces)) <= 7
    return "".join(pieces)


@given(VALUES, st.booleans(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32-le"]))
def test_an_outline_with_its_strings_is_the_whole(value: object, escaped: bool, encoding: str) -> None:
    text = json.dumps([PADDING, value], ensure_ascii=escaped)
    try:
        found = outline(text.encode(encoding))
    except TooMuchJson:
        return
    assert len(found.text) < len(PADDING)
    assert whole(found, json.loads(found.text)) == [PADDING, value]


@given(STRINGS, st.sampled_from(["\x00", "\n", "\\x", "\\u12G4", "\\ud", "\\"]), st.sampled_from(["", "b" * 20, '"']))
def test_a_mistake_in_a_long_string_is_found_where_python_finds_it(before: str, wrong: str, after: str) -> None:
    text = f'["{PADDING}{json.dumps(before, ensure_ascii=False)[1:-1]}{wrong}{after}'
    with pytest.raises(json.JSONDecodeError) as expected:
        json.loads(text)
    with pytest.raises((SkimError, json.JSONDecodeError)) as caught:
        json.loads(outline(text.encode()).text)
    if isinstance(caught.value, SkimError):
        assert caught.value.offset in (expected.value.pos, text.rindex(wrong), 1)


@pytest.mark.parametrize("text", ['"' + PADDING, '["a","' + PADDING + "\\"])
def test_a_string_without_end_is_told_by_its_beginning(text: str) -> None:
    with pytest.raises(SkimError) as caught:
        outline(text.encode())
    assert caught.value.offset in (text.index('"' + PADDING), len(text) - 1)


@pytest.mark.parametrize("cut", [b"\xff", b"\xc3", b"\xed\xa0\x80"])
def test_what_is_not_unicode_is_told_by_its_place(cut: bytes) -> None:
    text = f'["é{PADDING}'
    with pytest.raises(SkimError) as caught:
        outline(text.encode() + cut + b'"]')
    assert caught.value.offset == len(text.encode())
    with pytest.raises(SkimError) as caught:
        outline(text.encode("utf-16-le") + b"\x00\xdc" + '"]'.encode("utf-16-le"))
    assert caught.value.offset == len(text.encode("utf-16-le"))


def test_places_behind_long_strings_are_those_of_the_body() -> None:
    text = f'["门{PADDING}","{PADDING}",1,"é",!]'
    found = outline(text.encode())
    assert found.offset(found.text.index(b"!")) == text.index("!")
    assert found.offset(1) == 1


def test_many_short_strings_and_many_long_ones_are_too_much() -> None:
    for string in ("a", "a" * 20):
        with pytest.raises(TooMuchJson):
            outline(json.dumps([PADDING, *[string] * 1000]).encode())


def test_a_body_that_is_small_in_the_whole_is_left_as_it_is() -> None:
    body = json.dumps(["a" * 800]).encode()
    assert outline(body).text == body


def test_a_text_is_handed_out_in_slices_too() -> None:
    assert list(pieces_of("abcdefghij")) == ["abcdefg", "hij"]
    assert list(pieces_of("")) == []


def test_the_head_of_a_string_is_its_first_characters() -> None:
    found = outline(json.dumps(["门" * 1000]).encode())
    string = found.value(json.loads(found.text)[0])
    assert isinstance(string, LongString)
    assert (string.head(1), string.head(50)) == ("门", "门" * 50)
    assert string.head(2000) == "门" * 1000
