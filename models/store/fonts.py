"""Fonts on this machine. They lie beside the weights, are fetched from wheels, and are compared with their sums."""

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from models.errors import OcrError, WeightsMismatch
from models.store.downloads import Downloads, SourceUnavailable
from models.store.installation import sha256_of
from models.store.manifest import FontEntry
from models.store.sources import extract

FOLDER = "fonts"
"""In the directory of the model store, and in each local directory."""


class FontNotInstalled(OcrError):
    """A font is not on this machine and cannot be fetched."""


class Fonts:
    """The fonts of a manifest.

    Args:
        entries: by file name.
        directory: the cache of the model store.
        local_directories: searched first and never written to.
        offline: whether the network must not be used.
    """

    def __init__(
        self, entries: Mapping[str, FontEntry], directory: Path, local_directories: Sequence[Path], *, offline: bool
    ) -> None:
        self._entries = entries
        self._directory = directory
        self._local_directories = local_directories
        self._offline = offline

    def find(self) -> Path | None:
        """The first font that is on this machine; None if there is none. It is hashed first.

        Raises:
            WeightsMismatch: it is not the font of the manifest.
        """
        for name, entry in self._entries.items():
            for file in self._places(name):
                if file.is_file():
                    _check(file, entry)
                    return file
        return None

    def pull(self, say: Callable[[str], None], downloads: Downloads) -> None:
        """Install every font that is not on this machine. One that is damaged in the cache is replaced.

        Args:
            say: receives a line at every step.
            downloads: fetches wheels.

        Raises:
            FontNotInstalled: the store is offline, the wheel cannot be had, or the cache cannot be written.
            WeightsMismatch: the wheel or a local directory holds another font. Nothing was installed.
        """
        for name, entry in self._entries.items():
            if not self._is_there(name, entry):
                self._pull(name, entry, say, downloads)

    def _is_there(self, name: str, entry: FontEntry) -> bool:
        *local, own = self._places(name)
        for file in filter(Path.is_file, local):
            _check(file, entry)
            return True
        return own.is_file() and sha256_of(own) == entry.file.sha256

    def _places(self, name: str) -> Iterator[Path]:
        return (folder / FOLDER / name for folder in (*self._local_directories, self._directory))

    def _pull(self, name: str, entry: FontEntry, say: Callable[[str], None], downloads: Downloads) -> None:
        target = self._directory / FOLDER / name
        if self._offline:
            raise FontNotInstalled(
                f"The font {name} is not installed and this machine is set to work offline. Run `ppocr-server models "
                f"pull` on a machine with a network, and copy {FOLDER}/{name} from its cache to {target.parent}."
            )
        say(f"{name}: fetching from PyPI wheel {entry.wheel}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with (
                zipfile.ZipFile(downloads.wheel(entry.wheel)) as archive,
                TemporaryDirectory(dir=target.parent, prefix=".") as folder,
            ):
                fresh = Path(folder) / name
                extract(archive, entry.file, fresh)
                _check(fresh, entry)
                fresh.replace(target)
        except (SourceUnavailable, zipfile.BadZipFile, KeyError, EOFError) as error:
            raise FontNotInstalled(f"The font {name} could not be fetched. {entry.wheel}: {error}.") from error
        except OSError as error:
            raise FontNotInstalled(f"The font {name} cannot be written to {target.parent}: {error}.") from error
        say(f"{name}: installed in {target.parent}")


def _check(file: Path, entry: FontEntry) -> None:
    state = file.stat()
    actual = _sum(file, state.st_size, state.st_mtime_ns)
    if actual != entry.file.sha256:
        raise WeightsMismatch(
            f"{file} has the SHA-256 {actual} instead of {entry.file.sha256}: it is damaged or another file. "
            "It is not used. Remove it, and fetch it with: ppocr-server models pull"
        )


@lru_cache(maxsize=16)
def _sum(file: Path, _size: int, _changed: int) -> str:
    """The sum of a file. It is computed again when the file has changed."""
    return sha256_of(file)
