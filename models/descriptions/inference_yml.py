"""Typed look-ups in a PaddleX `inference.yml`. Errors about missing or malformed values name the file and the key."""

import re
from dataclasses import dataclass
from pathlib import Path

from models.descriptions.regular_file import read_regular_file
from models.descriptions.yaml_file import InvalidYaml, Node, load_yaml
from models.errors import InvalidModelDirectory

_FRACTION = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*/\s*(\d+\.?\d*|\.\d+)\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping at some place in the file.

    Attributes:
        file: the file, for messages.
        key: dotted path of this mapping in the file; empty at the top.
        values: its content.
    """

    file: Path
    key: str
    values: dict[str, Node]

    def error(self, key: str, problem: str) -> InvalidModelDirectory:
        """Make the error about one of this section's keys."""
        return InvalidModelDirectory(f"{self.file}: {self._path(key)} {problem}.")

    def section(self, key: str) -> "Section":
        """A mapping below this one. A missing or null mapping is empty."""
        value = self.values.get(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.error(key, "must be a mapping")
        return Section(self.file, self._path(key), value)

    def operations(self, key: str) -> dict[str, "Section"]:
        """A list of mappings with one key (``- ResizeImage: {...}``), by that key."""
        found = {}
        for index, item in enumerate(self._list(key) if self.values.get(key) is not None else []):
            if not isinstance(item, dict) or len(item) != 1:
                raise self.error(f"{key}[{index}]", "must be a mapping with one key, the operation's name")
            (name,) = item
            found[str(name)] = Section(self.file, self._path(f"{key}[{index}]"), item).section(name)
        return found

    def number(self, key: str, default: float) -> float:
        """A finite number. Text may hold a decimal number or a fraction such as ``1./255.``; it is not evaluated."""
        value = self.values.get(key)
        if value is None:
            return default
        number = _to_number(value)
        if number is None:
            raise self.error(key, f"must be a number, not {value!r}")
        return number

    def triple(self, key: str, default: tuple[float, float, float]) -> tuple[float, float, float]:
        """Three numbers, one for each channel. A single number stands for all three."""
        value = self.values.get(key)
        if value is None:
            return default
        items = value if isinstance(value, list) else [value] * 3
        numbers = [number for item in items if (number := _to_number(item)) is not None]
        if len(items) != 3 or len(numbers) != 3:
            raise self.error(key, f"must be three numbers, not {value!r}")
        return numbers[0], numbers[1], numbers[2]

    def integers(self, key: str) -> tuple[int, ...]:
        """Positive integers. A single integer gives a tuple of one."""
        value = self.values.get(key)
        items = value if isinstance(value, list) else [value]
        integers = tuple(item for item in items if isinstance(item, int) and not isinstance(item, bool) and item > 0)
        if not items or len(integers) != len(items):
            raise self.error(key, f"must be positive integers, not {value!r}")
        return integers

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts. An item that YAML would read as another type must be quoted in the file."""
        items = self._list(key)
        texts = tuple(item for item in items if isinstance(item, str))
        if len(texts) != len(items):
            index, item = next((i, item) for i, item in enumerate(items) if not isinstance(item, str))
            raise self.error(f"{key}[{index}]", f"must be text (put it in quotes), not {item!r}")
        return texts

    def text(self, key: str, default: str) -> str:
        """One text."""
        value = self.values.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.error(key, f"must be text, not {value!r}")
        return value

    def _list(self, key: str) -> list[Node]:
        value = self.values.get(key)
        if not isinstance(value, list):
            raise self.error(key, "must be a list")
        return value

    def _path(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key


def read_inference_yml(file: Path) -> Section:
    """Read a whole `inference.yml`.

    Raises:
        InvalidModelDirectory: it cannot be read, is not YAML, repeats a key, or is not a mapping.
    """
    try:
        values = load_yaml(read_regular_file(file))
    except OSError as error:
        raise InvalidModelDirectory(f"{file}: cannot be read: {error.strerror}.") from error
    except InvalidYaml as error:
        raise InvalidModelDirectory(f"{file}: {error}") from error
    if not isinstance(values, dict):
        raise InvalidModelDirectory(f"{file}: must be a mapping with the keys PreProcess and PostProcess.")
    return Section(file, "", values)


def _to_number(value: Node) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and (fraction := _FRACTION.fullmatch(value)):
        divisor = float(fraction[2])
        return float(fraction[1]) / divisor if divisor else None
    if not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None
