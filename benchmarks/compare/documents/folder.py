"""Any folder of images and PDF files. A file beside one, with the same name but its ending, says what is on it.

The endings are `.txt`, `.json`, `.hocr`, `.truth.hocr` and `.html`, and `.xml` for ALTO and PAGE. Such files may also
lie in a folder of their own, which the key ``truth`` names. A document without such a file has no known text: providers
are compared with each other.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.compare.documents import hocr, json_truth, plain_text, xml_truth
from benchmarks.compare.documents.base import IMAGES, PDF, Found, WrongDocuments, files, page_size
from benchmarks.compare.model import Truth

KEYS = frozenset({"truth"})
Reader = Callable[[Path, tuple[int, int]], Truth]
READERS: dict[str, Reader] = {
    ".txt": plain_text.read,
    ".json": json_truth.read,
    ".hocr": hocr.read,
    ".truth.hocr": hocr.read,
    ".html": hocr.read,
    ".xml": xml_truth.read,
}


def find(root: Path, source: Mapping[str, Any]) -> Iterator[Found]:
    """Images and PDF files with what is on them."""
    named = source.get("truth")
    if named is not None and not (isinstance(named, str) and Path(named).is_dir()):
        raise WrongDocuments(f"documents: truth must name a folder, not {named!r}.")
    for path in files(root, IMAGES | {PDF}):
        beside = Path(named) / path.relative_to(root) if named else path
        yield Found(path, truth_of(path, beside))


def truth_of(path: Path, beside: Path) -> Truth | None:
    """What the file says that lies beside one, if there is any."""
    size = (0, 0) if path.suffix.lower() == PDF else page_size(path)
    for ending, read in READERS.items():
        file = beside.with_suffix(ending)
        if not file.is_file():
            continue
        try:
            return read(file, size)
        except (ValueError, KeyError, TypeError, SyntaxError) as error:
            reason = type(error).__name__
            raise WrongDocuments(f"documents: {file} is no truth that can be read ({reason}).") from error
    return None
