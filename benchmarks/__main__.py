"""``make bench``: measure side by side, keep the figures, draw the table and the plot.

    python -m benchmarks                        every scenario of a whole run, then the report
    python -m benchmarks --scenario NAME ...    these scenarios; the others' results stay
    python -m benchmarks report                 table and plot of what is kept
    python -m benchmarks list                   the scenarios

``QUICK=1`` takes fewer pages, one round and a results file of its own.
"""

import argparse
import signal
import sys
import time
from dataclasses import asdict
from importlib.util import find_spec

from benchmarks import store
from benchmarks.catalogue import SCENARIOS
from benchmarks.command import NotMeasured, run_command
from benchmarks.documents import QUICK
from benchmarks.field_of_peers import Field
from benchmarks.report import write_report


def main() -> int:
    """Exit status 1 when a request failed that should not have."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=["run", "report", "list"], default="run")
    parser.add_argument("--scenario", nargs="+", choices=list(SCENARIOS), metavar="NAME")
    given = parser.parse_args()
    if given.command == "list":
        for name, scenario in SCENARIOS.items():
            print(f"{name:12} {scenario.text}")
        return 0
    if find_spec("matplotlib") is None:
        raise NotMeasured("The plot needs the package matplotlib, which is not installed: it is in the extra 'bench'.")
    # As on an interrupt: the systems that were started are ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    errors = measure(given.scenario or _whole_run()) if given.command == "run" else 0.0
    write_report()
    return int(errors > 0)


def measure(names: list[str]) -> float:
    """Run scenarios one after the other on systems that stay up; the number of failed requests."""
    errors = 0.0
    with Field() as field:
        for name in names:
            begin = time.perf_counter()
            print(f"{name}: {SCENARIOS[name].text}", flush=True)
            with store.kept(name) as out:
                SCENARIOS[name].run(field, out)
            errors += sum(row.figures.errors for row in out.rows)
            for row in out.rows:
                print("  ", row.system, row.load, row.pages, _brief(asdict(row.figures)), flush=True)
            print("  ", {key: value for key, value in out.facts.items() if "by_page" not in key})
            print(f"   {time.perf_counter() - begin:.0f} s", flush=True)
    return errors


def _whole_run() -> list[str]:
    return [name for name, scenario in SCENARIOS.items() if (scenario.in_quick if QUICK else scenario.in_full)]


def _brief(figures: dict[str, float | None]) -> str:
    shown = (
        "requests_per_second",
        "p50",
        "p95",
        "cpu_seconds_per_page",
        "peak_mebibytes",
        "others_cpu_share",
        "errors",
    )
    return " ".join(f"{name}={figures[name]:.3f}" for name in shown if figures[name] is not None)


if __name__ == "__main__":
    run_command(main)
