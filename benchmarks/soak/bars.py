"""A soak must reach these bars. Each promise has a name, and the ones that were missed are listed."""

from collections.abc import Mapping

from benchmarks.soak.watch import Sample
from tests.faults.load import Tally

MOST_GROWTH = {
    "rss_growth": 0.05,
    "tree_rss_growth": 0.1,
    "files_growth": 0.1,
    "threads_growth": 0.1,
    "p99_growth": 0.5,
    "capacity_loss": 0.5,
}
"""The median of the last quarter of the time over that of the first. Files are descriptors that are no sockets. Decode
processes come and go, one thread or
connection is several percent, the 99th percentile of a window stands on few requests, and a shared machine may itself
become slower: the load follows the capacity, so only this tells of a server that does."""
LEAST_ANSWERED = 0.97
"""Of the requests under load. Below capacity next to none are refused; the rest is room for bursts, and for documents
whose decode worker was killed twice."""
MOST_LEFT_AT_REST = {"descriptors": 4, "threads": 3}
"""By how many the server at rest may hold more or fewer after the load than before it: one descriptor a decode worker
that died unnoticed or has its successor ready, and threads of pools that had never been as busy."""


def missed(
    pages: int,
    tallies: tuple[Tally, Tally, Tally],
    bad_files: Mapping[int, int],
    rest: tuple[Sample, Sample],
    growth: Mapping[str, float],
) -> list[str]:
    """Names of the bars that were missed.

    Args:
        pages: that the first part asked about.
        tallies: of the first part, of the requests that capacity was measured with, and of those under load.
        bad_files: answers to files that nobody can read, by status; 0 stands for none.
        rest: before the load and after it.
        growth: see `MOST_GROWTH`.
    """
    first, _, load = tallies
    wrong = {
        **{name: growth[name] > most for name, most in MOST_GROWTH.items()},
        **{f"{name} at rest": _left(rest, name) > most for name, most in MOST_LEFT_AT_REST.items()},
        "first pages answered": first.answered != pages,
        "answered under load": load.answered < LEAST_ANSWERED * load.sent or not load.answered,
        "lost": any(tally.lost for tally in tallies) or bool(bad_files.get(0)),
        "mixed": any(tally.mixed for tally in tallies),
        "unaccounted": any(tally.unaccounted for tally in tallies),
        "server errors": any(tally.server_errors for tally in tallies) or any(map(_is_server_error, bad_files)),
        "bad files accepted": bool(bad_files.get(200)),
    }
    return [name for name, is_missed in wrong.items() if is_missed]


def _is_server_error(status: int) -> bool:
    """Whether a status says that the server failed, rather than that it refused for now or that the file is bad."""
    return status >= 500 and status != 503


def _left(rest: tuple[Sample, Sample], name: str) -> int:
    before, after = (int(getattr(sample, name)) for sample in rest)
    return abs(after - before)
