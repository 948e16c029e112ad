"""This measures how long single things take, and whether the time goes on the device or on the host."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity
from torch.profiler import profile as recording

from benchmarks.gpu.first_light.context import Context, in_words
from benchmarks.gpu.first_light.inputs import LINE_HEIGHT, LINE_WIDTH, TEXT_WIDTH, line_places, shape_seen
from benchmarks.gpu.first_light.report import say
from benchmarks.gpu.networks import DETECTOR, RECOGNISER
from benchmarks.gpu.timing import WARM_UP_RUNS, time_of
from models.device_ops.crops import LineCut, cut_lines
from models.device_ops.pages import page_on, resized
from models.engines.torch.graphs import Function
from models.engines.torch.lane import Lane
from models.engines.torch.session import PADDING_LEVEL

Batches = Sequence[tuple[str, tuple[int, ...]]]
"""Names of models, and the shape of a batch for each."""

FULL: Batches = ((DETECTOR, (8, 3, 992, 768)), (RECOGNISER, (64, 3, 48, 320)))
"""Batches as the server makes them of many pages like FUNSD's."""

FULL_AND_OTHERS: Batches = (*FULL, (DETECTOR, (1, 3, 992, 768)), (RECOGNISER, (32, 3, 48, 1280)))
SMALL: Batches = ((DETECTOR, (1, 3, 96, 96)), (RECOGNISER, (1, 3, 48, 96)))

LAYOUTS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
PAGES_OF_A_BATCH = (1, 2, 4)
_PROFILED_RUNS, _PROFILE_ROWS = 5, 22


def cold(context: Context) -> None:
    """The first run of shapes never seen before, in one thread, and of the same shapes in the next thread."""
    network, lane = context.network(DETECTOR), context.lane()
    side, count = context.pick(card=960, rehearsal=96), context.pick(card=6, rehearsal=1)
    shapes = [(1, 3, side + 32 * number, side) for number in range(count)]

    def milliseconds(shape: tuple[int, ...]) -> float:
        begin = time.perf_counter()
        with lane.active():
            network(context.blank(shape))
            lane.mark()()
        return 1e3 * (time.perf_counter() - begin)

    for title in ("new shapes", "the same shapes in another thread"):
        with ThreadPoolExecutor(1) as thread:
            taken = list(thread.map(milliseconds, shapes))
        say(f"{title}, ms: {', '.join(f'{each:.0f}' for each in taken)}")


def feeding(context: Context) -> None:
    """Pixels before the networks: a page's upload, its resizing, lines cut out of one, two and four pages."""
    lane, repeats = context.lane(), context.pick(card=30, rehearsal=2)
    with lane.active():
        pages = [page_on(context.page, context.device) for _ in range(max(PAGES_OF_A_BATCH))]
        lane.mark()()
    upload = time_of(lane, partial(page_on, context.page, context.device), repeats=repeats)
    say(f"upload of a page: {in_words(upload)}")
    shape = shape_seen(context.page)
    resizing = time_of(lane, partial(resized, pages[0], shape), repeats=repeats)
    say(f"resizing to {shape[0]} x {shape[1]}: {in_words(resizing)}")
    count = context.pick(card=64, rehearsal=4)
    places, batch = line_places(context.page, count), (count, LINE_HEIGHT, LINE_WIDTH)
    for share in PAGES_OF_A_BATCH:
        cuts = [LineCut(pages[number * share // count], place, TEXT_WIDTH) for number, place in enumerate(places)]
        cutting = time_of(lane, partial(cut_lines, cuts, batch, PADDING_LEVEL), repeats=repeats)
        say(f"{count} lines cut out of pages: {share}: {in_words(cutting)}")


def table(context: Context) -> None:
    """Each network with and without a graph, in either layout of its feature maps."""
    repeats, eager_repeats = context.pick(card=30, rehearsal=1), context.pick(card=10, rehearsal=1)
    warm_up = context.pick(card=WARM_UP_RUNS, rehearsal=0)
    for name, shape in context.pick(card=FULL_AND_OTHERS, rehearsal=SMALL):
        for title, layout in LAYOUTS.items():
            network, lane, batch = context.network(name, layout=layout), context.lane(), context.blank(shape)
            context.wait()
            eager = time_of(lane, partial(network, batch), repeats=eager_repeats, warm_up=warm_up)
            say(f"{name} {shape} {title}, eager: {in_words(eager)}")
            with lane.active():
                graph = lane.capture(network, batch)
            replayed = time_of(lane, partial(graph, batch), repeats=repeats, warm_up=warm_up)
            say(f"{name} {shape} {title}, graph: {in_words(replayed)}")


def profile(context: Context) -> None:
    """The kernels that each network spends its time in."""
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if context.on_card else [])]
    order = context.pick(card="self_cuda_time_total", rehearsal="self_cpu_time_total")
    for name, shape in context.pick(card=FULL, rehearsal=SMALL):
        network, lane, batch = context.network(name), context.lane(), context.blank(shape)
        context.wait()
        _run(lane, network, batch, WARM_UP_RUNS)
        with recording(activities=activities) as kept:
            _run(lane, network, batch, _PROFILED_RUNS)
        say(f"{name} {shape}, runs: {_PROFILED_RUNS}")
        say(kept.key_averages().table(sort_by=order, row_limit=_PROFILE_ROWS, max_name_column_width=70))


def compiled(context: Context) -> None:
    """Each network through PyTorch's compiler: how long that takes, and how fast its graph is."""
    for name, shape in context.pick(card=FULL, rehearsal=SMALL):
        lane, batch, plain = context.lane(), context.blank(shape), context.network(name)
        begin = time.perf_counter()
        network = torch.compile(plain, dynamic=True)
        with lane.active():
            graph = lane.capture(network, batch)
        seconds = time.perf_counter() - begin
        replayed = time_of(lane, partial(graph, batch), repeats=context.pick(card=30, rehearsal=1))
        say(f"{name} {shape}: compiled and captured in {seconds:.0f} s, graph: {in_words(replayed)}")


def _run(lane: Lane, network: Function, batch: Tensor, times: int) -> None:
    with lane.active():
        for _ in range(times):
            network(batch)
        lane.mark()()
