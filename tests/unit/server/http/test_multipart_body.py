import pytest
from hypothesis import given
from hypothesis import strategies as st
from multipart import PushMultipartParser

from server.http.multipart_body import (
    MAX_CONTENT_TYPE,
    MAX_FIELD_BYTES,
    MAX_PARTS,
    SLICE_BYTES,
    MalformedForm,
    form_parts,
    parse_form,
    part_text,
)

TYPE = "multipart/form-data; boundary=xyz"


def form(*parts: tuple[str, bytes]) -> bytes:
    framed = []
    for name, content in parts:
        filename = b'; filename="f"' if name.endswith("file") else b""
        disposition = b'Content-Disposition: form-data; name="' + name.encode() + b'"' + filename
        framed.append(b"--xyz\r\n" + disposition + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(framed) + b"--xyz--\r\n"


def test_reads_fields_and_the_file():
    parsed = parse_form(form(("logId", "门".encode()), ("file", b"\x00\r\n--xy\xff"), ("empty", b"")), TYPE)
    assert parsed.file == b"\x00\r\n--xy\xff"
    assert parsed.fields == {"logId": "门", "empty": ""}


def test_the_last_of_a_name_counts():
    assert parse_form(form(("a", b"1"), ("a", b"2"), ("file", b"x"), ("file", b"y")), TYPE).fields == {"a": "2"}


def test_other_files_are_ignored():
    assert parse_form(form(("second file", b"\xff\x00"), ("file", b"x")), TYPE).fields == {}


def test_a_form_without_a_file_has_none():
    assert parse_form(form(("a", b"1")), TYPE).file is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", TYPE),
        (b"nothing of the kind", TYPE),
        (form(("a", b"1"))[:-10], TYPE),
        (form(("a", b"1")), "multipart/form-data"),
        (form(("a", b"1")), "multipart/form-data; boundary="),
        (form(("a", b"1")), TYPE + "; a=b" * MAX_CONTENT_TYPE),
        (form(("a", b"\xff")), TYPE),
        (form(("a", b"x" * (MAX_FIELD_BYTES + 1))), TYPE),
        (form(*[("a", b"1")] * (MAX_PARTS + 1)), TYPE),
        (b"--xyz\r\nNo-Disposition: x\r\n\r\n1\r\n--xyz--\r\n", TYPE),
    ],
)
def test_what_is_no_form_is_refused(body, content_type):
    with pytest.raises(MalformedForm):
        parse_form(body, content_type)


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "big5", "shift_jis", "euc-kr", "cp1251", "latin-1"])
def test_a_file_may_have_its_name_in_any_charset(charset):
    name = {"cp1251": "чек", "latin-1": "reçu", "euc-kr": "영수증", "shift_jis": "表示", "big5": "收據功"}.get(
        charset, "发票"
    )
    head = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode(charset) + b'.PNG"\r\n\r\n'
    body = head + b"content\r\n" + form(("logId", "门".encode()))
    ((segment, content), (_, log_id)) = form_parts(body, TYPE)
    assert (segment.name, content, part_text(log_id)) == ("file", b"content", "门")
    assert segment.filename.endswith(".PNG")
    assert parse_form(body, TYPE).file == b"content"


@given(st.binary(max_size=40))
def test_no_bytes_of_a_name_refuse_an_upload(name):
    quoted = name.translate(None, b'\r\n\x00"\\')
    body = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="' + quoted + b'"\r\n\r\nx\r\n--xyz--\r\n'
    assert parse_form(body, TYPE).file == b"x"


@pytest.mark.parametrize("shift", range(0, 20, 3))
def test_a_large_file_is_parsed_in_slices_and_stays_whole(shift, monkeypatch):
    sizes = []
    parse = PushMultipartParser.parse
    monkeypatch.setattr(PushMultipartParser, "parse", lambda self, data: sizes.append(len(data)) or parse(self, data))
    content = b"\r\n--xy" * (3 * SLICE_BYTES // 6) + b"-" * shift
    assert parse_form(form(("a", b"1"), ("file", content), ("b", b"2")), TYPE).file == content
    assert max(sizes) == SLICE_BYTES
