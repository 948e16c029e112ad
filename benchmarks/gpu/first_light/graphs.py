"""Do captured graphs live as long as the server needs them, and can they be captured while it works?"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread
from typing import TypeAlias

import torch
from torch import Tensor

from benchmarks.gpu.first_light.context import Context, answer
from benchmarks.gpu.first_light.inputs import detector_batch, line_batch, shape_seen
from benchmarks.gpu.first_light.report import WrongAnswer, first_line, say
from benchmarks.gpu.networks import DETECTOR, RECOGNISER
from models.device_ops.pages import page_on, resized
from models.engines.torch.graphs import Function, Tensors
from models.engines.torch.lane import Lane
from models.engines.torch.session import TorchModel

Work: TypeAlias = Callable[[Lane], None]
"""A thread does this over and over on its lane."""

LEAST_SAME_CLASSES = 0.99
"""Share of a recogniser's steps that a replay has to find as before."""

MOST_OFF = 2e-2
"""Difference of a probability between a graph and the network itself, in float16."""

_MORE_SHAPES = ((8, 3, 48, 640), (32, 3, 48, 320))
_FILLED_ELEMENTS = 1 << 22
"""Freed memory is overwritten in pieces of so many float32: 16 MiB."""

_MORE_THAN_THERE_IS = 1 << 50
"""Bytes that no device has."""


def thread_exit(context: Context) -> None:
    """Graphs that were captured in a thread that has ended answer as before, whatever was written to freed memory."""
    network, batch = context.network(RECOGNISER), line_batch(context.page, context.pick(card=16, rehearsal=2))
    expected = answer(TorchModel(network, context.lane()), batch)[0]
    model = TorchModel(network, context.lane())
    with ThreadPoolExecutor(1) as ending:
        ending.submit(model.prepare, [tuple(batch.shape), *_MORE_SHAPES]).result()
    _overwrite_freed_memory(context, model.lane)
    replays = context.pick(card=20, rehearsal=2)
    with ThreadPoolExecutor(1) as other:
        for replay in range(replays):
            same = float((other.submit(answer, model, batch).result()[0] == expected).mean())
            if not same >= LEAST_SAME_CLASSES:
                raise WrongAnswer(f"replay {replay}: {same:.4f} of the classes are as before")
    say(f"replays in another thread that were right: {replays}")


def oom_in_capture(context: Context) -> None:
    """A capture that runs out of memory fails alone: the lane's graphs from before and after it answer."""
    network, lane = context.network(DETECTOR), context.lane()
    side = context.pick(card=960, rehearsal=96)
    shapes = ((1, 3, side, side), (2, 3, side, side))
    batches = [torch.randint(0, 256, shape, dtype=torch.uint8, device=context.device) for shape in shapes]
    context.wait()
    with lane.active():
        before = lane.capture(network, batches[0])
        _run_out_of_memory(lane, network, batches[0])
        after = lane.capture(network, batches[1])
        for title, graph, batch in zip(("before", "after"), (before, after), batches, strict=True):
            expected = network(batch)[0].clone()
            off = float((graph(batch)[0] - expected).abs().max())
            say(f"the graph from {title} is off by {off:.5f} at most")
            if not off <= MOST_OFF:
                raise WrongAnswer(f"the graph from {title} the failed capture is off by {off}")
    if context.on_card:
        say(torch.cuda.memory_summary(context.device, abbreviated=True))


def capture_beside_others(context: Context) -> None:
    """Captures succeed while other threads, new ones among them, upload, allocate and compute."""
    recogniser, detector = context.network(RECOGNISER), context.network(DETECTOR)
    page, line = detector_batch(context.page), line_batch(context.page, 1)

    def computes(lane: Lane) -> None:
        with lane.active():
            resized(page_on(context.page, context.device), shape_seen(context.page))
            detector(page.to(context.device))
            lane.mark()()

    def begins_and_ends(_: Lane) -> None:
        with ThreadPoolExecutor(1) as new:
            new.submit(lambda: answer(TorchModel(recogniser, context.lane()), line)).result()

    captures, refused = context.pick(card=24, rehearsal=2), list[str]()
    lane = context.lane()
    with _beside(context, (computes, computes, begins_and_ends)) as disturbed:
        for rows in range(1, captures + 1):
            try:
                with lane.active():
                    lane.capture(recogniser, context.blank((rows, *line.shape[1:])))
            except Exception as error:  # noqa: BLE001 - whatever a library says of a capture is what is asked for here
                refused.append(first_line(error))
    say(f"captures: {captures - len(refused)}, refused: {len(refused)}")
    if refused or disturbed:
        words = [*refused, *(f"a thread beside the captures failed: {error}" for error in disturbed)]
        raise WrongAnswer("; ".join(dict.fromkeys(words)))


def _overwrite_freed_memory(context: Context, lane: Lane) -> None:
    """Fill what the allocator holds for the lane's stream, then give all that is free back and fill other memory."""
    pieces = context.pick(card=64, rehearsal=1)

    def fill() -> None:
        held = [torch.full((_FILLED_ELEMENTS,), torch.nan, device=context.device) for _ in range(pieces)]
        held.clear()

    with lane.active():
        fill()
        lane.mark()()
    if context.on_card:
        torch.cuda.empty_cache()
    fill()
    context.wait()


def _run_out_of_memory(lane: Lane, network: Function, batch: Tensor) -> None:
    """Capture a function that has room in the runs before the capture, and none in it."""

    def greedy(given: Tensor) -> Tensors:
        # The CPU captures nothing: there each run is what a capture is on a card.
        if given.device.type == "cpu" or torch.cuda.is_current_stream_capturing():
            torch.empty(_MORE_THAN_THERE_IS, dtype=torch.uint8, device=given.device)
        return network(given)

    try:
        lane.capture(greedy, batch)(batch)
    except RuntimeError as error:
        say(f"as it has to be: {first_line(error)}")
        return
    raise WrongAnswer("a capture that needs more memory than there is was no error")


@contextmanager
def _beside(context: Context, works: Sequence[Work]) -> Iterator[list[str]]:
    """Do these until the block ends, each in a thread and on a lane of its own; gives the errors that ended some.

    The block begins when each was done once.
    """
    stop, errors = Event(), list[str]()

    def go_on(work: Work, begun: Event) -> None:
        try:
            lane = context.lane()
            while not stop.is_set():
                work(lane)
                begun.set()
        except Exception as error:  # noqa: BLE001 - kept in the library's words, whatever it is
            errors.append(first_line(error))
        finally:
            begun.set()

    begins = [Event() for _ in works]
    threads = [Thread(target=go_on, args=given) for given in zip(works, begins, strict=True)]
    for thread in threads:
        thread.start()
    try:
        for begun in begins:
            begun.wait()
        yield errors
    finally:
        stop.set()
        for thread in threads:
            thread.join()
