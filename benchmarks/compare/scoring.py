"""From documents and answers to the parts of every metric, document by document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare.metrics.base import Metric, Parts
from benchmarks.compare.metrics.normalise import STANDARD, Normalisation
from benchmarks.compare.model import Answer, AnswerPage, Document, TruthPage

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """What one provider has in one metric.

    Attributes:
        documents: ids, in the order of the rows.
        parts: float64 (documents, k): parts of the metric, over the pages of a document, the mean of its repeats.
    """

    documents: tuple[str, ...]
    parts: Array

    def of(self, documents: Sequence[str]) -> Array:
        """The rows of these documents, in this order."""
        row = {name: place for place, name in enumerate(self.documents)}
        return self.parts[[row[name] for name in documents]]


class Scoring:
    """Scores documents, and remembers what it found: several metrics and tables are made of the same parts."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = tuple(documents)
        self._found: dict[tuple[object, ...], Parts | None] = {}

    def score(
        self,
        metric: Metric,
        answers: Mapping[str, Sequence[Answer]],
        normalisation: Normalisation = STANDARD,
        category: str | None = None,
    ) -> Scores | None:
        """One provider in one metric. A document that was not answered counts as one of which nothing was read.

        Args:
            metric: to take.
            answers: the provider's answers to each document, by its id. Documents without any are left out.
            normalisation: of texts.
            category: takes documents of this category alone.

        Returns:
            None where no document has what the metric needs, or none of the provider's answers has.
        """
        pages = [page for given in answers.values() for answer in given for page in answer.pages]
        if pages and not any(map(metric.told_by, pages)):
            return None
        names, rows = [], []
        for document in self.documents:
            if document.truth is None or category not in (None, document.category):
                continue
            found = [self.parts(metric, document, answer, normalisation) for answer in answers.get(document.id, ())]
            known = [parts for parts in found if parts is not None]
            if known and len(known) == len(found):
                names.append(document.id)
                rows.append(np.mean(known, axis=0))
        return Scores(tuple(names), np.array(rows)) if rows else None

    def parts(
        self, metric: Metric, document: Document, answer: Answer, normalisation: Normalisation = STANDARD
    ) -> Parts | None:
        """Sums over the pages that have what the metric needs; None where none has."""
        key = (metric.parts, normalisation.name, answer.provider, answer.document, answer.repeat)
        if key not in self._found:
            pages = [metric.parts(page, read, normalisation) for page, read in pages_of(document, answer)]
            known = [parts for parts in pages if parts is not None]
            self._found[key] = tuple(map(sum, zip(*known, strict=True))) if known else None
        return self._found[key]


def in_common(scores: Iterable[Scores]) -> list[str]:
    """Documents that all have, in the order of the first."""
    found = list(scores)
    common = set.intersection(*(set(each.documents) for each in found)) if found else set()
    return [name for name in found[0].documents if name in common] if found else []


def pages_of(document: Document, answer: Answer) -> list[tuple[TruthPage, AnswerPage]]:
    """Pages beside what was read on them: nothing, where a page is missing; extra pages stand beside empty ones."""
    truth = document.truth.pages if document.truth else ()
    read = {page.number: page for page in answer.pages} if answer.outcome == "answered" else {}
    extra = sorted(number for number in read if number > len(truth))
    answered = [read.get(number, AnswerPage(number, "")) for number in range(1, len(truth) + 1)]
    pairs = zip_longest(truth, [*answered, *(read[number] for number in extra)])
    return [(_without_places(document, page), beside) for page, beside in pairs]


def _without_places(document: Document, page: TruthPage | None) -> TruthPage:
    if page is None:
        return TruthPage(0, 0, "", order=True)
    if document.kind == "image":
        return page
    # Every provider draws PDF pages at a size of its own, so places cannot be compared.
    lines = tuple(replace(line, polygon=None) for line in page.lines)
    return replace(page, lines=lines, words=tuple(replace(word, polygon=None) for word in page.words))
