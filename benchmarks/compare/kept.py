"""The run folder: what was planned, what was sent to whom, and what came back. The report needs nothing else.

``run.json`` tells of the plan, the documents, the machine and the versions. ``egress.jsonl`` has a line for each
document that was about to be sent. ``answers.jsonl`` has a line for each answer, and ``raw`` holds the answers as they
came, each under its SHA-256 sum.
"""

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from benchmarks.compare.errors import NotCompared
from benchmarks.compare.model import Answer

ABOUT, ANSWERS, EGRESS, RAW, LOCK = "run.json", "answers.jsonl", "egress.jsonl", "raw", ".lock"


@dataclass(frozen=True, slots=True)
class Sent:
    """A document that was about to be sent.

    Attributes:
        time: in UTC, as ISO 8601.
        document: its id; ``sha256`` is the sum of its file.
        bytes: size of its file.
    """

    time: str
    provider: str
    host: str
    document: str
    sha256: str
    repeat: int
    bytes: int


class RunFolder:
    """One run's folder. Threads may write to it side by side."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def about(self) -> dict[str, Any]:
        """The content of ``run.json``.

        Raises:
            NotCompared: this is no run folder.
        """
        try:
            content: dict[str, Any] = msgspec.json.decode((self.path / ABOUT).read_bytes())
        except FileNotFoundError as error:
            raise NotCompared(f"{self.path} is no run folder: it has no {ABOUT}.") from error
        except msgspec.DecodeError as error:
            raise NotCompared(f"{self.path / ABOUT} is no JSON.") from error
        return content

    @property
    def begun(self) -> bool:
        """Whether a run has begun here."""
        return (self.path / ABOUT).exists()

    def begin(self) -> None:
        """Make the folder, for the user alone: documents are private, and so are their texts."""
        if self.path.exists() and not self.begun and any(self.path.iterdir()):
            raise NotCompared(f"{self.path} is no run folder and not empty. Name another one as --output.")
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        (self.path / RAW).mkdir(exist_ok=True)
        for name in (ANSWERS, EGRESS):
            (self.path / name).touch()

    def alone(self) -> FileLock:
        """Keep others out until the block ends.

        Raises:
            NotCompared: another run uses the folder.
        """
        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise NotCompared(f"Another run uses {self.path}. Wait for its end, or name another --output.") from error
        return lock

    def keep_about(self, content: dict[str, Any]) -> None:
        """Write ``run.json``, whole or not at all."""
        written = self.path / f"{ABOUT}.new"
        written.write_bytes(msgspec.json.format(msgspec.json.encode(content, order="deterministic"), indent=2) + b"\n")
        written.replace(self.path / ABOUT)

    def keep_versions(self, provider: str, versions: Mapping[str, str]) -> None:
        """Add versions of a provider's programs to ``run.json``."""
        content = self.about()
        content["providers"][provider]["packages"] |= versions
        self.keep_about(content)

    def keep_raw(self, raw: bytes) -> str:
        """Keep an answer as it came, and return its sum; empty for no bytes."""
        if not raw:
            return ""
        name = hashlib.sha256(raw).hexdigest()
        with self._lock:
            (self.path / RAW / name).write_bytes(raw)
        return name

    def raw(self, sha256: str) -> bytes:
        """An answer as it came."""
        return (self.path / RAW / sha256).read_bytes()

    def add(self, answer: Answer) -> None:
        """Keep an answer."""
        self._append(ANSWERS, answer)

    def sending(self, sent: Sent) -> None:
        """Keep that a document is about to be sent. It is on disk before the document leaves."""
        self._append(EGRESS, sent)

    def answers(self) -> list[Answer]:
        """All answers, in the order in which they came."""
        return [msgspec.json.decode(line, type=Answer) for line in self._lines(ANSWERS)]

    def egress(self) -> list[Sent]:
        """All that was about to be sent, in its order."""
        return [msgspec.json.decode(line, type=Sent) for line in self._lines(EGRESS)]

    def mend(self) -> None:
        """Take away the end of a line that a crash cut short."""
        for name in (ANSWERS, EGRESS):
            path = self.path / name
            if path.exists() and (data := path.read_bytes()) and not data.endswith(b"\n"):
                with path.open("r+b") as file:
                    file.truncate(data.rfind(b"\n") + 1)

    def _append(self, name: str, entry: Answer | Sent) -> None:
        with self._lock, (self.path / name).open("ab") as file:
            file.write(msgspec.json.encode(entry) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _lines(self, name: str) -> Iterator[bytes]:
        path = self.path / name
        if path.exists():
            yield from (line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n"))
