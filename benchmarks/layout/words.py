"""Sentences, headings, names and amounts by chance. No sentence comes twice in a document."""

from collections.abc import Callable

import numpy as np

from tests.layout.ink import CHINESE, WORDS

_ADJECTIVES = (  # noqa: SIM905  words are read more easily as text
    "quiet narrow ancient northern brittle famous hollow steady crooked distant generous ordinary patient remarkable "
    "shallow uncertain vertical wooden curious independent considerable international temporary"
).split()
_VERBS = (  # noqa: SIM905
    "follows measures replaces describes carries surrounds improves collects supports exceeds contradicts illustrates "
    "interrupts remembers transforms represents determines approaches"
).split()
_JOINS = ["while", "because", "although", "so that", "and", "whereas", "until"]
_PLACES = ["near", "behind", "above", "without", "inside", "beyond", "beside", "before"]
_TOPICS = (  # noqa: SIM905
    "Introduction Method Results Discussion Background Experiments Measurements Conclusion Outlook Materials Limits "
    "Assumptions Observations Comparison Evaluation Implementation Motivation Definitions"
).split()
_FIRST = ["Anna", "Boris", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas", "Karla", "Leon"]
_LAST = ["Albrecht", "Bergmann", "Castelli", "Dubois", "Eriksen", "Fontaine", "Garcia", "Holm", "Ivanov", "Jansen"]


class Writer:
    """Writes for one document.

    Args:
        rng: where its chance comes from.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._used: set[str] = set()

    def sentence(self, clauses: int | None = None) -> str:
        """A sentence of eight to thirty words."""
        count = clauses or int(self.rng.integers(1, 4))
        return self._new(lambda: self._capital(self._clauses(count)) + ".")

    def sentences(self, low: int, high: int) -> list[str]:
        """So many sentences, ``high`` not included."""
        return [self.sentence() for _ in range(int(self.rng.integers(low, high)))]

    def topic(self) -> str:
        """A heading of one or two words."""
        return self._new(lambda: f"{self.one_of(_TOPICS)}" if self.rng.random() < 0.4 else self.title(2))

    def title(self, words: int) -> str:
        """So many words, with a capital."""
        return self._new(lambda: self._capital(" ".join([self.one_of(_ADJECTIVES), *self.nouns(words - 1)])))

    def item(self) -> str:
        """The name of a thing that is sold or counted."""
        return self._new(lambda: self._capital(" ".join(self.nouns(int(self.rng.integers(1, 4))))))

    def person(self) -> str:
        """A first name and a last name."""
        return self._new(lambda: f"{self.one_of(_FIRST)} {self.one_of(_LAST)}")

    def nouns(self, count: int) -> list[str]:
        """Words for things."""
        return [str(word) for word in self.rng.choice(WORDS, count, replace=False)]

    def amount(self, high: int = 1_000_000, decimals: int = 0) -> str:
        """A number with commas between thousands; one in eight is negative, in brackets."""
        value = float(self.rng.integers(1, high)) / 10**decimals
        text = f"{value:,.{decimals}f}"
        return f"({text})" if self.rng.random() < 0.125 else text

    def price(self, high: int = 2000) -> str:
        """An amount with cents, never negative."""
        return f"{float(self.rng.integers(100, high * 100)) / 100:,.2f}"

    def chinese(self, low: int = 12, high: int = 30) -> str:
        """A sentence of Chinese characters, with a full stop of its own."""
        return self._new(lambda: self.characters(int(self.rng.integers(low, high))) + "。")

    def characters(self, count: int) -> str:
        """So many Chinese characters."""
        return "".join(self.rng.choice(list(CHINESE), count))

    def one_of(self, choices: list[str]) -> str:
        """One of them."""
        return str(self.rng.choice(choices))

    def _clauses(self, count: int) -> str:
        parts = [self._clause()]
        parts += [f"{self.one_of(_JOINS)} {self._clause()}" for _ in range(count - 1)]
        return " ".join(parts)

    def _clause(self) -> str:
        first, second, third = self.nouns(3)
        text = f"the {self.one_of(_ADJECTIVES)} {first} {self.one_of(_VERBS)} the {second}"
        if self.rng.random() < 0.6:
            text += f" {self.one_of(_PLACES)} the {self.one_of(_ADJECTIVES)} {third}"
        if self.rng.random() < 0.15:
            text += f" ({self.one_of(_ADJECTIVES)} in {int(self.rng.integers(1960, 2024))})"
        return text

    def _capital(self, text: str) -> str:
        return text[0].upper() + text[1:]

    def _new(self, make: Callable[[], str]) -> str:
        while (text := make()) in self._used:
            pass
        self._used.add(text)
        return text
