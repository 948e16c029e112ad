"""An open load: requests arrive at rising rates whether or not the last ones were answered."""

from collections.abc import Sequence
from functools import partial

from benchmarks.documents import QUICK, images, without_long_page
from benchmarks.field_of_peers import Field
from benchmarks.figures import Row, measured
from benchmarks.load import intervals, open_load
from benchmarks.peers import available
from benchmarks.scenarios.closed import SHORT
from benchmarks.store import Slice

RATES = (1.0, 3.0) if QUICK else (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
SECONDS = 20.0
KEEPS_UP = 0.85
"""A system that answers at less than this share of the rate at which requests really came (few of them come faster or
slower than their mean rate says) has reached its limit; higher rates are not tried."""


def arrivals(field: Field, out: Slice, systems: Sequence[str]) -> None:
    """Every rate once: all systems get the same pages at the same times."""
    documents = without_long_page(images())
    out.pages[SHORT] = [document.name for document in documents]
    going = available(list(systems))
    for name in going:
        field.requests(name, documents)
    for rate in RATES:
        for name in list(going):
            requests = field.requests(name, documents)
            count = max(len(requests), round(rate * SECONDS))
            arriving = (requests * (count // len(requests) + 1))[:count]
            load = partial(open_load, field.peer(name), arriving, rate, seed=0)
            figures = measured(field.peer(name), load)
            out.rows.append(Row(name, f"{rate:g} arrivals/s", SHORT, 1, figures))
            if figures.requests_per_second < KEEPS_UP * count / sum(intervals(rate, count, seed=0)):
                going.remove(name)
