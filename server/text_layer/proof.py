"""Proves what the characters of a document's fonts mean: a few lines are recognised and compared with the layer.

A font may say that its glyph for ``e`` is an ``x``. Nothing in the file tells that from the truth, but the page's
picture does. A font is proven once for a document, and apart for small letters, capital letters, digits and other
scripts.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from models.document import PageResult, TextLine
from server.text_layer.samples import Need, Sample, kind_of

LEAST_ALIKE = 0.8
"""Share of the characters of one kind and font that are recognised as the layer has them. Recognisers make mistakes:
clean print gives 0.97 and more, and a wrong map gives 0.1."""
MOST_ADDED = 0.2
"""Share of a sample's characters that may be recognised beyond the layer's."""
DRIFT = 0.1
"""Share of a sample's characters by which the same character may be further on or back in what was recognised."""
SURE = 0.85
"""A score from which on a recogniser knows the script that it reads."""
MOST_TRIES = 3
"""Pages by which a kind of a font is tried, before all its lines are recognised."""
SAME = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "ı": "i", "ß": "s"}


@dataclass(slots=True)
class _Count:
    """Characters of one need in the samples of a page."""

    shown: int = 0
    alike: int = 0
    unknown: int = 0


class FontProofs:
    """The proofs of the fonts of one document."""

    def __init__(self) -> None:
        self._proven: set[Need] = set()
        self._tries = Counter[Need]()

    def missing(self, needs: Collection[Need]) -> frozenset[Need]:
        """Those needs of a page that are to be proven before the page can be taken."""
        return frozenset(need for need in self.doubtful(needs) if self._tries[need] < MOST_TRIES)

    def doubtful(self, needs: Collection[Need]) -> frozenset[Need]:
        """Those needs of a page that are not proven."""
        return frozenset(need for need in needs if need not in self._proven)

    def learn(self, needs: Collection[Need], samples: Sequence[Sample], read: PageResult) -> None:
        """Compare samples with what was recognised of their sheet.

        Args:
            needs: that are to be proven.
            samples: on the sheet.
            read: the sheet's result.
        """
        counts: defaultdict[Need, _Count] = defaultdict(_Count)
        for sample in samples:
            _compare(sample, _lines_of(sample, read.lines), counts)
        for need in needs:
            count = counts[need]
            self._tries[need] += 1
            known = count.shown - count.unknown
            if count.shown and count.alike >= LEAST_ALIKE * known:
                self._proven.add(need)


def _lines_of(sample: Sample, lines: Sequence[TextLine]) -> list[TextLine]:
    """The recognised lines of a sample, from left to right."""
    top, bottom = sample.row
    inside = [line for line in lines if top <= float(line.quad[:, 1].mean()) < bottom]
    return sorted(inside, key=lambda line: int(line.quad[:, 0].min()))


def _compare(sample: Sample, lines: Sequence[TextLine], counts: "defaultdict[Need, _Count]") -> None:
    shown = [(_folded(text), text, font) for text, font in zip(sample.text, sample.fonts, strict=True)]
    shown = [each for each in shown if each[0]]
    seen = [folded for line in lines for character in line.text if (folded := _folded(character))]
    matcher = SequenceMatcher(None, [folded for folded, _, _ in shown], seen, autojunk=False)
    drift = max(2, round(DRIFT * len(shown)))
    blocks = [block for block in matcher.get_matching_blocks() if abs(block.a - block.b) <= drift]
    alike = {block.a + offset for block in blocks for offset in range(block.size)}
    # Glyphs that the layer leaves out are as bad as wrong ones.
    left_out = len(seen) - len(alike) > MOST_ADDED * len(shown) and len(seen) > len(shown)
    for number, (_, text, font) in enumerate(shown):
        kind = kind_of(text)
        if kind is None:
            continue
        count = counts[font, kind]
        count.shown += 1
        if number in alike and not left_out:
            count.alike += 1
        elif kind == "other" and not left_out and _is_foreign(text, lines):
            count.unknown += 1


def _folded(character: str) -> str:
    """A character without what recognisers mix up: accents, case, and the forms of quotes and dashes."""
    plain = unicodedata.normalize("NFKD", SAME.get(character, character))
    return "".join(each for each in plain.casefold() if not unicodedata.combining(each) and not each.isspace())[:1]


def _is_foreign(character: str, lines: Sequence[TextLine]) -> bool:
    """Whether the recogniser does not know the script of a character: it read no letter of it, and was not sure."""
    script = _script(character)
    if any(_script(each) == script for line in lines for each in line.text if each.isalpha()):
        return False
    letters = sum(len(line.text) for line in lines)
    return letters == 0 or sum(line.score * len(line.text) for line in lines) < SURE * letters


def _script(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN").split()[0]
