"""Run folders as `ppocr-server compare run` leaves them, with answers that are the truth with some harm done to it."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.compare.documents import load
from benchmarks.compare.model import Answer, AnswerLine, AnswerPage, Document, Outcome, TruthPage

BEGUN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ERRORS = {"careful": 0.01, "careful too": 0.0101, "hasty": 0.12}
"""Providers, and the share of words that each of them reads wrong."""
PRICES = {"careful": 1.5, "careful too": None, "hasty": 0.4}
SECONDS = {"careful": 0.9, "careful too": 0.3, "hasty": 0.15}


def make_run(
    folder: Path,
    sources: Sequence[dict[str, Any]],
    *,
    report: dict[str, Any] | None = None,
    metrics: list[str] | None = None,
    below: Path = Path(),
    repeats: int = 1,
) -> list[Document]:
    """Write a run folder over these documents, and return them."""
    documents = [document for source in sources for document in load(source | {"path": str(below / source["path"])})]
    answers = [
        _answer(provider, document, number, repeat)
        for provider in ERRORS
        for repeat in range(repeats)
        for number, document in enumerate(documents)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    about = _about(documents, sources, report, metrics)
    (folder / "run.json").write_bytes(msgspec.json.encode(about))
    keep_answers(folder, answers)
    sent = [
        {
            "time": answer.started,
            "provider": answer.provider,
            "host": answer.host,
            "document": answer.document,
            "sha256": next(each.sha256 for each in documents if each.id == answer.document),
            "repeat": answer.repeat,
            "bytes": answer.bytes_sent,
        }
        for answer in answers
    ]
    (folder / "egress.jsonl").write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in sent))
    return documents


def keep_answers(folder: Path, answers: Sequence[Answer]) -> None:
    """Write the answers of a run folder anew."""
    (folder / "answers.jsonl").write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in answers))


def kept_answers(folder: Path) -> list[Answer]:
    """The answers of a run folder."""
    lines = (folder / "answers.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Answer) for line in lines]


def _answer(provider: str, document: Document, number: int, repeat: int) -> Answer:
    dice = random.Random(f"{provider} {document.id}")
    outcome: Outcome = "throttled" if provider == "hasty" and number == 3 else "answered"
    pages = document.truth.pages if document.truth else (TruthPage(0, 0, f"text of {document.id}"),) * document.pages
    read = tuple(_page(page, place, ERRORS[provider], dice) for place, page in enumerate(pages, 1))
    seconds = SECONDS[provider] * dice.uniform(0.8, 1.4) + (2.5 if number + repeat == 0 else 0)
    price = PRICES[provider]
    return Answer(
        provider,
        document.id,
        repeat,
        (BEGUN + timedelta(seconds=5 * number)).isoformat(),
        round(seconds, 3),
        outcome,
        200 if outcome == "answered" else 429,
        "" if outcome == "answered" else "The provider answered with HTTP status 429.",
        read if outcome == "answered" else (),
        hashlib.sha256(f"{provider} {document.id}".encode()).hexdigest(),
        number + repeat == 0,
        None if price is None else price * document.pages / 1000,
        document.path.stat().st_size,
        "127.0.0.1" if provider == "careful too" else f"{provider}.example",
    )


def _page(page: TruthPage, number: int, errors: float, dice: random.Random) -> AnswerPage:
    lines = page.lines or tuple(map(AnswerLine, page.text.splitlines()))
    read = [AnswerLine(_harmed(line.text, errors, dice), 0.9, line.polygon) for line in lines]
    kept = [line for line in read if line.text and dice.random() > errors / 4]
    return AnswerPage(number, "\n".join(line.text for line in kept), tuple(kept), page.tables)


def _harmed(text: str, errors: float, dice: random.Random) -> str:
    words = text.split(" ")
    return " ".join(word[::-1].swapcase() + "x" if dice.random() < errors else word for word in words)


def _about(
    documents: Sequence[Document],
    sources: Sequence[dict[str, Any]],
    report: dict[str, Any] | None,
    metrics: list[str] | None,
) -> dict[str, Any]:
    plan: dict[str, Any] = {"documents": list(sources), "providers": {name: {} for name in ERRORS}}
    if report is not None:
        plan["report"] = report
    if metrics is not None:
        plan["metrics"] = metrics
    return {
        "identity": hashlib.sha256(repr(sorted(document.sha256 for document in documents)).encode()).hexdigest(),
        "plan": plan,
        "documents": [
            {"id": each.id, "sha256": each.sha256, "pages": each.pages, "kind": each.kind, "category": each.category}
            for each in documents
        ],
        "providers": {name: _provider(name) for name in ERRORS},
        "prices": {"file": "prices.yaml", "sha256": "0" * 64, "currency": "USD"},
        "runs": [
            {
                "begun": BEGUN.isoformat(),
                "version": "1.0",
                "machine": {"processor": "a processor", "cores": 2, "system": "Linux x86_64"},
                "send_to": ["careful.example", "hasty.example"],
            }
        ],
    }


def _provider(name: str) -> dict[str, Any]:
    price = PRICES[name]
    told = {"per_1000_pages": price, "date": "2026-01", "source": "https://prices.example", "note": ""}
    return {
        "kind": "ppocrv5",
        "host": "127.0.0.1" if name == "careful too" else f"{name}.example",
        "outside": name != "careful too",
        "price": None if price is None else told,
        "price_of_page": None if price is None else price / 1000,
        "requests_per_second": 2.0 if name == "hasty" else None,
        "concurrency": 1,
        "timeout_seconds": 60.0,
        "packages": {"httpx": "0.28"},
    }


def without_answer(answer: Answer, outcome: Outcome) -> Answer:
    """The same request, of which nothing came."""
    return replace(answer, outcome=outcome, pages=(), reason="No answer came.")
