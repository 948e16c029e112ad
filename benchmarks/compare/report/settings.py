"""What a plan says of its report."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from benchmarks.compare.metrics.break_even import Hardware
from benchmarks.compare.metrics.registry import METRICS
from server.config.base import ConfigurationError

Positive = Annotated[float, Meta(gt=0)]


class WrongReport(ConfigurationError):
    """The plan's ``report`` or ``metrics``, or a file of votes, is wrong. The message names the key."""


class OwnHardware(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What own hardware costs, in the currency of the price table.

    Attributes:
        provider: the provider of the plan that ran on it.
        price: once; ``years``: in which it is written off; ``monthly``: for power and care.
        says: what it is, in words.
    """

    provider: str
    price: Positive
    years: Positive = 4
    monthly: Annotated[float, Meta(ge=0)] = 0.0
    says: str = ""

    def hardware(self) -> Hardware:
        """As the formula takes it."""
        return Hardware(self.price, self.years, self.monthly)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a report is made.

    Attributes:
        title: heads the report.
        primary: the metric of the verdict.
        usable: word F1 in percent from which on a page can be worked with.
        seed: of everything that is drawn by lot.
        worst: so many pages are shown of each provider.
        blind: so many pages are shown without names.
        hardware: for the break-even volume.
    """

    title: str = "Comparison of OCR services"
    primary: str = "word_f1"
    usable: Annotated[float, Meta(gt=0, le=100)] = 90.0
    seed: int = 1
    worst: Annotated[int, Meta(ge=0, le=20)] = 2
    blind: Annotated[int, Meta(ge=0, le=100)] = 10
    hardware: OwnHardware | None = None


def read_settings(given: Mapping[str, Any] | None) -> Settings:
    """The plan's ``report``, checked.

    Raises:
        WrongReport: it names the key.
    """
    try:
        settings = msgspec.convert(given or {}, Settings)
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at `$.")
        key = f"report.{at.rstrip('`')}" if at else "report"
        raise WrongReport(f"{key}: {said[0].lower()}{said[1:]}.") from error
    check_metrics([settings.primary], "report.primary")
    return settings


def check_metrics(names: list[str], key: str) -> None:
    """Refuse metrics that are not there.

    Raises:
        WrongReport: it names them.
    """
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise WrongReport(f"{key}: there is no metric {unknown[0]!r}. There are {', '.join(METRICS)}.")
