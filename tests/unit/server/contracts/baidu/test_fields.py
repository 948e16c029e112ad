import tracemalloc

import pytest

from server.contracts.baidu.errors import Refused
from server.contracts.baidu.fields import parse_fields
from server.contracts.baidu.source import decode_base64

FORM = "application/x-www-form-urlencoded"


def test_the_last_of_a_name_counts_and_a_name_may_be_escaped():
    fields = parse_fields(b"url=a&%75rl=b%20c+d&probability&paragraph=%E9%97%A8", FORM)
    assert fields.texts == {"url": "b c d", "probability": "", "paragraph": "门"}


def test_every_character_of_base64_may_be_escaped():
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
    for style in ("%%%02X", "%%%02x"):
        form = b"image=" + "".join(style % byte for byte in alphabet).encode()
        assert parse_fields(form, FORM).take_file("image") == alphabet


def test_what_is_not_base64_stays_escaped():
    assert parse_fields(b"image=%25%32%42", FORM).take_file("image") == b"%252B"


def test_a_document_is_handed_out_once():
    fields = parse_fields(b"image=AAAA", FORM)
    assert "image" in fields
    fields.take_file("image")
    assert "image" not in fields


def test_a_form_that_escapes_everything_takes_little_more_memory_than_itself():
    form = b"image=" + b"%41" * 1_000_000
    tracemalloc.start()
    try:
        parse_fields(form, FORM)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(form)


def test_values_that_are_too_long_are_noted():
    fields = parse_fields(b"url=" + b"a" * 1025 + b"&language_type=" + b"%41" * 1024 + b"&other=" + b"a" * 9999, FORM)
    assert fields.too_long == {"url"}
    assert len(fields.texts["language_type"]) == 1024
    assert "other" not in fields


@pytest.mark.parametrize(
    ("text", "message"),
    [(b"", "empty"), (b"+ \r\n=", "empty"), (b"AAAAAAAAA", "size"), (b"AAA", "format"), (b"A\xff==", "format")],
)
def test_base64_that_is_refused(text, message):
    with pytest.raises(Refused, match=message):
        decode_base64(text, 8)


def test_lost_plus_signs_and_line_breaks():
    assert decode_base64(b"+ +\r\n //8=\n", 8) == b"\xfb\xef\xbe\xff\xff"
