"""The parts of the report that show pages: the worst of each provider, and pages without names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.compare.metrics.normalise import STANDARD
from benchmarks.compare.metrics.registry import METRICS
from benchmarks.compare.model import Answer, AnswerPage, Document, TruthPage
from benchmarks.compare.report.blind import BlindPage, Tally
from benchmarks.compare.report.difference import marked
from benchmarks.compare.report.figures import Figures
from benchmarks.compare.report.markup import Child, Markup, join, tag
from benchmarks.compare.report.page import note, table
from benchmarks.compare.report.picture import picture
from benchmarks.compare.scoring import pages_of

CHOICES = (
    ("left", "A is better"),
    ("right", "B is better"),
    ("same", "No difference"),
    ("neither", "Neither can be used"),
)


@dataclass(frozen=True, slots=True)
class WorstPage:
    """A page that a provider read badly: the value of the primary metric, and both sides."""

    document: Document
    page: int
    value: float
    truth: TruthPage
    answer: AnswerPage


def worst_pages(
    documents: Sequence[Document], answers: Mapping[str, Answer], primary: str, count: int
) -> list[WorstPage]:
    """The pages of one provider that it read worst; those that it did not answer are left out."""
    metric = METRICS[primary]
    found = []
    for document in documents:
        answer = answers.get(document.id)
        if document.truth is None or answer is None or answer.outcome != "answered":
            continue
        for number, (truth, read) in enumerate(pages_of(document, answer), 1):
            parts = metric.parts(truth, read, STANDARD)
            value = float(metric.value(np.array(parts))) if parts is not None else np.nan
            if number <= document.pages and not np.isnan(value):
                found.append(WorstPage(document, number, value, truth, read))
    sign = 1 if metric.higher_is_better else -1
    return sorted(found, key=lambda page: (sign * page.value, page.document.id, page.page))[:count]


def worst(figures: Figures, pages: Mapping[str, Sequence[WorstPage]]) -> Markup:
    """Pictures of the worst pages, with what is on them and what was read."""
    parts: list[Child] = [
        note(
            "What a provider left out or read wrong is ",
            tag("mark", "marked so", class_="missed"),
            " in the true text, and what it put in its place ",
            tag("mark", "so", class_="wrong"),
            " in its own. Where the true text has no reading order, words are marked that the other side does not have "
            "as often.",
        )
    ]
    for name, found in pages.items():
        if found:
            parts.append(tag("h3", f"{name}: its worst pages"))
        for page in found:
            true, read = marked(page.truth.text, page.answer.text, ordered=page.truth.order)
            title = METRICS[figures.primary].title
            heading = f"{page.document.id}, page {page.page}: {title} {page.value:.1f} %"
            sides = (("What is on the page", true), (f"What {name} read", read))
            parts.append(_page(heading, page.document, page.page, sides))
    if not any(pages.values()):
        parts = [note("No page can be shown: none has a known text, or the plan keeps them private.")]
    return join(*parts)


def blind(pages: Sequence[BlindPage], tallies: Sequence[Tally]) -> Markup:
    """Two answers over each page, without names, and votes."""
    if not pages:
        return note("No page can be shown: no two providers read one differently, or the plan keeps them private.")
    parts: list[Child] = [
        tag(
            "p",
            "Judge for yourself: each page stands beside the answers of two providers. The lot decided which ones, and "
            "on which side. The file does not hold their names. Words that the other answer does not have as often are "
            "",
            tag("mark", "marked", class_="wrong"),
            ". Save your votes and give them to ",
            tag("code", "ppocr-server compare report --votes votes.json"),
            ", which counts them and says whose they were. Or save this page with the votes in it.",
        )
    ]
    for page in pages:
        left, right = marked(*page.texts, ordered=False)
        title = f"Page {page.name.removeprefix('page-')} of {len(pages)}"
        choices = [
            tag("label", tag("input", type="radio", name=page.name, value=value), f" {says}") for value, says in CHOICES
        ]
        vote = tag("fieldset", tag("legend", "Which would you rather work with?"), *choices, class_="vote")
        sides = (("Answer A", _even(left)), ("Answer B", _even(right)))
        parts.append(_page(title, page.document, page.page, sides, vote))
    parts.append(
        tag(
            "p",
            tag("button", "Save the votes", type="button", id="save-votes"),
            tag("button", "Save this page with the votes", type="button", id="save-page"),
        )
    )
    return join(_counted(tallies), *parts)


def _counted(tallies: Sequence[Tally]) -> Markup | None:
    if not tallies:
        return None
    rows: list[list[Child]] = [
        [
            f"{each.one} and {each.other}",
            str(each.for_one),
            str(each.for_other),
            str(each.same),
            str(each.neither),
            f"{each.p:.3f}",
        ]
        for each in tallies
    ]
    return join(
        tag("h3", "Votes"),
        table(["Providers", "For the first", "For the second", "No difference", "Neither", "p"], rows, range(1, 6)),
        note("p of the two-sided sign test over the votes for one of the two, of each pair by itself."),
    )


def _even(text: Markup) -> Markup:
    """Both sides are marked alike: neither is the truth."""
    return Markup(text.replace('class="missed"', 'class="wrong"'))


def _page(
    title: str, document: Document, page: int, sides: Sequence[tuple[str, Markup]], below: Markup | None = None
) -> Markup:
    texts = [
        tag("div", tag("div", name, class_="label"), tag("div", text, class_="text", dir="auto"))
        for name, text in sides
    ]
    return tag(
        "div",
        tag("div", title, class_="label"),
        tag("div", tag("div", picture(document, page)), *texts, class_="beside"),
        below,
        class_="page",
    )
