"""This measures a GPU with this project, from the device's own limits up to the real server under load.

    python -m benchmarks.gpu [--device gpu:0] [--models DIR] [--parts PART ...] [--quick] [--out DIR]

It needs PyTorch with what this project's extra `torch` brings, this repository and the default models, and no network;
it takes less than ten minutes. Where packages of the server are missing it says so and measures the rest. What is kept
is written after each part, so that a run that is ended before its time leaves what it has.

`--device cpu` rehearses the same code without a GPU, `--quick` shortens it. A rehearsal is printed, and written only
where `--out` says, under another name: no figure of it is a GPU's.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from benchmarks.command import result_file, run_command
from benchmarks.gpu.ceilings import measure_ceilings
from benchmarks.gpu.figures import Ceilings, Figures
from benchmarks.gpu.networks import MODELS, Setup
from benchmarks.gpu.pages import PageSet, load_pages
from benchmarks.gpu.report import FOLDER, as_text, keep
from benchmarks.gpu.stages import measure_stages
from benchmarks.machine import made_with
from models.engines.torch.device import device_title
from models.engines.torch.lane import open_lane
from models.errors import OcrError

PARTS = ("ceilings", "stages", "agreement", "pipeline", "server")
"""In this order; pipeline and server need the ceilings."""

COMPARED_PAGES, QUICK_COMPARED_PAGES = 20, 2


def main() -> int:
    """Measure, print, keep; the exit status is 0 where every part that was asked for was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="gpu:0")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of model directories")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--out", type=result_file, default=None)
    given = parser.parse_args()
    try:
        setup = Setup.of(given.device, given.models, quick=given.quick)
    except OcrError as error:
        print(error)
        return 1

    def measured(figures: Figures) -> None:
        if given.out or not (figures.rehearsal or len(given.parts) < len(PARTS)):
            keep(figures, given.out or FOLDER)

    figures = measure(setup, load_pages(quick=given.quick), given.parts, measured)
    print(as_text(figures))
    return int(any(part in figures.left_out for part in given.parts))


def measure(setup: Setup, pages: PageSet, chosen: Sequence[str], measured: Callable[[Figures], object]) -> Figures:
    """Parts, one after the other; one that cannot run here, or was not chosen, is left out with the reason.

    Args:
        setup: where and how.
        pages: what is read.
        chosen: the parts that are wanted.
        measured: given all figures so far after each of them.
    """
    title = device_title(setup.torch_device, setup.dtype)
    machine = made_with() | {"torch": torch.__version__, "device": title}
    rehearsal = setup.quick or setup.torch_device.type == "cpu"
    figures = Figures(machine, rehearsal, f"{pages.name}, {len(pages.images)}")
    figures.left_out = {part: "the run ended before it" if part in chosen else "not asked for" for part in PARTS}
    parts = (_ceilings, _stages, _agreement, _pipeline, _server)
    for part, run in zip(PARTS, parts, strict=True):
        if part in chosen:
            with _timed(part, figures):
                run(setup, figures, pages)
            measured(figures)
    return figures


@contextmanager
def _timed(part: str, figures: Figures) -> Iterator[None]:
    begin = time.perf_counter()
    try:
        yield
        del figures.left_out[part]
    except Exception as error:  # noqa: BLE001 - whatever one part runs into, the others can be measured
        figures.left_out[part] = f"{type(error).__name__}: {error}"
    figures.seconds[part] = time.perf_counter() - begin
    print(f"{part}: {figures.seconds[part]:.0f} s", file=sys.stderr, flush=True)


def _ceilings(setup: Setup, figures: Figures, _pages: PageSet) -> None:
    figures.ceilings = measure_ceilings(open_lane(setup.torch_device), setup.dtype, quick=setup.quick)


def _ceilings_of(figures: Figures) -> Ceilings:
    if figures.ceilings is None:
        raise RuntimeError("the device's ceilings were not measured")
    return figures.ceilings


def _stages(setup: Setup, figures: Figures, pages: PageSet) -> None:
    figures.stages.extend(measure_stages(setup, _ceilings_of(figures), pages.images[0]))


def _agreement(setup: Setup, figures: Figures, pages: PageSet) -> None:
    from benchmarks.gpu.pipelines import compare  # noqa: PLC0415 - needs packages that the parts before do not

    count = QUICK_COMPARED_PAGES if setup.quick else COMPARED_PAGES
    figures.agreement = compare(setup, pages.images[:count])


def _pipeline(setup: Setup, figures: Figures, pages: PageSet) -> None:
    from benchmarks.gpu.pipelines import Floors, throughput  # noqa: PLC0415

    figures.pipeline = throughput(setup, pages.images, Floors.of(setup, _ceilings_of(figures)))


def _server(setup: Setup, figures: Figures, pages: PageSet) -> None:
    from benchmarks.gpu.pipelines import Floors  # noqa: PLC0415
    from benchmarks.gpu.serving import measure_serving  # noqa: PLC0415

    figures.served.extend(measure_serving(setup, pages, Floors.of(setup, _ceilings_of(figures))))


if __name__ == "__main__":
    run_command(main)
