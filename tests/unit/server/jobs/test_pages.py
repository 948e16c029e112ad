"""Entries of finished pages: all whole ones are read, and what was cut off is not one."""

import pytest

from server.jobs.pages import encode_entry, is_whole, read_entries

PAGES = ((0, b"document", b""), (2, b"note", b"second"), (1, b"", b"first" * 100))


def written() -> tuple[list, bytes]:
    entries, data = [], b""
    for number, note, content in PAGES:
        entry, more = encode_entry(number, note, content, len(data))
        entries.append(entry)
        data += more
    return entries, data


def read(data: bytes) -> list:
    return read_entries(lambda start, length: data[start : start + length], len(data))


def test_entries_are_read_as_they_were_written():
    entries, data = written()
    assert read(data) == entries
    assert [data[entry.start : entry.end] for entry in entries] == [content for _, _, content in PAGES]
    assert read(b"") == []


def test_an_entry_that_was_cut_off_anywhere_is_none_and_the_others_are_read():
    entries, data = written()
    for length in range(entries[1].end, len(data)):
        assert read(data[:length]) == entries[:2]


@pytest.mark.parametrize("place", [-1, -400])
def test_a_last_entry_of_the_right_length_without_its_content_is_none(place):
    entries, data = written()
    damaged = bytearray(data)
    damaged[place] ^= 1
    assert read(bytes(damaged)) == entries[:2]
    assert not is_whole(entries[2], bytes(damaged[entries[2].start :]))


def test_other_bytes_hold_no_entry():
    assert read(b"x" * 1000) == []
