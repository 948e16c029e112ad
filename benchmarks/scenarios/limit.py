"""The whole server at 16 clients as a share of the rate at which the bare engine runs the same pages' shapes."""

import math
from contextlib import ExitStack, closing
from functools import partial
from statistics import median

from benchmarks.bare_engine import BareEngine, find_models, work_of
from benchmarks.field_of_peers import Field
from benchmarks.figures import Figures, Row, measured, medians
from benchmarks.load import closed_load
from benchmarks.scenarios.closed import page_sets
from benchmarks.store import Slice

SERVER = "ours"
CLIENTS = 16
ARRANGEMENTS = ((1, 2), (2, 1))
"""Sessions and threads each."""


def limit(field: Field, out: Slice, rounds: int) -> None:
    """Bare engine and server in turn; the better arrangement of the engine counts."""
    sets = page_sets()
    models = find_models("v5_mobile")
    all_pages = {page.name: page for pages in sets.values() for page in pages}
    by_page = work_of("v5_mobile", models, list(all_pages.values()))
    work = {name: [item for page in pages for item in by_page[page.name]] for name, pages in sets.items()}
    seconds: dict[tuple[str, str], list[float]] = {}
    runs: dict[str, list[Figures]] = {name: [] for name in sets}
    with ExitStack() as stack:
        engines = [stack.enter_context(closing(BareEngine(models, *arranged))) for arranged in ARRANGEMENTS]
        for engine in engines:
            engine.warm(next(iter(work.values())))
        for pages in sets.values():
            field.requests(SERVER, pages)
        for _ in range(rounds):
            for name, pages in sets.items():
                for engine in engines:
                    seconds.setdefault((name, engine.name), []).append(engine.seconds(work[name]))
                requests = field.requests(SERVER, pages)
                enough = (requests * math.ceil(CLIENTS / len(requests)))[: max(CLIENTS, len(requests))]
                load = partial(closed_load, field.peer(SERVER), enough, CLIENTS)
                runs[name].append(measured(field.peer(SERVER), load))
    for name, pages in sets.items():
        row = Row(SERVER, f"{CLIENTS} clients", name, rounds, medians(runs[name]), field.lines(SERVER, pages))
        out.rows.append(row)
        bare = {engine.name: round(median(seconds[name, engine.name]), 3) for engine in engines}
        best = len(pages) / min(bare.values())
        out.facts[name] = {
            "engine": models.engine,
            "bare_seconds": bare,
            "bare_pages_per_second": round(best, 4),
            "server_pages_per_second": row.figures.pages_per_second,
            "share_of_limit": round(row.figures.pages_per_second / best, 4),
        }
        out.pages[name] = [page.name for page in pages]
