"""The first run on an NVIDIA card: what only a card can show, in the library's own words where something fails.

    python -m benchmarks.gpu.first_light [--device gpu:0] [--models DIR] [PART ...]

Each part prints what it finds. A part that fails prints the whole error, and the next one runs. The exit status is 0
where every part passed. `first.sh` runs the parts that say whether the server works on this card, `second.sh` those
that say how fast, each within a bound of time; `prepare.sh` makes the folder that a machine without a network needs.

`--device cpu` rehearses the parts with small shapes: no time of it is a card's.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from benchmarks.command import run_command
from benchmarks.gpu.first_light import correctness, environment, graphs, speed
from benchmarks.gpu.first_light.context import Context
from benchmarks.gpu.first_light.inputs import corner
from benchmarks.gpu.first_light.report import Report, first_line, say
from benchmarks.gpu.networks import MODELS, Setup
from benchmarks.gpu.pages import load_pages

Part = Callable[[Context], None]


def _serve_with(replicas: int, context: Context) -> None:
    # Needs all packages of the server, which the other parts do without.
    from benchmarks.gpu.first_light.processes import serve_with  # noqa: PLC0415

    serve_with(context, replicas)


PARTS: Mapping[str, Part] = {
    "ops": correctness.ops,
    "nets": correctness.nets,
    "thread_exit": graphs.thread_exit,
    "oom_in_capture": graphs.oom_in_capture,
    "capture_beside_others": graphs.capture_beside_others,
    "cold": speed.cold,
    "feeding": speed.feeding,
    "table": speed.table,
    "profile": speed.profile,
    "one_process": partial(_serve_with, 1),
    "two_processes": partial(_serve_with, 2),
    "four_processes": partial(_serve_with, 4),
    "compiled": speed.compiled,
}
"""In this order."""

CARD_ONLY = ("two_processes", "four_processes", "compiled")
"""Not rehearsed on a CPU: one process runs the same code, and the compiler there is another one."""


def main(given: Sequence[str] | None = None) -> int:
    """Run the parts; the process's exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="gpu:0", help="gpu:N, or cpu for a rehearsal")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of model directories")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"all, or some of: {', '.join(PARTS)}")
    options = parser.parse_args(given)
    if unknown := [name for name in options.parts if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; parts are {', '.join(PARTS)}")
    report = Report()
    context = _open(options.device, options.models.resolve(), report)
    chosen = {name: part for name, part in PARTS.items() if not options.parts or name in options.parts}
    if context is None:
        for name in chosen:
            report.leave_out(name, "the device cannot be used")
    else:
        run(chosen, context, report)
    say(f"\n{report.summary()}")
    return int(bool(report.failed))


def _open(device: str, models: Path, report: Report) -> Context | None:
    """Say what there is, and open the device; None where it cannot be used."""
    with report.part("environment"):
        environment.describe()
        setup = Setup.of(device, models, quick=device == "cpu")
        if setup.torch_device.type == "cuda":
            environment.describe_card(setup.torch_device)
        pages = load_pages(quick=setup.quick)
        say(f"pages: {pages.name}, {len(pages.images)}")
        return Context(setup, replace(pages, images=tuple(map(corner, pages.images))) if setup.quick else pages)
    if words := environment.refusal():
        say(f"PyTorch says of this machine: {words}")
    return None


def run(parts: Mapping[str, Part], context: Context, report: Report) -> None:
    """Run parts one after the other, as far as the device lasts."""
    lost = ""
    for name, part in parts.items():
        if lost:
            report.leave_out(name, f"the device was lost before it ({lost}); run it alone")
        elif name in CARD_ONLY and not context.on_card:
            report.leave_out(name, "needs a card")
        else:
            with report.part(name), torch.no_grad():
                part(context)
            if name in report.failed:
                lost = _loss(context.device)


def _loss(device: torch.device) -> str:
    """Return the device's own words where it no longer works after a failure; empty where it works."""
    try:
        torch.zeros(1, device=device).cpu()
    except RuntimeError as error:
        return first_line(error)
    return ""


if __name__ == "__main__":
    run_command(main)
