"""Bytes from outside, and the password that opens them."""

from server.intake.raw_file import FileKind, RawFile


def test_a_password_is_never_shown() -> None:
    assert "geheim" not in repr(RawFile(b"", FileKind.PDF, "geheim"))
