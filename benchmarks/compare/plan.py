"""The plan of a comparison: a YAML file that names documents, providers, metrics and limits."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from benchmarks.compare.errors import WrongPlan
from benchmarks.compare.prices import Price, PriceTable, read_prices
from benchmarks.compare.provider import Provider
from benchmarks.compare.registry import find_provider
from models.descriptions.regular_file import read_regular_file
from models.descriptions.yaml_file import InvalidYaml, load_yaml

Count = Annotated[int, Meta(ge=1, le=1000)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Rate = Annotated[float, Meta(gt=0, le=100_000)]
Money = Annotated[float, Meta(ge=0)]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    documents: list[dict[str, Any]]
    providers: dict[str, dict[str, Any]]
    metrics: list[str] | None = None
    report: dict[str, Any] | None = None
    prices: str | None = None
    budget: Money | None = None
    repeats: Count = 1
    concurrency: Count = 1
    timeout_seconds: Seconds = 60.0


class _Common(msgspec.Struct, forbid_unknown_fields=True):
    """What every provider of a plan has, beside the settings of its own."""

    use: str | None = None
    price: str | None = None
    requests_per_second: Rate | None = None
    concurrency: Count | None = None
    timeout_seconds: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Contender:
    """A provider as a plan uses it.

    Attributes:
        name: its name in the plan and in the report.
        kind: the file of `benchmarks/compare/providers` that speaks with it.
        settings: what the plan says of it, checked.
        price: what a page costs; None where the price table does not know.
        price_is_named: the plan itself says which price it is.
        requests_per_second: its quota; None for none.
    """

    name: str
    kind: str
    provider: Provider
    settings: Any
    price: Price | None
    price_is_named: bool
    requests_per_second: float | None
    concurrency: int
    timeout_seconds: float

    @property
    def address(self) -> str | None:
        """Where documents go, as a URL; None for a program on this machine."""
        return self.provider.address(self.settings)


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked plan.

    Attributes:
        path: its file. Relative paths in it begin at the current folder.
        content: all of it as it was written, for the run folder. It holds no credentials.
        documents: the sources, one mapping each, as `benchmarks/compare/documents` understands them.
        report: settings of the report, which checks them.
    """

    path: Path
    content: dict[str, Any]
    documents: tuple[dict[str, Any], ...]
    contenders: tuple[Contender, ...]
    metrics: tuple[str, ...] | None
    report: dict[str, Any]
    budget: float | None
    repeats: int
    prices: PriceTable

    @property
    def identity(self) -> str:
        """A sum of what decides the answers. Limits may change between a run and its resumption."""
        deciding = {
            "documents": self.content["documents"],
            "providers": {each.name: [each.kind, msgspec.to_builtins(each.settings)] for each in self.contenders},
        }
        return hashlib.sha256(msgspec.json.encode(deciding, order="deterministic")).hexdigest()


def read_plan(path: Path) -> Plan:
    """Read and check a plan.

    Raises:
        WrongPlan: one line for every wrong key.
    """
    content = _mapping(path)
    file: _File = _checked(content, _File, str(path), "")
    if not file.documents:
        raise WrongPlan(f"{path}: documents: name at least one source of documents.")
    if not file.providers:
        raise WrongPlan(f"{path}: providers: name at least one provider.")
    prices = read_prices(Path(file.prices) if file.prices else None)
    contenders, problems = [], []
    for name, given in file.providers.items():
        try:
            contenders.append(_contender(path, name, given, file, prices))
        except WrongPlan as error:
            problems.extend(error.problems)
    if problems:
        raise WrongPlan(*problems)
    return Plan(
        path, content, tuple(file.documents), tuple(contenders), tuple(file.metrics) if file.metrics else None,
        file.report or {}, file.budget, file.repeats, prices,
    )  # fmt: skip


def _contender(path: Path, name: str, given: dict[str, Any], file: _File, prices: PriceTable) -> Contender:
    where = f"providers.{name}."
    names = {field.name for field in msgspec.structs.fields(_Common)}
    common: _Common = _checked({key: given[key] for key in given if key in names}, _Common, str(path), where)
    kind = common.use or name
    provider = find_provider(kind, f"{path}: {where}use")
    own = {key: given[key] for key in given if key not in names}
    settings = _checked(own, provider.settings, str(path), where)
    price = prices.of(common.price or kind)
    if common.price is not None and price is None:
        raise WrongPlan(f"{path}: {where}price: the price table has no entry {common.price}.")
    return Contender(
        name, kind, provider, settings, price, common.price is not None, common.requests_per_second,
        common.concurrency or file.concurrency, common.timeout_seconds or file.timeout_seconds,
    )  # fmt: skip


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = load_yaml(read_regular_file(path))
    except OSError as error:
        raise WrongPlan(f"{path}: the plan cannot be read: {error.strerror or type(error).__name__}.") from error
    except InvalidYaml as error:
        raise WrongPlan(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise WrongPlan(f"{path}: a plan is a mapping with the keys documents and providers.")
    return content


def _checked(content: Mapping[str, Any], kind: type[Any], file: str, where: str) -> Any:
    """The content as a struct. The error names the full key."""
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at `$")
        key = (where + at.rstrip("`").removeprefix(".").replace("[...]", "")).rstrip(".")
        raise WrongPlan(f"{file}: {key + ': ' if key else ''}{said[0].lower()}{said[1:]}.") from error
