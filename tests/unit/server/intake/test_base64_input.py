"""Base64 as the contract measured it on the reference."""

import base64
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import InvalidInputFile
from server.intake.base64_input import MAX_STRAY_PADDINGS, StrictDecoder, decode_base64


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["", " ", "\n", "\r\n", "\t", "-_", "!~"]))
def test_characters_outside_the_alphabet_are_dropped(data: bytes, noise: str) -> None:
    text = base64.b64encode(data).decode()
    assert decode_base64([noise + noise.join(text)]) == data


@pytest.mark.parametrize("prefix", ["data:image/png;base64,", "data:;base64,", "DATA:image/jpeg;name=a.jpg;BASE64,"])
def test_a_data_uri_is_accepted(prefix: str) -> None:
    assert decode_base64([prefix + "QUJD"]) == b"ABC"


@pytest.mark.parametrize("text", ["", "!!!", "QUJ", "Q", "QUJDé", "中文", "data:image/png;base64,", "=QUJD"[:2]])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputFile) as caught:
        decode_base64([text])
    assert caught.value.message == "Invalid input file"


TEXTS = st.text("AQz+/=", max_size=40) | st.text("AQz+/=- \n", max_size=40)
"""Much of it with padding at places where it means something, or nothing."""


def decoded(decode: Callable[[], bytes]) -> bytes | None:
    """The bytes; None where the text is refused."""
    try:
        return decode() or None
    except (ValueError, InvalidInputFile):
        return None


@given(TEXTS, st.integers(1, 9))
def test_pieces_of_any_length_say_what_python_reads_in_the_whole(text: str, length: int) -> None:
    pieces = [text[begin : begin + length] for begin in range(0, len(text), length)]
    assert decoded(lambda: decode_base64(pieces)) == decoded(lambda: base64.b64decode(text))
    strict = StrictDecoder()
    for piece in pieces:
        strict.add(piece.encode())
    assert decoded(strict.end) == decoded(lambda: base64.b64decode(text, validate=True))
    assert strict.characters == len(text)


@given(st.binary(min_size=100, max_size=300), st.integers(1, 9), st.sampled_from("=-! é"))
def test_the_strict_rules_hold_at_every_place(data: bytes, length: int, wrong: str) -> None:
    coded = base64.b64encode(data).decode()
    strict = StrictDecoder()
    spaced = " " + " \n".join(coded[begin : begin + length] for begin in range(0, len(coded), length))
    strict.add_text([spaced[:10], spaced[10:]], re.compile("data:"))
    assert (strict.end(), strict.characters) == (data, len(coded))
    broken = StrictDecoder()
    broken.add_text(["data:QUJD", wrong if wrong != " " else "\0", coded], re.compile("data:"))
    assert decoded(broken.end) is None


def test_padding_signs_that_mean_nothing_are_taken_up_to_a_number() -> None:
    strays = "A=AAA" * MAX_STRAY_PADDINGS
    assert decode_base64([strays]) == base64.b64decode(strays) == base64.b64decode("AAAA" * MAX_STRAY_PADDINGS)
    with pytest.raises(InvalidInputFile):
        decode_base64([strays, "A=AAA"])
