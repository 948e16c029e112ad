import asyncio

import pytest

from server.config.contract_settings import MistralSettings
from server.contracts.mistral import file_store
from server.contracts.mistral.errors import FileTooLarge, NoRoomForFile, TooManyFiles, UnknownFile
from server.contracts.mistral.file_store import ENTRY_BYTES, FileStore


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def store(clock: Clock | None = None, **settings: int) -> FileStore:
    return FileStore(MistralSettings(**settings), clock or Clock(), lambda: 5000.9)


def add(files: FileStore, owner: str = "ann", data: bytes = b"abc", hours: int | None = None):
    return files.add(owner, data, "a.pdf", "", hours)


def test_a_file_goes_when_its_time_is_over():
    clock = Clock()
    files = store(clock, retention_seconds=7200)
    long, short = add(files), add(files, hours=1)
    assert (long.expires, short.expires) == (5000 + 7200, 5000 + 3600)
    assert add(files, hours=100).expires == long.expires
    clock.seconds += 3600
    assert files.get(long.id, "ann") is long
    with pytest.raises(UnknownFile):
        files.get(short.id, "ann")
    clock.seconds += 3600
    assert files.of("ann") == []


def test_a_file_goes_without_any_request(monkeypatch):
    monkeypatch.setattr(file_store, "SWEEP_SECONDS", 0.001)
    clock = Clock()
    files = store(clock, retention_seconds=1)
    kept = add(files)

    swept = asyncio.Event()
    sweep = files.sweep

    def and_tell() -> None:
        sweep()
        swept.set()

    monkeypatch.setattr(files, "sweep", and_tell)

    async def wait() -> None:
        async with files.running():
            clock.seconds += 2
            await asyncio.wait_for(swept.wait(), 30)
        assert kept.id not in files._files

    asyncio.run(wait())


def test_room_is_for_each_key_and_for_all_together():
    limits = {"max_upload_bytes": 1000, "max_bytes_per_key": 2 * ENTRY_BYTES, "max_stored_bytes": 3 * ENTRY_BYTES}
    files = store(**limits)
    with pytest.raises(FileTooLarge):
        add(files, data=b"a" * 1001)
    first = add(files, data=b"a" * 1000)
    with pytest.raises(TooManyFiles):
        add(files, data=b"a" * 1000)
    add(files, "bob", b"a" * 1000)
    with pytest.raises(NoRoomForFile):
        add(files, "eve", b"a" * 1000)
    files.delete(first.id, "ann")
    add(files, "eve", b"a" * 1000)
    assert len(files.of("bob")) == 1


def test_the_largest_upload_fits_where_the_caps_are_as_large():
    files = store(max_upload_bytes=1000, max_bytes_per_key=1000, max_stored_bytes=1000)
    assert files.get(add(files, data=b"a" * 1000).id, "ann").data == b"a" * 1000


def test_content_is_not_in_the_words_for_a_file():
    assert "abc" not in repr(add(store()))
