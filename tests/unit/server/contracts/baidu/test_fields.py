import base64
import tracemalloc
from types import SimpleNamespace

import pytest

from server.contracts.baidu import fields
from server.contracts.baidu.errors import Refused
from server.contracts.baidu.fields import MAX_FIELDS, MAX_QUERY_BYTES, SLICE_BYTES, parse_fields, query_fields
from server.contracts.baidu.source import decode_base64

FORM = "application/x-www-form-urlencoded"


def test_the_last_of_a_name_counts_and_a_name_may_be_escaped():
    found = parse_fields(b"url=a&%75rl=b%20c+d&probability&paragraph=%E9%97%A8", FORM)
    assert found.texts == {"url": "b c d", "probability": "", "paragraph": "门"}


def test_every_character_of_base64_may_be_escaped():
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
    for style in ("%%%02X", "%%%02x"):
        form = b"image=" + "".join(style % byte for byte in alphabet).encode()
        assert b"".join(parse_fields(form, FORM).take_file("image")) == alphabet


def test_what_is_not_base64_stays_escaped():
    assert b"".join(parse_fields(b"image=%25%32%42", FORM).take_file("image")) == b"%252B"


def test_a_document_is_handed_out_once():
    found = parse_fields(b"image=AAAA", FORM)
    assert "image" in found
    found.take_file("image")
    assert "image" not in found


def test_a_form_that_escapes_everything_takes_little_more_memory_than_itself():
    form = b"image=" + b"%41" * 1_000_000
    tracemalloc.start()
    try:
        for _ in parse_fields(form, FORM).take_file("image"):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(form)


@pytest.mark.parametrize("shift", range(4))
def test_no_escape_is_cut_where_a_document_is_taken_in_slices(shift):
    data = bytes(range(256)) * 700
    escaped = base64.b64encode(data).replace(b"A", b"%41").replace(b"=", b"%3d")
    pieces = list(parse_fields(b"image=" + b"\n" * shift + escaped, FORM).take_file("image"))
    assert max(map(len, pieces)) <= SLICE_BYTES < len(b"".join(pieces))
    assert decode_base64(pieces, len(escaped)) == data


def test_nothing_of_a_document_is_unescaped_before_it_is_taken(monkeypatch):
    monkeypatch.setattr(fields, "_unescape_base64", None)
    found = parse_fields(b"image=%41&access_token=a", FORM)
    assert found.texts == {"access_token": "a"}
    with pytest.raises(TypeError):
        list(found.take_file("image"))


@pytest.mark.parametrize("query", [b"&a=" * MAX_FIELDS, b"a=" + b"%41" * MAX_QUERY_BYTES])
def test_a_query_that_costs_much_is_refused_unparsed(query, monkeypatch):
    monkeypatch.setattr(fields, "parse_qsl", None)
    with pytest.raises(Refused, match="param too long"):
        query_fields(SimpleNamespace(scope={"query_string": query}))


def test_values_that_are_too_long_are_noted():
    found = parse_fields(b"url=" + b"a" * 1025 + b"&language_type=" + b"%41" * 1024 + b"&other=" + b"a" * 9999, FORM)
    assert found.too_long == {"url"}
    assert len(found.texts["language_type"]) == 1024
    assert "other" not in found


@pytest.mark.parametrize(
    ("text", "message"),
    [(b"", "empty"), (b"+ \r\n=", "empty"), (b"AAAAAAAAA", "size"), (b"AAA", "format"), (b"A\xff==", "format")],
)
def test_base64_that_is_refused(text, message):
    with pytest.raises(Refused, match=message):
        decode_base64([text], 8)


def test_lost_plus_signs_and_line_breaks():
    assert decode_base64([b"+ +\r\n //8=\n"], 8) == b"\xfb\xef\xbe\xff\xff"
