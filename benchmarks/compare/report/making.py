"""Makes a report from a run folder. It asks no provider and sends nothing.

The same run folder, documents and settings make the same files, but for the date.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks.compare.model import Answer, Document
from benchmarks.compare.report import pages, sections, tables
from benchmarks.compare.report.blind import BlindPage, draw_pages, read_votes, tally
from benchmarks.compare.report.figures import Figures, all_figures
from benchmarks.compare.report.kept import Kept, read_kept
from benchmarks.compare.report.page import Section, page
from benchmarks.compare.report.settings import Settings, WrongReport, check_metrics, read_settings
from benchmarks.compare.report.verdict import number, verdict
from benchmarks.compare.scoring import Scoring

PAGE, FIGURES, SCORES, DOCUMENTS, SUMS = "report.html", "report.json", "scores.csv", "documents.csv", "SHA256SUMS"


def make_report(
    folder: Path,
    output: Path,
    *,
    below: Path,
    pictures: bool = True,
    votes: Sequence[Path] = (),
    date: str | None = None,
) -> Path:
    """Score the answers of a run folder and write the report.

    Args:
        folder: the run folder.
        output: a folder for the report; it is made where it is not there, and files of an older report are replaced.
        below: the folder from which relative paths of the plan begin.
        pictures: False: no picture and no text of any document is in the report.
        votes: files that the blind page view saved.
        date: when it was made, as text; now, if None.

    Returns:
        The HTML file.

    Raises:
        WrongReport: the run folder, the plan's ``report`` or a file of votes is wrong.
        WrongDocuments: a document or its truth cannot be read any more.
    """
    kept = read_kept(folder, below)
    plan = kept.about["plan"]
    settings = read_settings(plan.get("report"))
    wanted = plan.get("metrics")
    check_metrics(wanted or [], "metrics")
    if not kept.answers:
        raise WrongReport(f"{folder} holds no answers yet. Run the plan first.")
    scoring = Scoring(kept.documents)
    figures = all_figures(scoring, kept.answers, kept.about, settings, wanted)
    shown = [each for each in kept.documents if pictures and each.id not in kept.hidden]
    blind_pages = draw_pages(shown, _first_answers(kept), settings.blind, f"{kept.about['identity']} {settings.seed}")
    identity = _identity(kept, blind_pages)
    given = read_votes(votes, identity)
    date = date or datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    names = _names(kept, pictures)
    listed = _listed(kept, names, pictures=pictures)
    told = verdict(figures)
    worst = _worst(figures, kept, shown, settings)
    found = [
        Section("accuracy", "Accuracy", sections.accuracy(figures)),
        Section("differences", "Differences between providers", sections.differences(figures)),
        Section("charts", "Accuracy against cost and latency", sections.charts(figures)),
        Section("categories", "Accuracy by category", sections.categories(figures)),
        Section("speed", "Latency, throughput and failures", sections.speed(figures)),
        Section("costs", "Costs", sections.costs(figures, settings)),
        Section("rankings", "Order under each normalisation", sections.rankings(figures)),
        Section("agreement", "Agreement between providers", sections.agreement(figures)),
        Section("blind", "Pages without names", pages.blind(blind_pages, tally(blind_pages, given)), identity),
        Section("worst", "Worst pages", pages.worst(figures, worst)),
        Section("egress", "What was sent to whom", sections.egress(kept.egress, figures)),
        Section("method", "Formulas and sources", sections.method(figures, settings)),
        Section("provenance", "Versions, machine, sums and dates", sections.provenance(listed, kept.sums, figures)),
    ]
    content = {
        PAGE: page(settings.title, date, _meta(figures, kept), told, found),
        FIGURES: tables.as_json(
            {
                "title": settings.title,
                "date": date,
                "verdict": told,
                "figures": msgspec.to_builtins(figures),
                "votes": msgspec.to_builtins(tally(blind_pages, given)),
                "settings": msgspec.to_builtins(settings),
                "sums": kept.sums,
                "run": listed,
            }
        ),
        SCORES: tables.scores(figures),
        DOCUMENTS: tables.documents(scoring, _by_provider(kept), names, figures.metrics),
    }
    return _write(content, output)


def _write(content: Mapping[str, str], output: Path) -> Path:
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    sums = []
    for name, text in content.items():
        data = text.encode()
        (output / name).write_bytes(data)
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    (output / SUMS).write_text("".join(sorted(sums, key=lambda line: line[64:])), encoding="utf-8")
    return output / PAGE


def _meta(figures: Figures, kept: Kept) -> str:
    hosts = sorted({each.host for each in figures.providers if each.outside})
    beyond = f"documents were sent to {', '.join(hosts)}" if hosts else "no document left this machine"
    count = sum(figures.documents.values())
    return (
        f"{number(count, 0)} documents with {number(figures.pages, 0)} pages, {figures.with_truth} of the documents "
        f"with a known text; {len(figures.providers)} providers; {number(len(kept.answers), 0)} requests; {beyond}."
    )


def _worst(
    figures: Figures, kept: Kept, shown: Sequence[Document], settings: Settings
) -> dict[str, list[pages.WorstPage]]:
    first = _first_answers(kept)
    return {
        each.name: pages.worst_pages(shown, first.get(each.name, {}), figures.primary, settings.worst)
        for each in figures.providers
    }


def _first_answers(kept: Kept) -> dict[str, dict[str, Answer]]:
    """The first answered repeat of each document, by provider."""
    return {
        provider: {
            name: answered[0]
            for name, group in found.items()
            if (answered := [answer for answer in group if answer.outcome == "answered"])
        }
        for provider, found in _by_provider(kept).items()
    }


def _by_provider(kept: Kept) -> dict[str, dict[str, list[Answer]]]:
    found: dict[str, dict[str, list[Answer]]] = {name: {} for name in kept.about["providers"]}
    for answer in sorted(kept.answers, key=lambda answer: answer.repeat):
        found[answer.provider].setdefault(answer.document, []).append(answer)
    return found


def _names(kept: Kept, pictures: bool) -> dict[str, str]:
    """What documents are called: names of private files may tell of their content, so those have their sum instead."""
    return {
        each.id: each.id if pictures and each.id not in kept.hidden else f"{each.category}/sha256:{each.sha256[:16]}"
        for each in kept.documents
    }


def _listed(kept: Kept, names: Mapping[str, str], *, pictures: bool) -> dict[str, object]:
    """``run.json`` with the report's names of documents, and without the folders of private ones."""
    documents = [{**entry, "id": names[entry["id"]]} for entry in kept.about["documents"]]
    sources = [
        source
        if pictures and source.get("publish") is not False
        else {key: value for key, value in source.items() if key not in ("path", "truth")}
        for source in kept.about["plan"]["documents"]
    ]
    return {**kept.about, "documents": documents, "plan": {**kept.about["plan"], "documents": sources}}


def _identity(kept: Kept, blind_pages: Sequence[BlindPage]) -> str:
    """Names this report's blind pages, so that votes for others are not counted."""
    said = [kept.about["identity"], *(f"{each.document.sha256} {each.page} {each.texts}" for each in blind_pages)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]
