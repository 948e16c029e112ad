"""Runs a library in an environment of its own: a program that reads one document after the other.

The program gets the path of a document on each line, as JSON, and answers each with one line of JSON. It gets few
variables of the environment, so that no credential reaches it.
"""

import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from benchmarks.compare.errors import NotCompared
from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.pages import page_of, polygon_of
from benchmarks.compare.provider import NotAnswered, Reply, Terms

PROGRAMS = Path(__file__).with_name("programs")
START_SECONDS = 600
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "OMP_THREAD_LIMIT")
STOP_SECONDS = 10
READ_BYTES = 1 << 16
LOG_END = 2000


def environment(further: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that a program gets."""
    return {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ} | dict(further or {})


class Program:
    """A running program. One that is late is ended, and started again for the next document."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], terms: Terms) -> None:
        self._command = command
        self._variables = variables
        self._terms = terms
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._unread = b""

    def read(self, document: Document, _content: bytes) -> Reply:
        """Let the program read a document."""
        if self._process is None:
            self._start()
        line = self._ask({"path": str(document.path.absolute()), "kind": document.kind})
        answer = json.loads(line)
        if "error" in answer:
            raise NotAnswered("failed", f"The library failed: {str(answer['error'])[:80]}.", None, line)
        return Reply(line)

    def stop(self) -> None:
        """End the program."""
        if self._process is None:
            return
        process, self._process = self._process, None
        assert process.stdin is not None
        assert process.stdout is not None
        assert self._log is not None
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        self._log.close()

    def _start(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the program
        self._unread = b""
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=dict(self._variables),
                start_new_session=True,  # Ctrl-C is for the comparison, which ends the program itself
            )
        except OSError as error:
            self._log.close()
            raise NotCompared(f"{self._command[0]} cannot be started: {error.strerror}.") from error
        ready = self._line(START_SECONDS)
        if not ready:
            raise NotCompared(f"{' '.join(self._command)} did not start: {self._last_words()}")
        self._terms.versions(json.loads(ready)["versions"])

    def _ask(self, question: Mapping[str, str]) -> bytes:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            self.stop()
            raise NotAnswered("failed", "The program ended before it was asked.") from error
        line = self._line(self._terms.timeout_seconds)
        if line:
            return line
        assert self._process is not None
        self._process.kill()
        self.stop()
        if line is None:
            raise NotAnswered("timeout", "No answer came within the time that the plan allows.")
        raise NotAnswered("failed", "The program ended while it read.")

    def _line(self, seconds: float) -> bytes | None:
        """The next line; None where none comes in time, and nothing where the program has ended."""
        assert self._process is not None
        assert self._process.stdout is not None
        end = time.monotonic() + seconds
        while b"\n" not in self._unread:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return None
            read = os.read(self._process.stdout.fileno(), READ_BYTES)
            if not read:
                return b""
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _last_words(self) -> str:
        assert self._process is not None
        assert self._log is not None
        self._process.kill()
        self._process.wait()
        self._log.seek(0)
        words = self._log.read().decode(errors="replace")[-LOG_END:].strip().splitlines()
        self.stop()
        return words[-1] if words else "it said nothing."


@contextmanager
def running(
    name: str, python: str, arguments: Sequence[str], variables: Mapping[str, str], terms: Terms
) -> Iterator[Program]:
    """A program of `benchmarks/compare/programs`, run by an interpreter that has its library."""
    interpreter = Path(python).expanduser()
    if not interpreter.is_file():
        raise NotCompared(f"There is no interpreter {python}. Name the one that has the library, as python.")
    command = [str(interpreter), str(PROGRAMS / f"{name}.py"), *arguments]
    program = Program(command, environment(variables), terms)
    try:
        yield program
    finally:
        program.stop()


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of a program's answer."""
    pages = json.loads(raw)["pages"]
    return tuple(page_of(number, map(_line, lines)) for number, lines in enumerate(pages, 1))


def _line(line: Sequence[Any]) -> AnswerLine:
    text, score, polygon = line
    return AnswerLine(text, score, polygon_of(polygon) if polygon else None)
