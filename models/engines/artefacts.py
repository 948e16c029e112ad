"""Directories for compiled models. A directory's name is a key of everything that the compiled model depends on."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path

from filelock import FileLock

from models.machine import Gpu

logger = logging.getLogger(__name__)

_KEY_LENGTH = 24
"""The number of hexadecimal digits of a key: 96 bits."""

SUMS_FILE = "SHA256SUMS"
"""In a directory: the sums of its other files, as ``sha256sum`` writes them."""


def artefact_directory(root: Path | None, model: Path, gpu: Gpu, *versions: str) -> Path | None:
    """Make the directory for the results of compiling a model file for a card.

    Args:
        root: see `keyed_directory`.
        model: see `keyed_directory`.
        gpu: the card. Its name and driver are part of the key.
        versions: everything else that the result depends on: libraries, precision, shapes.

    Returns:
        See `keyed_directory`.
    """
    return keyed_directory(root, model, gpu.name, str(gpu.driver), *versions)


def keyed_directory(root: Path | None, model: Path, *parts: str) -> Path | None:
    """Make the directory for the results of compiling a model file.

    Args:
        root: the directory of all artefacts; None keeps none.
        model: the file that is compiled. Its content is part of the key.
        parts: everything else that the result depends on: device, driver, libraries, precision, shapes.

    Returns:
        The directory; None if nothing can be kept, so that every start compiles again.
    """
    if root is None:
        return None
    key = "|".join((sha256(model.read_bytes()).hexdigest(), *parts))
    directory = root / sha256(key.encode()).hexdigest()[:_KEY_LENGTH]
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        logger.warning("compiled models cannot be kept in %s (%s); every start compiles again", directory, error)
        return None
    return directory


@contextmanager
def compiling(directory: Path | None) -> Iterator[None]:
    """Hold the lock of a directory. Others that want to compile into it wait, and then find the results.

    The operating system frees the lock of a process that dies.

    Args:
        directory: from `keyed_directory`. A directory that cannot be written is only read, and needs no lock.
    """
    if directory is None or not os.access(directory.parent, os.W_OK):
        yield
        return
    with FileLock(directory.with_name(f"{directory.name}.lock")):
        yield


@contextmanager
def verified(directory: Path | None) -> Iterator[Path | None]:
    """Hold the lock of a directory, and give it only with the very files that were written into it.

    A library would load a compiled model whose weights were damaged later, and read pages wrongly without a word. So
    the sums of all files are kept beside them. Files with another sum, or with none, are removed and compiled again.

    Args:
        directory: from `keyed_directory`.

    Yields:
        The directory; None if it cannot be written and holds such files, or was None.
    """
    with compiling(directory):
        if directory is None:
            yield None
            return
        sums = _read_sums(directory)
        strange = [file for file in _files(directory) if sums.get(file.name) != _sum(file)]
        if strange and not os.access(directory, os.W_OK):
            logger.warning("compiled models in %s are damaged and are not used; every start compiles again", directory)
            yield None
            return
        for file in strange:
            logger.warning("a compiled model in %s is damaged or incomplete; it is compiled again", directory)
            file.unlink()
        yield directory
        changed = strange or {file.name for file in _files(directory)} != set(sums)
        if changed and os.access(directory, os.W_OK):
            _write_sums(directory)


def _files(directory: Path) -> Sequence[Path]:
    return [file for file in directory.iterdir() if file.is_file() and not file.name.startswith(SUMS_FILE)]


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _read_sums(directory: Path) -> Mapping[str, str]:
    """The kept sums; none if there are none, or their file is damaged."""
    try:
        lines = (directory / SUMS_FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return {name: sum_ for sum_, _, name in (line.partition("  ") for line in lines)}


def _write_sums(directory: Path) -> None:
    """Keep the sums of all files: a whole file or none."""
    part = directory / f"{SUMS_FILE}.{os.getpid()}"
    try:
        part.write_text("".join(f"{_sum(file)}  {file.name}\n" for file in _files(directory)), encoding="utf-8")
        part.replace(directory / SUMS_FILE)
    except OSError as error:
        logger.warning(
            "the sums of compiled models cannot be kept in %s (%s); every start compiles again", directory, error
        )
