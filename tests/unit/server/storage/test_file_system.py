"""Tests of server/storage/file_system.py: files, permissions, expiry, cap, and what is not ours to touch."""

import os
import stat
from pathlib import Path

import pytest

from server.storage.base import PictureTooLarge, picture_key
from server.storage.file_system import FileSystemStore
from tests.unit.server.storage.clock import Clock

DOCUMENTS = [f"{number:032x}" for number in range(4)]
KEYS = [picture_key(document, "ocr_img_0.jpg") for document in DOCUMENTS]


def _put_at(store: FileSystemStore, directory: Path, clock: Clock, key: str) -> None:
    store.put(key, b"0123456789")
    os.utime(directory / key, (clock.now, clock.now))


def test_files_are_where_the_key_says_and_private(tmp_path: Path) -> None:
    directory = tmp_path / "made" / "here"
    store = FileSystemStore(directory)
    store.put(KEYS[0], b"picture")
    file = directory / DOCUMENTS[0] / "ocr_img_0.jpg"
    assert file.read_bytes() == b"picture" == store.get(KEYS[0])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["ocr_img_0.jpg"]


def test_unknown_and_foreign_keys(tmp_path: Path) -> None:
    store = FileSystemStore(tmp_path / "store")
    (tmp_path / "secret").write_bytes(b"secret")
    assert store.get(KEYS[0]) is None
    for key in ("../secret", f"{DOCUMENTS[0]}/../../secret"):
        with pytest.raises(ValueError, match="not a picture key"):
            store.get(key)


def test_a_new_store_knows_the_files_of_the_old_one(tmp_path: Path) -> None:
    FileSystemStore(tmp_path).put(KEYS[0], b"0123456789")
    store = FileSystemStore(tmp_path, max_bytes=15)
    assert store.get(KEYS[0])
    store.put(KEYS[1], b"0123456789")
    assert store.get(KEYS[0]) is None
    assert not (tmp_path / DOCUMENTS[0]).exists()


def test_a_new_store_knows_hashed_pictures_too(tmp_path: Path) -> None:
    key = picture_key(DOCUMENTS[0], "a" * 64 + ".png")
    FileSystemStore(tmp_path).put(key, b"0123456789")
    store = FileSystemStore(tmp_path, max_bytes=15)
    assert store.get(key) == b"0123456789"
    store.put(KEYS[1], b"0123456789")
    assert store.get(key) is None


def test_the_oldest_makes_room(tmp_path: Path) -> None:
    store = FileSystemStore(tmp_path, max_bytes=30)
    for key in KEYS:
        store.put(key, b"0123456789")
    assert [store.get(key) is not None for key in KEYS] == [False, True, True, True]


def test_a_picture_over_the_cap_is_an_error(tmp_path: Path) -> None:
    store = FileSystemStore(tmp_path, max_bytes=10)
    store.put(KEYS[0], b"0123456789")
    with pytest.raises(PictureTooLarge):
        store.put(KEYS[1], b"01234567890")
    assert store.get(KEYS[0])


def test_expired_files_are_not_given_and_go_at_the_next_write(tmp_path: Path) -> None:
    clock = Clock()
    store = FileSystemStore(tmp_path, 60, clock=clock)
    _put_at(store, tmp_path, clock, KEYS[0])
    clock.now += 60
    assert store.get(KEYS[0]) is None
    assert (tmp_path / KEYS[0]).exists()
    _put_at(store, tmp_path, clock, KEYS[1])
    assert not (tmp_path / DOCUMENTS[0]).exists()
    assert store.get(KEYS[1])


def test_expired_files_go_when_the_store_is_swept(tmp_path: Path) -> None:
    clock = Clock()
    store = FileSystemStore(tmp_path, 60, clock=clock)
    _put_at(store, tmp_path, clock, KEYS[0])
    store.sweep()
    assert (tmp_path / KEYS[0]).exists()
    clock.now += 60
    store.sweep()
    assert list(tmp_path.iterdir()) == []


def test_expired_files_go_when_a_store_opens(tmp_path: Path) -> None:
    clock = Clock()
    _put_at(FileSystemStore(tmp_path, 60, clock=clock), tmp_path, clock, KEYS[0])
    clock.now += 60
    FileSystemStore(tmp_path, 60, clock=clock)
    assert list(tmp_path.iterdir()) == []


def test_without_a_lifetime_files_stay(tmp_path: Path) -> None:
    clock = Clock()
    _put_at(FileSystemStore(tmp_path, clock=clock), tmp_path, clock, KEYS[0])
    clock.now += 10**9
    assert FileSystemStore(tmp_path, clock=clock).get(KEYS[0])


def test_other_files_are_never_touched_nor_counted(tmp_path: Path) -> None:
    mine = [tmp_path / "holiday.jpg", tmp_path / "photos" / "ocr_img_0.jpg", tmp_path / DOCUMENTS[2] / "Notes.jpg"]
    for file in mine:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x" * 100)
        os.utime(file, (0, 0))
    store = FileSystemStore(tmp_path, 60, max_bytes=50)
    store.put(KEYS[0], b"0123456789")
    assert all(file.exists() for file in mine)
    assert store.get(KEYS[0])


def test_half_written_files_of_a_killed_process_go_and_fresh_ones_stay(tmp_path: Path) -> None:
    folder = tmp_path / DOCUMENTS[0]
    folder.mkdir()
    old, fresh = folder / "ocr_img_0.jpg.0011.part", folder / "ocr_img_1.jpg.0011.part"
    old.touch()
    fresh.touch()
    os.utime(old, (0, 0))
    FileSystemStore(tmp_path)
    assert list(folder.iterdir()) == [fresh]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    store = FileSystemStore(tmp_path)
    (tmp_path / KEYS[0]).mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        store.put(KEYS[0], b"picture")
    assert [path.name for path in (tmp_path / DOCUMENTS[0]).iterdir()] == ["ocr_img_0.jpg"]


def test_a_link_out_of_the_directory_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    store = FileSystemStore(tmp_path / "store")
    (tmp_path / "store" / DOCUMENTS[0]).mkdir()
    (tmp_path / "store" / KEYS[0]).symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic"):
        store.get(KEYS[0])
