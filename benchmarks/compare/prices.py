"""The table of prices and quotas. Prices change, so each has a date and a source, and the user checks it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from benchmarks.compare.errors import WrongPlan
from models.descriptions.regular_file import read_regular_file
from models.descriptions.yaml_file import InvalidYaml, load_yaml

DEFAULT = Path(__file__).with_name("prices.yaml")


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider asks.

    Attributes:
        per_1000_pages: in the table's currency.
        date: when this was believed.
        source: where it stands.
        note: what the number leaves out, such as free pages and steps of volume.
        requests_per_second: the quota of a usual account; None where it is not known.
    """

    per_1000_pages: Annotated[float, Meta(ge=0)]
    date: str
    source: str
    note: str = ""
    requests_per_second: Annotated[float, Meta(gt=0)] | None = None

    @property
    def per_page(self) -> float:
        """In the table's currency."""
        return self.per_1000_pages / 1000


class _File(msgspec.Struct, forbid_unknown_fields=True):
    currency: str
    prices: dict[str, Price]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """All prices, in one currency."""

    path: Path
    sha256: str
    currency: str
    prices: Mapping[str, Price]

    def of(self, name: str) -> Price | None:
        """The price with this name."""
        return self.prices.get(name)


def read_prices(path: Path | None = None) -> PriceTable:
    """Read a price table, or the one that comes with this tool.

    Raises:
        WrongPlan: it cannot be used.
    """
    path = path or DEFAULT
    try:
        data = read_regular_file(path)
        file = msgspec.convert(load_yaml(data), _File)
    except OSError as error:
        raise WrongPlan(f"{path}: the price table cannot be read: {error.strerror or type(error).__name__}.") from error
    except InvalidYaml as error:
        raise WrongPlan(f"{path}: {error}") from error
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at `$.")
        raise WrongPlan(f"{path}: {at.rstrip('`') or 'the table'}: {said[0].lower()}{said[1:]}.") from error
    return PriceTable(path, hashlib.sha256(data).hexdigest(), file.currency, file.prices)
