"""Keeps pictures in this process, up to a number of bytes. The least recently used ones are dropped first."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from server.storage.base import PictureTooLarge, checked_key


@dataclass(frozen=True, slots=True)
class _Kept:
    picture: bytes
    until: float


class MemoryStore:
    """An `ImageStore` that a restart empties.

    Args:
        max_bytes: cap on all pictures together.
        lifetime: seconds that a picture is kept; None keeps it until others need its room.
        clock: monotonic seconds.
    """

    def __init__(
        self, max_bytes: int, lifetime: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_bytes = max_bytes
        self._lifetime = float("inf") if lifetime is None else lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._pictures: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def put(self, key: str, picture: bytes) -> None:
        """Keep a picture. First expired pictures, and then the least recently used ones, make room for it."""
        checked_key(key)
        if len(picture) > self._max_bytes:
            raise PictureTooLarge
        with self._lock:
            self._drop(key)
            self._drop_expired()
            while self._bytes + len(picture) > self._max_bytes:
                self._drop(next(iter(self._pictures)))
            self._pictures[key] = _Kept(picture, self._clock() + self._lifetime)
            self._bytes += len(picture)

    def get(self, key: str) -> bytes | None:
        """Give a picture and count it as used."""
        checked_key(key)
        with self._lock:
            kept = self._pictures.get(key)
            if kept is None:
                return None
            if kept.until <= self._clock():
                self._drop(key)
                return None
            self._pictures.move_to_end(key)
            return kept.picture

    def sweep(self) -> None:
        """Remove expired pictures."""
        with self._lock:
            self._drop_expired()

    def _drop(self, key: str) -> None:
        kept = self._pictures.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.picture)

    def _drop_expired(self) -> None:
        now = self._clock()
        for key in [key for key, kept in self._pictures.items() if kept.until <= now]:
            self._drop(key)
