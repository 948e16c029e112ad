"""From what a plan says to documents, through the one table of formats."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.compare.documents import folder, funsd, generated, icdar2015, sroie, xfund
from benchmarks.compare.documents.base import Found, WrongDocuments, check_keys, document, limited, number
from benchmarks.compare.model import Document


@dataclass(frozen=True, slots=True)
class Format:
    """How documents of one format are found, and the keys that only it has."""

    find: Callable[[Path, Mapping[str, Any]], Iterator[Found]]
    keys: frozenset[str] = frozenset()


FORMATS = {
    "folder": Format(folder.find, folder.KEYS),
    "funsd": Format(funsd.find),
    "sroie": Format(sroie.find),
    "xfund": Format(xfund.find),
    "icdar2015": Format(icdar2015.find),
    "generated": Format(generated.find, generated.KEYS),
}


def load(source: Mapping[str, Any]) -> list[Document]:
    """The documents that one entry of a plan's ``documents`` names.

    Args:
        source: ``format`` (of `FORMATS`), ``path`` (a folder), and, where wanted, ``category`` (default: name of the
            folder, or the kind of a generated page), ``limit`` (the first so many, by name) and
            ``publish`` (false: the report leaves pictures and texts out). Formats have keys of their own.

    Raises:
        WrongDocuments: a key is wrong, a file cannot be read, or there is no document.
    """
    name = source.get("format")
    if not isinstance(name, str) or name not in FORMATS:
        raise WrongDocuments(f"documents: format must be one of {', '.join(FORMATS)}, not {name!r}.")
    path = source.get("path")
    if not isinstance(path, str) or not path:
        raise WrongDocuments(f"documents: path must name a folder, not {path!r}.")
    category = source.get("category", "")
    if not isinstance(category, str):
        raise WrongDocuments(f"documents: category must be text, not {category!r}.")
    if not isinstance(source.get("publish", True), bool):
        raise WrongDocuments(f"documents: publish must be true or false, not {source['publish']!r}.")
    check_keys(source, FORMATS[name].keys)
    root = Path(path)
    limit = number(source, "limit", 1) if "limit" in source else None
    found = limited(FORMATS[name].find(root, source), limit)
    if not found:
        raise WrongDocuments(f"documents: there is no document of the format {name} in {root}.")
    return [document(one, root, category or one.category or root.name) for one in found]
