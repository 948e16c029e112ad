"""What a provider asks and allows. That depends on where it is: what runs on this machine asks nothing by itself."""

from collections.abc import Mapping

from benchmarks.compare.destinations import Destination
from benchmarks.compare.errors import WrongPlan
from benchmarks.compare.plan import Contender, Plan


def rate_of(contender: Contender, destination: Destination) -> float | None:
    """Requests a second that may be sent: what the plan says, else the price table's quota; None for no limit."""
    if contender.requests_per_second is not None:
        return contender.requests_per_second
    return contender.price.requests_per_second if contender.price is not None and destination.outside else None


def price_of_page(contender: Contender, destination: Destination) -> float | None:
    """What a page costs. What runs on this machine costs nothing unless the plan names a price."""
    if contender.price is not None and (destination.outside or contender.price_is_named):
        return contender.price.per_page
    return None if destination.outside else 0.0


def check_budget(plan: Plan, destinations: Mapping[str, Destination]) -> None:
    """See that a budget can be kept.

    Raises:
        WrongPlan: a price is missing.
    """
    if plan.budget is None:
        return
    unknown = [each.name for each in plan.contenders if price_of_page(each, destinations[each.name]) is None]
    if unknown:
        raise WrongPlan(
            f"{plan.path}: budget: no budget can be kept without a price for {', '.join(unknown)}. "
            "Put it into a price table, and name that as prices."
        )
