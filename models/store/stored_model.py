"""The state of one model of the manifest on this machine, for lists that people read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.descriptions.model_directory import ModelFormat
from models.errors import WeightsMismatch
from models.store.installation import PARAMETER_FILES, RECORD_FILE, Trust, read_record, verify_files
from models.store.manifest import ManifestEntry, ModelTask

ModelState = Literal["installed", "not_installed", "corrupt"]


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One model of the manifest, and its state on this machine.

    Attributes:
        name: its official name.
        task: the module that it is for.
        licence: of its weights.
        note: facts that an operator should know before choosing it.
        formats: the formats in which it can be pulled.
        sources: the sources of a pull, in order.
        state: ``corrupt`` models are never loaded.
        path: its directory; None if it is not installed.
        installed_format: the format of ``path``.
        origin: the source that it was pulled from; None for a directory that somebody copied to its place.
        trust: the kind of hash that its weights were compared with; None unless it is installed.
        size: bytes of its files on this machine, or else of its first source; None if not known.
        problem: the reason why it is corrupt.
    """

    name: str
    task: ModelTask
    licence: str
    note: str
    formats: tuple[ModelFormat, ...]
    sources: tuple[str, ...]
    state: ModelState = "not_installed"
    path: Path | None = None
    installed_format: ModelFormat | None = None
    origin: str | None = None
    trust: Trust | None = None
    size: int | None = None
    problem: str | None = None


def describe(name: str, entry: ManifestEntry, found: tuple[Path, ModelFormat] | None) -> StoredModel:
    """Describe a model. An installed one is verified."""
    formats = tuple(dict.fromkeys(source.format for source in entry.sources))
    sources = tuple(str(source) for source in entry.sources)
    common = (name, entry.task, entry.licence, entry.note, formats, sources)
    if found is None:
        return StoredModel(*common, size=_download_size(entry))
    path, model_format = found
    size = sum(file.stat().st_size for file in path.iterdir() if file.is_file() and file.name != RECORD_FILE)
    try:
        trust = verify_files(path, model_format, entry)[PARAMETER_FILES[model_format]]
        record = read_record(path)
    except WeightsMismatch as error:
        return StoredModel(*common, "corrupt", path, model_format, None, None, size, str(error))
    return StoredModel(*common, "installed", path, model_format, record.source if record else None, trust, size)


def _download_size(entry: ManifestEntry) -> int | None:
    sizes = [file.size for file in entry.sources[0].files.values() if file.size is not None]
    return sum(sizes) or None
