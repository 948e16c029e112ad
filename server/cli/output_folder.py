"""Makes the folders that a command writes into, or says why they cannot be used."""

import os
from pathlib import Path

from server.cli.failures import Misconfigured


def make_folder(folder: Path, option: str) -> None:
    """Make a folder if it is missing.

    Args:
        folder: to write into.
        option: of the command line, for the error.

    Raises:
        Misconfigured: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"{option}: '{folder}' cannot be a folder for results: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Misconfigured(f"{option}: '{folder}' cannot be written to.")
