"""Break-even volume: from how many pages a month own hardware costs less than a service.

Formula: N = (P / (12 Y) + M) / c. P is the price of the hardware, Y the years in which it is written off, M what it
costs a month to run, all from the plan; c is what a usable page costs at the service. The software costs nothing. The
hardware can read at most T pages a month = measured pages in a second * 2,592,000: where N is larger, one machine of
this kind never breaks even.

Source: straight-line depreciation and cost-volume analysis, as in any textbook of managerial accounting.
"""

from dataclasses import dataclass

MONTH_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Hardware:
    """What own hardware costs, in the currency of the price table: once, and a month; and how long it lasts."""

    price: float
    years: float
    monthly: float = 0.0

    @property
    def a_month(self) -> float:
        """All costs of a month."""
        return self.price / (12 * self.years) + self.monthly


def pages_a_month(hardware: Hardware, cost_of_1000: float) -> float | None:
    """Pages a month from which on the hardware costs less; None where the service costs nothing."""
    return hardware.a_month / (cost_of_1000 / 1000) if cost_of_1000 > 0 else None


def capacity(pages_a_second: float) -> float:
    """Pages a month that one machine reads at most."""
    return pages_a_second * MONTH_SECONDS
