"""Reads what a report is made of: the run folder, and the documents that its plan names."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.compare.documents import load
from benchmarks.compare.model import Answer, Document
from benchmarks.compare.report.settings import WrongReport

ABOUT, ANSWERS, EGRESS = "run.json", "answers.jsonl", "egress.jsonl"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run left.

    Attributes:
        about: the content of ``run.json``; ``egress``: what was sent to whom.
        documents: with their truth; ``hidden``: ids of those whose pictures and texts are not for others.
        sums: SHA-256 of the files of the run folder, by name.
    """

    about: dict[str, Any]
    answers: list[Answer]
    egress: list[dict[str, Any]]
    documents: list[Document]
    hidden: frozenset[str]
    sums: dict[str, str]


def read_kept(folder: Path, below: Path) -> Kept:
    """Read a run folder, and the documents again. Nothing is sent to anyone.

    Args:
        folder: the run folder.
        below: the folder from which relative paths of the plan begin.

    Raises:
        WrongReport: the folder is not whole, or a document is another than the one that was sent.
        WrongDocuments: a document is not there any more.
    """
    contents = {name: _bytes(folder / name) for name in (ABOUT, ANSWERS, EGRESS)}
    try:
        about = msgspec.json.decode(contents[ABOUT])
        answers = [msgspec.json.decode(line, type=Answer) for line in _lines(contents[ANSWERS])]
        egress = [msgspec.json.decode(line) for line in _lines(contents[EGRESS])]
    except msgspec.DecodeError as error:
        raise WrongReport(f"{folder} is no run folder that can be read: {type(error).__name__}.") from error
    documents, hidden = _documents(about["plan"]["documents"], below)
    documents = _sent(documents, about["documents"])
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return Kept(about, answers, egress, documents, hidden, sums)


def _documents(sources: list[dict[str, Any]], below: Path) -> tuple[list[Document], frozenset[str]]:
    documents: list[Document] = []
    hidden: set[str] = set()
    for source in sources:
        moved = {key: str(below / value) if key in ("path", "truth") else value for key, value in source.items()}
        found = load(moved)
        documents += found
        if source.get("publish") is False:
            hidden.update(document.id for document in found)
    return documents, frozenset(hidden)


def _sent(documents: list[Document], sent: list[Mapping[str, Any]]) -> list[Document]:
    """Those that were sent. Folders may have grown since."""
    found = {document.id: document for document in documents}
    for entry in sent:
        if entry["id"] not in found or found[entry["id"]].sha256 != entry["sha256"]:
            raise WrongReport(f"The document {entry['id']} is not there, or not as it was when it was sent.")
    return [found[entry["id"]] for entry in sent]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongReport(f"{path} cannot be read: {error.strerror or type(error).__name__}.") from error


def _lines(content: bytes) -> list[bytes]:
    return [line for line in content.split(b"\n") if line.strip()]
