"""Reads settings from outside the file: environment variables and the command line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.config.base import ConfigurationError
from server.config.lookup import KeyPath, find_field, read_text

ENVIRONMENT_PREFIX = "PPOCR_SERVER__"
CONFIG_VARIABLE = "PPOCR_SERVER_CONFIG"
TOKENS_VARIABLE = "PPOCR_SERVER_TOKENS"


@dataclass(frozen=True, slots=True)
class Override:
    """One setting from outside the file.

    Attributes:
        path: of its key in our section.
        value: converted to its type, but not yet validated.
        origin: the variable or option that holds it, for error messages.
    """

    path: KeyPath
    value: object
    origin: str

    def as_mapping(self) -> dict[str, object]:
        """Nest the value under its path."""
        nested: dict[str, object] = {self.path[-1]: self.value}
        for name in reversed(self.path[:-1]):
            nested = {name: nested}
        return nested


def from_environment(environ: Mapping[str, str]) -> tuple[Override, ...]:
    """Read ``PPOCR_SERVER__SECTION__KEY`` variables, in any case.

    Other names that begin with ``PPOCR_SERVER_`` are ignored. Kubernetes sets such names for a service of this name.

    Raises:
        ConfigurationError: a variable names a setting that does not exist, or two names differ only in case.
    """
    names = sorted(name for name in environ if name.upper().startswith(ENVIRONMENT_PREFIX))
    known = dict[str, str]()
    for name in names:
        other = known.setdefault(name.upper(), name)
        if other != name:
            raise ConfigurationError(f"{other} and {name} name the same setting; keep one of them.")
    return tuple(_override(name[len(ENVIRONMENT_PREFIX) :].lower().split("__"), environ[name], name) for name in names)


def from_command_line(items: Iterable[str]) -> tuple[Override, ...]:
    """Read ``section.key=value`` items.

    Raises:
        ConfigurationError: an item has another form, or names a setting that does not exist.
    """
    overrides = []
    for item in items:
        name, equals, text = item.partition("=")
        if not equals:
            raise ConfigurationError(f"--set {item}: write it as section.key=value.")
        overrides.append(_override(name.strip().split("."), text, f"--set {name.strip()}"))
    return tuple(overrides)


def _override(names: list[str], text: str, origin: str) -> Override:
    path = tuple(names)
    try:
        text.encode()
        return Override(path, read_text(find_field(path), text), origin)
    except ConfigurationError as error:
        raise ConfigurationError(f"{origin}: {error}") from None
    except UnicodeEncodeError:
        raise ConfigurationError(f"{origin}: must be text in UTF-8; it holds other bytes.") from None
