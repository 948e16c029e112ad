"""Tesseract, the program of this machine."""

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from benchmarks.compare.errors import NotCompared
from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.pages import corners, page_of
from benchmarks.compare.program import environment
from benchmarks.compare.provider import NotAnswered, Provider, Reply, Terms, images_only

WORD = "5"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        program: its name or path.
        languages: names of its language data, joined by ``+``.
        segmentation: its page segmentation mode; 3 finds columns and lines itself.
    """

    program: str = "tesseract"
    languages: str = "eng"
    segmentation: int = 3


class Tesseract:
    """Runs the program for each image."""

    def __init__(self, program: str, settings: Settings, timeout_seconds: float) -> None:
        options = ["-l", settings.languages, "--psm", str(settings.segmentation)]
        self._command = [program, "stdin", "stdout", *options, "tsv"]
        self._timeout = timeout_seconds

    def read(self, _document: Document, content: bytes) -> Reply:
        """Read an image."""
        try:
            done = subprocess.run(
                self._command, input=content, capture_output=True, timeout=self._timeout, check=False, env=environment()
            )
        except subprocess.TimeoutExpired as error:
            raise NotAnswered("timeout", "No answer came within the time that the plan allows.") from error
        if done.returncode:
            raise NotAnswered("failed", f"The program ended with code {done.returncode}.", None, done.stderr)
        return Reply(done.stdout)


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[Tesseract]:
    """Find the program and its languages."""
    program = shutil.which(settings.program)
    if program is None:
        raise NotCompared(f"The program {settings.program} is not installed. On Debian: apt install tesseract-ocr")
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False, env=environment())
    absent = set(settings.languages.split("+")) - set(listed.stdout.split())
    if absent:
        names = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in sorted(absent))
        raise NotCompared(f"Tesseract has no data for {', '.join(sorted(absent))}. On Debian: apt install {names}")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, env=environment())
    terms.versions({"tesseract": said.stdout.partition("\n")[0].removeprefix("tesseract ").strip()})
    yield Tesseract(program, settings, terms.timeout_seconds)


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The one page of the program's table of words."""
    rows = csv.DictReader(io.StringIO(raw.decode("utf-8")), delimiter="\t", quoting=csv.QUOTE_NONE)
    lines: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        if row["level"] == WORD and row["text"].strip():
            lines.setdefault((row["page_num"], row["block_num"], row["par_num"], row["line_num"]), []).append(row)
    return (page_of(1, map(_line, lines.values())),)


def _line(words: list[dict[str, str]]) -> AnswerLine:
    boxes = [tuple(float(word[name]) for name in ("left", "top", "width", "height")) for word in words]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    score = sum(float(word["conf"]) for word in words) / len(words) / 100
    return AnswerLine(" ".join(word["text"] for word in words), score, corners(left, top, right, bottom))


PROVIDER = Provider(Settings, lambda _settings: None, connect, understand, refusal=images_only)
