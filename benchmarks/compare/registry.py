"""Finds providers: each is one file of `benchmarks/compare/providers`, and its name is the file's."""

from importlib import import_module
from pathlib import Path

from benchmarks.compare.errors import WrongPlan
from benchmarks.compare.provider import Provider

FOLDER = Path(__file__).with_name("providers")


def provider_names() -> list[str]:
    """All names that a plan may use."""
    return sorted(file.stem for file in FOLDER.glob("*.py") if file.stem != "__init__")


def find_provider(name: str, key: str) -> Provider:
    """The provider with this name.

    Args:
        name: of the file.
        key: names the file and the key in an error.

    Raises:
        WrongPlan: there is none.
    """
    if name not in provider_names():
        raise WrongPlan(f"{key}: there is no provider {name!r}. There are {', '.join(provider_names())}.")
    provider = import_module(f"benchmarks.compare.providers.{name}").PROVIDER
    if not isinstance(provider, Provider):
        raise TypeError(f"benchmarks/compare/providers/{name}.py has no Provider named PROVIDER")
    return provider
