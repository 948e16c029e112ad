"""Directories for compiled models. A directory's name is a key of everything that the compiled model depends on."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

from models.machine import Gpu

logger = logging.getLogger(__name__)

_KEY_LENGTH = 24
"""The number of hexadecimal digits of a key: 96 bits."""


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
