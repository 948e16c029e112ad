"""Downloads that several pulls share. Each wheel is fetched once, and unreachable sources are remembered."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self


class SourceUnavailable(Exception):
    """A source cannot be reached, or does not have the files. The message is for an operator."""


class Downloads:
    """A context that keeps wheels as long as it is open. It is for one thread."""

    def __init__(self) -> None:
        """Nothing is fetched or written before the first call of `wheel`."""
        self._files = ExitStack()
        self._wheels: dict[str, Path] = {}
        self._problems: dict[str, SourceUnavailable] = {}

    def __enter__(self) -> Self:
        """Open the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove all wheels."""
        self._files.close()

    def wheel(self, requirement: str) -> Path:
        """Fetch a wheel by ``name==version``. It is not installed.

        Raises:
            SourceUnavailable: pip cannot get it.
        """
        if requirement not in self._wheels:
            self.reach(requirement, lambda: self._download(requirement))
        return self._wheels[requirement]

    def reach(self, source: str, attempt: Callable[[], None]) -> None:
        """Try to use a source that may not be reachable. If it has failed before, the attempt is not made again.

        Raises:
            SourceUnavailable: the error of this attempt, or of the failed one before.
        """
        if source in self._problems:
            raise self._problems[source]
        try:
            attempt()
        except SourceUnavailable as error:
            self._problems[source] = error
            raise

    def _download(self, requirement: str) -> None:
        folder = self._files.enter_context(TemporaryDirectory(prefix="ppocr-server-"))
        self._wheels[requirement] = _pip_download(requirement, Path(folder))


def _pip_download(requirement: str, folder: Path) -> Path:
    options = ["--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input", "--quiet"]
    command = [sys.executable, "-P", "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = done.stderr.strip().splitlines() or ["pip gave no reason"]
        raise SourceUnavailable(f"pip could not download {requirement}: {lines[-1]}")
    return wheels[0]
