"""Reads YAML strictly: a repeated key in a mapping is an error. PyYAML would silently take the last value."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import yaml
from yaml.parser import ParserError
from yaml.scanner import ScannerError

from models.errors import OcrError

Node: TypeAlias = "dict[str, Node] | list[Node] | str | int | float | bool | None"

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it: a dictionary of 18,000 characters takes 0.1 s instead of 2."""

_TEXT_LOADER: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

MAX_DEPTH = 100
"""Levels of nesting, those behind aliases included. libyaml recurses, and a deeper document would crash the process."""

MAX_VALUES = 1_000_000
"""Values of a document. One behind an alias counts each time, as a reader meets it."""

_NO_VALUE = (ValueError, KeyError, IndexError, AttributeError)
"""PyYAML raises these for a scalar that its tag cannot read, such as ``!!int x``, ``!!bool x`` or ``!!timestamp x``."""

_MERGE_TAG = "tag:yaml.org,2002:merge"
_VALUE_TAG = "tag:yaml.org,2002:value"


@dataclass(slots=True)
class _Extent:
    """The size of a value.

    Attributes:
        anchor: its name for aliases.
        values: itself and all that it holds.
        depth: levels of mappings and lists that it holds; 0 for a scalar.
    """

    anchor: str | None = None
    values: int = 1
    depth: int = 0


_NOTHING = _Extent(values=0)


class InvalidYaml(OcrError):
    """A text is not one YAML document. The message is a sentence without its subject, and quotes no value."""


class RepeatedKey(InvalidYaml):
    """A mapping has a key twice. The message names the key and both lines."""


def load_yaml(content: str | bytes, *, only_text: bool = False) -> Node:
    """Parse one YAML document, safely. Anchors and merge keys work. A key may override a merged key.

    Args:
        content: the document; bytes are UTF-8, or UTF-16 with a byte order mark.
        only_text: whether every scalar stays the text that it is, such as ``0123``. Merge keys are then ordinary keys.

    Returns:
        The content of the document; None for an empty one.

    Raises:
        RepeatedKey: a mapping, at any depth, has two keys that are equal after reading (``1`` and ``0x1``).
        InvalidYaml: the text is not YAML, is more than one document, or exceeds `MAX_DEPTH` or `MAX_VALUES`.
    """
    try:
        _refuse_large(yaml.parse(content, _TEXT_LOADER if only_text else _LOADER))
        loader = (_TEXT_LOADER if only_text else _LOADER)(content)
        try:
            root = loader.get_single_node()
            if root is None:
                return None
            _refuse_repeated_keys(loader, root)
            values: Node = loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise InvalidYaml(_describe(error)) from None  # the cause would quote the line, which may hold a secret
    except _NO_VALUE:
        raise InvalidYaml("holds a number, date or character that does not exist; put text in quotes.") from None
    return values


def _refuse_large(events: Iterable[yaml.Event]) -> None:
    """Measure a document while it is parsed, before anything is built from it."""
    inside, anchored = [_Extent()], dict[str, _Extent]()
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            inside.append(_Extent(event.anchor))
            extent = _NOTHING
        elif isinstance(event, yaml.CollectionEndEvent):
            extent = inside.pop()
        elif isinstance(event, yaml.ScalarEvent):
            extent = _Extent(event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            # The alias of a value that is still open leads back into it, and adds nothing that is not counted.
            extent = replace(anchored.get(event.anchor or "", _NOTHING), anchor=None)
        else:
            continue
        if extent.anchor is not None:
            anchored[extent.anchor] = extent
        inside[-1].values += extent.values
        inside[-1].depth = max(inside[-1].depth, 1 + extent.depth)
        if len(inside) - 1 + extent.depth > MAX_DEPTH:
            raise InvalidYaml(f"is nested deeper than {MAX_DEPTH} levels.")
        if inside[-1].values > MAX_VALUES:
            raise InvalidYaml(f"holds more than {MAX_VALUES} values, each counted again where an alias repeats it.")


def _refuse_repeated_keys(loader: yaml.BaseLoader | yaml.SafeLoader, root: yaml.Node) -> None:
    """Compare keys as they are written, before the loader adds merged keys."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            _compare_keys(loader, node)
            waiting.extend(part for pair in reversed(node.value) for part in reversed(pair))
        else:
            waiting.extend(reversed(node.value))


def _compare_keys(loader: yaml.BaseLoader | yaml.SafeLoader, mapping: yaml.MappingNode) -> None:
    lines: dict[Hashable, int] = {}
    for key, _ in mapping.value:
        if not isinstance(key, yaml.ScalarNode):
            continue  # the loader refuses such a key itself: no Python mapping can have it
        value, line = _read_key(loader, key), key.start_mark.line + 1
        if value in lines:
            raise RepeatedKey(f"line {line} repeats the key {key.value!r} of line {lines[value]}; keep one of them.")
        lines[value] = line


def _read_key(loader: yaml.BaseLoader | yaml.SafeLoader, key: yaml.ScalarNode) -> Hashable:
    """The key as the loader will read it. PyYAML cannot construct two kinds of keys, which have rules of their own."""
    if key.tag == _MERGE_TAG:
        return (_MERGE_TAG,)
    if key.tag == _VALUE_TAG:
        return str(key.value)
    value: Hashable = loader.construct_object(key, deep=True)
    return value


def _describe(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" near line {mark.line + 1}" if mark else ""
    # libyaml's scanner and parser describe what they expected in their own words. All other errors quote the document.
    worded = isinstance(error, ScannerError | ParserError) and yaml.__with_libyaml__
    problem = f": {getattr(error, 'problem', '')}" if worded else ""
    return f"is not valid YAML{place}{problem}."
