"""Where configuration files are, and how one is read: the packaged ones, and paths written in an operator's own."""

from pathlib import Path

from models.descriptions.yaml_file import InvalidYaml, load_yaml
from server.config.base import ConfigurationError

DEFAULT_FILE = "default.yaml"
MANIFEST_FILE = "models.yaml"


def packaged_file(name: str) -> Path:
    """Find a file of ``configs/``: beside this package in a source tree, inside it once installed."""
    package = Path(__file__).parents[1]
    installed = package / "configs" / name
    return installed if installed.exists() else package.parent / "configs" / name


def read_mapping(path: Path) -> dict[str, object]:
    """Read a YAML file whose top level is a mapping; an empty file is an empty mapping.

    Raises:
        ConfigurationError: the file cannot be read, is not YAML, repeats a key, or holds something else.
    """
    try:
        content = load_yaml(path.read_bytes())
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

    A relative path is taken from the current directory, as PaddleX does, and where nothing is there from the directory
    of the file that names it.
    """
    path = written.expanduser()
    if file is None or path.is_absolute() or path.exists():
        return path
    beside = file.parent / path
    return beside if beside.exists() else path
