"""Tests of server/storage/memory.py: the byte cap, what goes first, and expiry."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from server.storage.base import PictureTooLarge, new_document_id, picture_key
from server.storage.memory import MemoryStore
from tests.unit.server.storage.clock import Clock

KEYS = [picture_key(f"{number:032x}", "ocr_img_0.jpg") for number in range(4)]


def test_what_was_put_is_there() -> None:
    store = MemoryStore(100)
    store.put(KEYS[0], b"picture")
    assert store.get(KEYS[0]) == b"picture"
    assert store.get(KEYS[1]) is None


def test_the_least_recently_used_makes_room() -> None:
    store = MemoryStore(30)
    for key in KEYS[:3]:
        store.put(key, b"0123456789")
    assert store.get(KEYS[0])
    store.put(KEYS[3], b"0123456789")
    assert [store.get(key) is not None for key in KEYS] == [True, False, True, True]


def test_replacing_frees_the_old_bytes() -> None:
    store = MemoryStore(30)
    store.put(KEYS[1], b"0123456789")
    for _ in range(5):
        store.put(KEYS[0], b"01234567890123456789")
    assert store.get(KEYS[1])


def test_a_picture_over_the_cap_is_an_error_and_costs_nobody_his() -> None:
    store = MemoryStore(10)
    store.put(KEYS[0], b"0123456789")
    with pytest.raises(PictureTooLarge):
        store.put(KEYS[1], b"01234567890")
    assert store.get(KEYS[0])


def test_pictures_end_with_their_lifetime_and_then_give_their_room() -> None:
    clock = Clock()
    store = MemoryStore(20, 60, clock)
    store.put(KEYS[0], b"0123456789")
    clock.now += 30
    store.put(KEYS[1], b"0123456789")
    clock.now += 29.5
    assert store.get(KEYS[0])
    clock.now += 0.5
    store.put(KEYS[2], b"0123456789")
    assert [store.get(key) is not None for key in KEYS[:3]] == [False, True, True]


def test_an_expired_picture_is_not_given_though_nobody_wrote_since() -> None:
    clock = Clock()
    store = MemoryStore(20, 60, clock)
    store.put(KEYS[0], b"0123456789")
    clock.now += 60
    assert store.get(KEYS[0]) is None


def test_a_foreign_key_is_refused() -> None:
    with pytest.raises(ValueError, match="not a picture key"):
        MemoryStore(10).put("../x", b"")


def test_threads_keep_the_cap_exact() -> None:
    store = MemoryStore(1000)

    def put(_: int) -> str:
        key = picture_key(new_document_id(), "ocr_img_0.jpg")
        store.put(key, b"x" * 100)
        return key

    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(put, range(400)))
    assert sum(store.get(key) is not None for key in keys) == 10
