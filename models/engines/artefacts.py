"""Where a model that was compiled for one device is kept: a directory whose name is a key of all it depends on."""

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
"""Hexadecimal digits of the key that are kept: 96 bits."""


def artefact_directory(root: Path | None, model: Path, gpu: Gpu, *versions: str) -> Path | None:
    """Make the directory for what is compiled from a model file for a card.

    Args:
        root: see `keyed_directory`.
        model: see `keyed_directory`.
        gpu: the card it is compiled for; its name and driver are part of the key.
        versions: everything else that the result depends on: libraries, precision, shapes.

    Returns:
        See `keyed_directory`.
    """
    return keyed_directory(root, model, gpu.name, str(gpu.driver), *versions)


def keyed_directory(root: Path | None, model: Path, *parts: str) -> Path | None:
    """Make the directory for what is compiled from a model file.

    Args:
        root: the directory of all artefacts; None keeps none.
        model: the file that is compiled; its content is part of the key.
        parts: everything else that the result depends on: device, driver, libraries, precision, shapes.

    Returns:
        The directory, or None where nothing can be kept: every start compiles again then.
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
    """Keep others from compiling into a directory meanwhile: they wait, and then find what was compiled.

    The operating system frees the lock of a process that dies.

    Args:
        directory: from `keyed_directory`. One that cannot be written to is only read, and needs no lock.
    """
    if directory is None or not os.access(directory.parent, os.W_OK):
        yield
        return
    with FileLock(directory.with_name(f"{directory.name}.lock")):
        yield
