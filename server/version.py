"""The version of the installed package."""

from importlib.metadata import PackageNotFoundError, version

PACKAGE = "ppocr-server"


def installed_version() -> str:
    """The version, or ``0+unknown`` where the code runs without having been installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "0+unknown"
