"""What is known of a model directory's files: the record that a pull leaves, their hashes, and their atomic arrival."""

import hashlib
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Literal

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from models.descriptions.model_directory import ONNX_FILE, PADDLE_PARAMETERS, ModelFormat
from models.descriptions.yaml_file import InvalidYaml, load_yaml
from models.errors import WeightsMismatch
from models.store.manifest import ManifestEntry, Source

RECORD_FILE = "weights.lock.yml"

PARAMETER_FILES: dict[ModelFormat, str] = {"onnx": ONNX_FILE, "paddle": PADDLE_PARAMETERS}
"""The file that holds a model's weights, by format."""

Trust = Literal["published", "recorded", "unknown"]
"""What a file was compared with: a published hash, the one recorded at the first pull, or nothing."""


@dataclass(frozen=True)
class FileRecord:
    """A file as it was pulled. ``published`` says that its hash is the manifest's, not merely what arrived."""

    size: int
    sha256: str
    published: bool


@dataclass(frozen=True)
class PullRecord:
    """Where a model directory came from and what was in it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")
    model: str
    source: str
    files: dict[str, FileRecord]


def make_record(directory: Path, model: str, source: Source) -> PullRecord:
    """Hash freshly fetched files, compare them with the source's published values and write the record beside them.

    Raises:
        WeightsMismatch: a file is not the published one.
    """
    records = {}
    for file in sorted(path for path in directory.iterdir() if path.name != RECORD_FILE):
        expected = source.files[file.name].sha256 if file.name in source.files else None
        actual = sha256_of(file)
        if expected is not None and actual != expected:
            raise WeightsMismatch(_mismatch(f"{file.name} of {model} from {source}", actual, {expected}))
        records[file.name] = FileRecord(file.stat().st_size, actual, expected is not None)
    record = PullRecord(model, str(source), records)
    (directory / RECORD_FILE).write_text(yaml.safe_dump(asdict(record), sort_keys=False), encoding="utf-8")
    return record


def read_record(directory: Path) -> PullRecord | None:
    """The record a pull left; None for a directory that was put there by hand.

    Raises:
        WeightsMismatch: the record cannot be read.
    """
    file = directory / RECORD_FILE
    if not file.is_file():
        return None
    try:
        return TypeAdapter(PullRecord).validate_python(load_yaml(file.read_bytes()))
    except InvalidYaml as error:
        raise WeightsMismatch(f"{file} is malformed; pull the model again: {error}") from error
    except ValidationError as error:
        raise WeightsMismatch(f"{file} is malformed; pull the model again.") from error


def verify_files(directory: Path, model_format: ModelFormat, entry: ManifestEntry | None) -> dict[str, Trust]:
    """Hash a model directory's files and compare them with all that is known of them.

    A pulled directory must be what its record says. Weights, pulled or copied there, must have a published hash where
    the manifest leaves none open.

    Raises:
        WeightsMismatch: a file is missing, truncated or another one.
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
    """SHA-256 of a file in lower-case hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def replace_directory(new: Path, target: Path) -> None:
    """Put a complete directory in its place: all of it or nothing, also after a power cut.

    The caller holds the target's lock. What was there before is removed.
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
