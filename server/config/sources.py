"""Finds the source of each value of a configuration: the default, the file, the environment or the command line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from server.config.files import read_mapping
from server.config.load import SECTION, configured_file
from server.config.lookup import KeyPath
from server.config.overrides import CONFIG_VARIABLE, TOKENS_VARIABLE, from_command_line, from_environment

DEFAULT = "default"
FILE = "file"
_SECRETS = {"tokens": "tokens_file", "keys": "keys_file"}
"""The settings with secrets, and the settings beside them that name a file with more."""


class Sources:
    """The sources of one configuration, read anew.

    Args:
        path: as for `read_configuration`.
        environ: the environment.
        overrides: ``section.key=value`` items of the command line.

    Attributes:
        head: a sentence about the file.

    Raises:
        ConfigurationError: the file or an item is wrong.
    """

    def __init__(self, path: Path | None, environ: Mapping[str, str], overrides: Sequence[str] = ()) -> None:
        file = configured_file(path, environ)
        self._written = {} if file is None else read_mapping(file)
        self._outside = {
            "command line": {override.path: override for override in from_command_line(overrides)},
            "environment": {override.path: override for override in from_environment(environ)},
        }
        items = environ.get(TOKENS_VARIABLE, "").split(",")
        self._in_variable = tuple(item.partition("=")[0].strip() for item in items)
        given = "no file was given" if file is None else f"the file is {file}"
        self.head = f"{given}, from {CONFIG_VARIABLE}" if file is not None and path is None else given

    def of(self, path: KeyPath) -> str:
        """The source of the value at a path, such as ``("ppocr_server", "server", "port")``."""
        if path[0] == SECTION:
            return self._of_setting(path[1:])
        if path == ("Serving", "extra", "url_expires_in") and not self._in_file(path):
            return self._of_setting(("storage", "url_expires_in"))
        return FILE if self._in_file(path) else DEFAULT

    def _of_setting(self, path: KeyPath) -> str:
        if path[:-1] and path[-2] in _SECRETS:
            return self._of_secret(path)
        for kind, given in self._outside.items():
            for end in range(len(path), 0, -1):
                if path[:end] in given:
                    return f"{kind}: {given[path[:end]].origin}"
        # PaddleX's key of this name counts where the section names no engine.
        if path == ("engine", "name") and isinstance(self._written.get("engine"), str):
            return FILE
        return FILE if self._in_file((SECTION, *path)) else DEFAULT

    def _of_secret(self, path: KeyPath) -> str:
        """The source of one token or key. Later sources win by name, as in `server/config/access.py`."""
        *section, kind, name = path
        if kind == "tokens" and name in self._in_variable:
            return f"environment: {TOKENS_VARIABLE}"
        beside = (*section, _SECRETS[kind])
        file_with_more = ".".join(beside) if self._of_setting(beside) != DEFAULT else None
        source = self._of_named(path)
        if source is None:
            return file_with_more or "auth.tokens"
        return f"{source}, unless {file_with_more} has it" if file_with_more else source

    def _of_named(self, path: KeyPath) -> str | None:
        """The source of the setting with this secret; None if the secret is not in the setting."""
        for kind, given in self._outside.items():
            override = given.get(path[:-1])
            if override is not None and isinstance(override.value, Mapping) and path[-1] in override.value:
                return f"{kind}: {override.origin}"
        return FILE if self._in_file((SECTION, *path)) else None

    def _in_file(self, path: KeyPath) -> bool:
        found: object = self._written
        for key in path:
            if not isinstance(found, Mapping) or key not in found:
                return False
            found = found[key]
        return True
