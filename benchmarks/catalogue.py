"""All scenarios by name, in the order of a whole run, and which systems each compares."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.documents import QUICK
from benchmarks.field_of_peers import Field
from benchmarks.peers import REFERENCES, Document, libraries_on, ours_on
from benchmarks.scenarios.arrivals import arrivals
from benchmarks.scenarios.closed import SHORT, closed, page_by_page, page_sets
from benchmarks.scenarios.company import fairness, one_pdf, small_behind_large
from benchmarks.scenarios.determinism import determinism
from benchmarks.scenarios.limit import limit
from benchmarks.scenarios.plateau import plateau
from benchmarks.store import Slice

ROUNDS = 1 if QUICK else 3
"""Of what a promise is computed from. The other points of the curves are one round each."""

V5, V6 = ours_on("v5_mobile"), ours_on("v6_small")
PADDLEX = list(REFERENCES)
FASTEST_LIBRARY = "RapidOCR openvino (its default)"

Run = Callable[[Field, Slice], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One slice of the benchmark.

    Attributes:
        text: what it measures, for people.
        run: measures it.
        in_quick: whether ``QUICK=1`` runs it too.
        in_full: whether a whole run includes it; others are asked for by name.
    """

    text: str
    run: Run
    in_quick: bool = True
    in_full: bool = True


SCENARIOS: dict[str, Scenario] = {
    "limit": Scenario("the server at 16 clients against the bare engine", lambda f, s: limit(f, s, ROUNDS)),
    "closed-1": Scenario("one client", lambda f, s: page_by_page(f, s, ROUNDS, [*V5, *PADDLEX])),
    "closed-4": Scenario("4 clients", lambda f, s: closed(f, s, 1, [*V5, *PADDLEX], 4, sets=_short()), in_quick=False),
    "closed-16": Scenario(
        "16 clients; the fastest library beside them, which reads one page after the other",
        lambda f, s: closed(f, s, ROUNDS, [*V5, *PADDLEX, FASTEST_LIBRARY], 16),
    ),
    "closed-64": Scenario(
        "64 clients", lambda f, s: closed(f, s, 1, [*V5, *PADDLEX], 64, sets=_short()), in_quick=False
    ),
    "libraries": Scenario(
        "libraries in a loop over the pages", lambda f, s: page_by_page(f, s, 1, [*V5, *libraries_on("v5_mobile")])
    ),
    "v6": Scenario(
        "PP-OCRv6 small on both sides", lambda f, s: page_by_page(f, s, 1, [*V6, *libraries_on("v6_small")])
    ),
    "pictures": Scenario(
        "16 clients, pictures asked for",
        lambda f, s: closed(f, s, ROUNDS, ["ours", *PADDLEX], 16, visualize=True),
    ),
    "pdf": Scenario("a PDF of 20 pages", lambda f, s: one_pdf(f, s, ROUNDS, [*V5, *PADDLEX])),
    "small": Scenario(
        "a small image behind 15 clients with large ones",
        lambda f, s: small_behind_large(f, s, ROUNDS, ["ours", *PADDLEX]),
        in_quick=False,
    ),
    "fairness": Scenario("receipts while a PDF of 200 pages is read", lambda f, s: fairness(f, s, ROUNDS, ["ours"])),
    "open": Scenario("requests arrive at rising rates", lambda f, s: arrivals(f, s, [*V5, *PADDLEX]), in_quick=False),
    "determinism": Scenario(
        "a page alone and among 200 others, every padding",
        lambda _, s: determinism(s, V5),
        in_quick=False,
        in_full=False,
    ),
    "memory": Scenario(
        "memory over 2,000 mixed requests", lambda f, s: plateau(f, s, V5), in_quick=False, in_full=False
    ),
}


def _short() -> dict[str, list[Document]]:
    return {SHORT: page_sets()[SHORT]}
