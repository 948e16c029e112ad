"""Asks the package index whether it has every locked file of the images, with the sums that are written down."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

LOCKS = Path(__file__).parents[1] / "lock"
PLATFORM = ("--python-platform", "x86_64-unknown-linux-gnu", "--python-version", "3.13", "--only-binary", ":all:")


def check_locks() -> Iterator[str]:
    """Check every lock but the one whose package is in another index. Nothing is downloaded but metadata.

    Yields:
        One line for each lock.

    Raises:
        subprocess.CalledProcessError: a package, or a file with its sum, cannot be had.
    """
    uv = str(Path(sys.executable).with_name("uv"))
    with tempfile.TemporaryDirectory() as environment:
        subprocess.run([uv, "venv", "--quiet", environment], check=True)
        for lock in sorted(LOCKS.glob("*.txt")):
            if "--hash=" not in lock.read_text(encoding="utf-8") or lock.name == "paddlepaddle-gpu.txt":
                continue
            command = [uv, "pip", "install", "--quiet", "--python", environment, "--dry-run", "--no-deps", *PLATFORM]
            subprocess.run([*command, "--require-hashes", "--requirement", str(lock)], check=True)
            yield f"{lock.name}: the index has all of it"
