"""Records, verifies and installs the files of a model directory. A pull leaves a record with the files' hashes."""

import hashlib
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Literal

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from models.descriptions.model_directory import ONNX_FILE, PADDLE_PARAMETERS, ModelFormat
from models.descriptions.regular_file import read_regular_file
from models.descriptions.yaml_file import InvalidYaml, load_yaml
from models.errors import WeightsMismatch
from models.store.manifest import ManifestEntry, Source

RECORD_FILE = "weights.lock.yml"

PARAMETER_FILES: dict[ModelFormat, str] = {"onnx": ONNX_FILE, "paddle": PADDLE_PARAMETERS}
"""The file with a model's weights, by format."""

Trust = Literal["published", "recorded", "unknown"]
"""The hash that a file was compared with: a published one, the one recorded at the first pull, or none."""


@dataclass(frozen=True)
class FileRecord:
    """A pulled file. ``published`` tells whether the manifest has its hash; if not, it is only the hash of the pull."""

    size: int
    sha256: str
    published: bool


@dataclass(frozen=True)
class PullRecord:
    """The record of a pull: the model, its source and its files."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")
    model: str
    source: str
    files: dict[str, FileRecord]


def make_record(directory: Path, model: str, source: Source) -> PullRecord:
    """Hash newly fetched files, compare them with the source's published hashes, and write the record beside them.

    Raises:
        WeightsMismatch: a file is not the published one.
    """
    records = {}
    for file in sorted(path for path in directory.iterdir() if path.name != RECORD_FILE):
        expected = source.files[file.name].installed_sha256 if file.name in source.files else None
        actual = sha256_of(file)
        if expected is not None and actual != expected:
            raise WeightsMismatch(_mismatch(f"{file.name} of {model} from {source}", actual, {expected}))
        records[file.name] = FileRecord(file.stat().st_size, actual, expected is not None)
    record = PullRecord(model, str(source), records)
    (directory / RECORD_FILE).write_text(yaml.safe_dump(asdict(record), sort_keys=False), encoding="utf-8")
    return record


def read_record(directory: Path) -> PullRecord | None:
    """The record that a pull left; None for a directory that somebody copied to its place.

    Raises:
        WeightsMismatch: the record cannot be read.
    """
    file = directory / RECORD_FILE
    if not file.is_file():
        return None
    try:
        return TypeAdapter(PullRecord).validate_python(load_yaml(read_regular_file(file)))
    except OSError as error:
        raise WeightsMismatch(f"{file} cannot be read: {error.strerror}.") from error
    except InvalidYaml as error:
        raise WeightsMismatch(f"{file} is malformed; pull the model again: {error}") from error
    except ValidationError as error:
        raise WeightsMismatch(f"{file} is malformed; pull the model again.") from error


def verify_files(directory: Path, model_format: ModelFormat, entry: ManifestEntry | None) -> dict[str, Trust]:
    """Hash the files of a model directory and compare them with all known hashes.

    A pulled directory must agree with its record. If every source in the manifest has a hash, the weights must have one
    of these hashes, whether they were pulled or copied.

    Raises:
        WeightsMismatch: a file is missing, truncated or different.
    """
    record = read_record(directory)
    trust: dict[str, Trust] = _verify_record(directory, record) if record else {}
    weights = PARAMETER_FILES[model_format]
    actual = record.files[weights].sha256 if record and weights in record.files else sha256_of(directory / weights)
    published = entry.published_hashes(weights) if entry else frozenset()
    if entry and entry.is_pinned(weights) and actual not in published:
        raise WeightsMismatch(_mismatch(str(directory / weights), actual, published))
    if actual in published:
        trust[weights] = "published"
    return {weights: "unknown", **trust}


def _verify_record(directory: Path, record: PullRecord) -> dict[str, Trust]:
    for name, expected in record.files.items():
        file = directory / name
        if not file.is_file():
            raise WeightsMismatch(f"{file} is missing; pull the model again.")
        if file.stat().st_size != expected.size:
            raise WeightsMismatch(
                f"{file} has {file.stat().st_size} bytes instead of {expected.size}: it is truncated or was replaced. "
                "It is not loaded; pull the model again."
            )
        actual = sha256_of(file)
        if actual != expected.sha256:
            raise WeightsMismatch(_mismatch(str(file), actual, {expected.sha256}))
    return {name: "published" if file.published else "recorded" for name, file in record.files.items()}


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file in lower-case hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def replace_directory(new: Path, target: Path) -> None:
    """Put a complete directory in its place. After a power cut, either all of it is there or nothing.

    The caller holds the target's lock. A directory that was there before is removed.
    """
    for file in new.iterdir():
        _sync(file)
    _sync(new)
    if target.exists():
        old = new.with_name(f"{new.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        new.rename(target)
        shutil.rmtree(old)
    else:
        new.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mismatch(what: str, actual: str, expected: frozenset[str] | set[str]) -> str:
    return (
        f"{what} has the SHA-256 {actual} instead of {' or '.join(sorted(expected))}: it is damaged or another file. "
        "It is not loaded. Remove it and pull the model again; for weights of your own set the module's model_dir."
    )
