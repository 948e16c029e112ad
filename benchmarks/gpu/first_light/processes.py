"""Pages a second of the real server with one, two and four processes on one card.

What more processes gain is what the interpreter of one costs.
"""

from benchmarks.gpu.first_light.context import Context
from benchmarks.gpu.first_light.report import WrongAnswer, say
from benchmarks.gpu.serving import enough_requests, image_requests, running_server
from benchmarks.gpu.utilisation import Utilisation
from benchmarks.load import closed_load
from benchmarks.process_tree import tree_cpu_seconds

WARM_UP_PASSES = 2
"""Each process reads every page so often before anything counts: shapes get their graphs when they come again."""


def serve_with(context: Context, replicas: int) -> None:
    """Load the server while so many processes share the device, with PNG files as raw bodies."""
    clients = context.pick(card=64, rehearsal=2)
    requests = image_requests(context.pages, ".png", "image/png")
    with running_server(context.setup, replicas) as server:
        closed_load(server, requests * (WARM_UP_PASSES * replicas), clients)
        warm = closed_load(server, requests, clients)
        wanted = enough_requests(requests, warm, clients, quick=context.setup.quick)
        before = tree_cpu_seconds(server.pid)
        with Utilisation(context.setup.device) as utilisation:
            result = closed_load(server, wanted, clients)
        cpu = tree_cpu_seconds(server.pid) - before
    busy = "unknown" if utilisation.percent is None else f"{utilisation.percent:.0f} %"
    say(
        f"processes: {replicas}, clients: {clients}: {result.pages / result.seconds:.1f} pages/s, "
        f"{1e3 * cpu / max(1, result.pages):.1f} ms of CPU a page, device busy {busy}, errors {result.errors}"
    )
    if result.errors or not result.pages:
        raise WrongAnswer(f"{result.errors} of {len(wanted)} requests were not answered with 200")
