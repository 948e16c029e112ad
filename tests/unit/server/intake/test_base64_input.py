"""Base64 as the contract measured it on the reference."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import InvalidInputFile
from server.intake.base64_input import decode_base64


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["", " ", "\n", "\r\n", "\t", "-_", "!~"]))
def test_characters_outside_the_alphabet_are_dropped(data: bytes, noise: str) -> None:
    text = base64.b64encode(data).decode()
    assert decode_base64(noise + noise.join(text)) == data


@pytest.mark.parametrize("prefix", ["data:image/png;base64,", "data:;base64,", "DATA:image/jpeg;name=a.jpg;BASE64,"])
def test_a_data_uri_is_accepted(prefix: str) -> None:
    assert decode_base64(prefix + "QUJD") == b"ABC"


@pytest.mark.parametrize("text", ["", "!!!", "QUJ", "Q", "QUJDé", "中文", "data:image/png;base64,", "=QUJD"[:2]])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputFile) as caught:
        decode_base64(text)
    assert caught.value.message == "Invalid input file"
