"""Office documents before rendering: what they are, whether they open, and which are refused outright."""

import io
from collections.abc import Callable

import olefile
import pytest

from server.decode.formats.readers import Encrypted, Unreadable
from server.decode.office.file import plain_office
from tests.unit.server.decode.office import office_samples as samples

GOOD = {"docx": samples.word("你好"), "xlsx": samples.excel(("a", "b")), "pptx": samples.powerpoint("t")}


@pytest.mark.parametrize("kind", GOOD)
def test_plain_documents_stay_as_they_are(kind: str) -> None:
    assert plain_office(GOOD[kind], None) == (GOOD[kind], kind)
    assert plain_office(GOOD[kind], "unneeded") == (GOOD[kind], kind)


@pytest.mark.parametrize("kind", GOOD)
def test_locked_documents_open_with_their_password_alone(kind: str) -> None:
    data = samples.locked(GOOD[kind])
    assert plain_office(data, samples.PASSWORD) == (GOOD[kind], kind)
    for password in (None, "", "wrong", samples.PASSWORD + " "):
        with pytest.raises(Encrypted):
            plain_office(data, password)


def test_a_workbook_that_is_only_protected_opens_without_one() -> None:
    assert plain_office(samples.locked(GOOD["xlsx"], "VelvetSweatshop"), None) == (GOOD["xlsx"], "xlsx")


NASTY: dict[str, Callable[[], bytes]] = {
    "a bomb": samples.bomb,
    "a bomb of markup": samples.markup_bomb,
    "too many members": samples.many_members,
    "an external entity": lambda: samples.with_entity("file:///etc/passwd"),
    "no Office document": lambda: samples.with_parts(b"PK\x05\x06" + bytes(18), {"readme.txt": b"x"}),
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_packages_are_refused_locked_or_not(name: str) -> None:
    data = NASTY[name]()
    with pytest.raises(Unreadable):
        plain_office(data, None)
    if name == "an external entity":
        with pytest.raises(Unreadable):
            plain_office(samples.locked(data), samples.PASSWORD)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_declaration_in_another_encoding(encoding: str) -> None:
    part = '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode(encoding)
    with pytest.raises(Unreadable):
        plain_office(samples.with_parts(GOOD["docx"], {"word/styles.xml": part}), None)


@pytest.mark.parametrize("data", [GOOD["docx"][:500], samples.locked(GOOD["docx"])[:1500], olefile.MAGIC, b"", b"text"])
def test_damaged_documents_raise(data: bytes) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - a worker takes any error as a refusal
        plain_office(data, "x")


def test_a_lying_member_size_is_found() -> None:
    """The sizes that are added up are those that unpacking holds a member to."""
    data = samples.with_parts(GOOD["docx"], {"word/styles.xml": b"<x>" + b" " * 100_000 + b"<!DOCTYPE x></x>"})
    assert len(data) > 0
    start = data.rfind(b"word/styles.xml") - 46
    assert data[start : start + 4] == b"PK\x01\x02"
    small = data[: start + 24] + (10).to_bytes(4, "little") + data[start + 28 :]
    with pytest.raises(Exception):  # noqa: B017, PT011 - a bad checksum, or an overlap
        plain_office(io.BytesIO(small).getvalue(), None)
