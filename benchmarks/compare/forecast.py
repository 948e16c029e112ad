"""What a plan will send, to whom, at what cost and in what time. Nothing is sent to find out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.compare.conditions import price_of_page, rate_of
from benchmarks.compare.destinations import Destination
from benchmarks.compare.model import Document
from benchmarks.compare.plan import Contender, Plan


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one provider will get.

    Attributes:
        documents, pages: how many are sent, repeats included.
        refusals: why documents are not sent, and how many for each reason.
        cost: in the currency of the price table; None where no price is known.
        seconds: how long it takes at least, at the provider's quota; None where no quota is known.
    """

    documents: int
    pages: int
    refusals: Mapping[str, int]
    cost: float | None
    seconds: float | None


def forecast(plan: Plan, contender: Contender, destination: Destination, documents: Sequence[Document]) -> Forecast:
    """Look ahead."""
    refusals: dict[str, int] = {}
    sent = []
    for document in documents:
        refusal = contender.provider.refusal(document)
        if refusal:
            refusals[refusal] = refusals.get(refusal, 0) + 1
        else:
            sent.append(document)
    pages = plan.repeats * sum(document.pages for document in sent)
    calls = plan.repeats * sum(map(contender.provider.calls, sent))
    rate = rate_of(contender, destination)
    per_page = price_of_page(contender, destination)
    return Forecast(
        plan.repeats * len(sent),
        pages,
        refusals,
        None if per_page is None else pages * per_page,
        calls / rate if rate else None,
    )


def told(plan: Plan, destinations: Mapping[str, Destination], documents: Sequence[Document]) -> Iterator[str]:
    """The forecast for a person, line by line."""
    pages = sum(document.pages for document in documents)
    times = "once" if plan.repeats == 1 else f"{plan.repeats} times"
    yield f"{_count(len(documents), 'document')} with {_count(pages, 'page')}, each sent {times} to every provider."
    yield ""
    rows = [("provider", "sent to", "documents", "pages", f"cost, {plan.prices.currency}", "takes at least")]
    total = 0.0
    unknown, notes = [], []
    for contender in plan.contenders:
        destination = destinations[contender.name]
        ahead = forecast(plan, contender, destination, documents)
        total += ahead.cost or 0.0
        if ahead.cost is None:
            unknown.append(contender.name)
        rows.append(_row(contender, destination, ahead))
        notes += [
            f"{contender.name}: {_count(count, 'document')} left out. {why}" for why, count in ahead.refusals.items()
        ]
    yield from _table(rows)
    yield ""
    missing = f" The price of {', '.join(unknown)} is not known." if unknown else ""
    yield f"Total: {_money(total)} {plan.prices.currency}, by {plan.prices.path.name}.{missing}"
    if plan.budget is not None:
        stops = " The run stops before it is exceeded." if total > plan.budget else ""
        yield f"Budget: {plan.budget:.2f} {plan.prices.currency}.{stops}"
    yield from notes
    yield from _prices(plan, destinations)
    outside = dict.fromkeys(host for each in destinations.values() for host in each.outside)
    if outside:
        yield f"These hosts are not this machine. run needs: {' '.join(f'--send-to {host}' for host in outside)}"
    else:
        yield "Nothing leaves this machine."


def _prices(plan: Plan, destinations: Mapping[str, Destination]) -> Iterator[str]:
    for contender in plan.contenders:
        price = contender.price
        if price is not None and price_of_page(contender, destinations[contender.name]):
            amount = f"{price.per_1000_pages:.2f} {plan.prices.currency}"
            yield (
                f"{contender.name}: {amount} for 1,000 pages, as of {price.date}: {price.source}. "
                f"{price.note or 'Check before use'}."
            )


def _row(contender: Contender, destination: Destination, ahead: Forecast) -> tuple[str, ...]:
    cost = "unknown" if ahead.cost is None else _money(ahead.cost)
    where = destination.host if destination.outside or destination.hosts == () else f"{destination.host} (this machine)"
    return (contender.name, where, str(ahead.documents), str(ahead.pages), cost, _time(ahead.seconds))


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _money(amount: float) -> str:
    """With more digits where two would tell nothing."""
    return f"{amount:.4f}" if 0 < amount < 1 else f"{amount:.2f}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "no quota"
    whole = round(seconds)
    return f"{whole // 3600} h {whole // 60 % 60} min" if whole >= 3600 else f"{whole // 60} min {whole % 60} s"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
