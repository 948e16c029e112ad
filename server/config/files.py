"""Finds and reads configuration files, and resolves the paths that they name."""

import os
from pathlib import Path

from models.descriptions.regular_file import read_regular_file
from models.descriptions.yaml_file import InvalidYaml, load_yaml
from server.config.base import ConfigurationError

DEFAULT_FILE = "default.yaml"
MANIFEST_FILE = "models.yaml"


def packaged_file(name: str) -> Path:
    """Find a file of ``configs/``. It is beside this package in a source tree, and inside it when installed."""
    package = Path(__file__).parents[1]
    installed = package / "configs" / name
    return installed if installed.exists() else package.parent / "configs" / name


def read_mapping(path: Path) -> dict[str, object]:
    """Read a YAML file whose top level is a mapping. An empty file is an empty mapping.

    Raises:
        ConfigurationError: the file cannot be read, is not YAML, repeats a key, or holds something else.
    """
    try:
        content = load_yaml(read_regular_file(path))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}.") from error
    except InvalidYaml as error:
        raise ConfigurationError(f"{path}: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise ConfigurationError(f"{path}: must hold 'key: value' lines at its top level.")
    return dict(content)


def locate(written: Path, file: Path | None) -> Path:
    """Resolve a path that a configuration names.

    A relative path is relative to the current directory, as in PaddleX. If it does not exist there, it is relative to
    the directory of the file that names it.
    """
    if file is None or written.is_absolute() or exists(written):
        return written
    beside = file.parent / written
    return beside if exists(beside) else written


def exists(path: Path) -> bool:
    """Whether a path exists. pathlib's own method raises an error where the system does not let us look."""
    return os.path.exists(path)  # noqa: PTH110
