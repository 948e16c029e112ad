import pytest

from server.http.multipart_body import MAX_FIELD_BYTES, MAX_PARTS, MalformedForm, parse_form

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
        (form(("a", b"\xff")), TYPE),
        (form(("a", b"x" * (MAX_FIELD_BYTES + 1))), TYPE),
        (form(*[("a", b"1")] * (MAX_PARTS + 1)), TYPE),
        (b"--xyz\r\nNo-Disposition: x\r\n\r\n1\r\n--xyz--\r\n", TYPE),
    ],
)
def test_what_is_no_form_is_refused(body, content_type):
    with pytest.raises(MalformedForm):
        parse_form(body, content_type)
