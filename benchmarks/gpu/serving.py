"""The real server in a process of its own, under load from this machine: JPEG, PNG and PDF as raw bodies."""

import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.documents import pdf
from benchmarks.figures import quantiles
from benchmarks.gpu.figures import Served
from benchmarks.gpu.networks import Setup
from benchmarks.gpu.pages import PageSet, encoded
from benchmarks.gpu.pipelines import DETECTION, RECOGNITION, Floors
from benchmarks.gpu.utilisation import Utilisation
from benchmarks.load import LoadResult, closed_load
from benchmarks.peers import HOST, Peer, Request, ocr_request, ocr_texts
from benchmarks.scrape import Samples, scrape
from tests.reference import serving

PROFILE = serving.REPOSITORY / "configs" / "cuda.yaml"
CLIENTS, QUICK_CLIENTS = (1, 4, 16, 64), (1, 4)
PDF_PAGES, QUICK_PDF_PAGES = 10, 2
SECONDS, QUICK_SECONDS = 8.0, 2.0
WARM_UP_CLIENTS = 16
OFF = "useDocOrientationClassify=false&useDocUnwarping=false&useTextlineOrientation=false&visualize=false"


def measure_serving(setup: Setup, pages: PageSet, floors: Floors) -> Iterator[Served]:
    """Start the server, warm it with every file, and load it."""
    files = _requests(pages, quick=setup.quick)
    with running_server(setup) as server:
        for kind, requests in files.items():
            closed_load(server, requests, WARM_UP_CLIENTS)
            warm = closed_load(server, requests, WARM_UP_CLIENTS)
            for clients in QUICK_CLIENTS if setup.quick else CLIENTS:
                wanted = enough_requests(requests, warm, clients, quick=setup.quick)
                yield _measure(setup, server, kind, wanted, clients, floors)


def _measure(
    setup: Setup, server: Peer, kind: str, requests: Sequence[Request], clients: int, floors: Floors
) -> Served:
    before = scrape(server.host, server.port)
    with Utilisation(setup.device) as utilisation:
        result = closed_load(server, requests, clients)
    after = scrape(server.host, server.port)
    detected, recognised = (_grown(before, after, stage) for stage in (DETECTION, RECOGNITION))
    p50, _, p99 = quantiles([seconds for _, seconds in result.latencies])
    return Served(
        kind,
        clients,
        len(result.latencies),
        result.errors,
        result.pages / result.seconds,
        recognised / 1000 / result.seconds,
        1000 * p50,
        1000 * p99,
        utilisation.percent,
        floors.share(detected, recognised, result.seconds),
    )


def _grown(before: Samples, after: Samples, stage: str) -> float:
    key = ("ppocr_stage_cost_total", (("stage", stage),))
    return after[key] - before.get(key, 0.0)


def enough_requests(requests: Sequence[Request], warm: LoadResult, clients: int, *, quick: bool) -> list[Request]:
    """As many requests as keep the server busy for the time that is planned, judged by a pass when it was warm."""
    rate = len(warm.latencies) / warm.seconds
    wanted = max(2 * clients, int(rate * (QUICK_SECONDS if quick else SECONDS)))
    return list(itertools.islice(itertools.cycle(requests), wanted))


def _requests(pages: PageSet, *, quick: bool) -> dict[str, list[Request]]:
    document = pdf(QUICK_PDF_PAGES if quick else PDF_PAGES)
    return {
        "jpeg": image_requests(pages, ".jpg", "image/jpeg"),
        "png": image_requests(pages, ".png", "image/png"),
        "pdf": [_raw(document.name, "application/pdf", document.content, document.pages)],
    }


def image_requests(pages: PageSet, extension: str, content_type: str) -> list[Request]:
    """One request a page, as a file of this kind."""
    files = encoded(pages.images, extension)
    return [_raw(f"{number}{extension}", content_type, body) for number, body in enumerate(files)]


def _raw(name: str, content_type: str, body: bytes, pages: int = 1) -> Request:
    return Request(name, f"/ocr?{OFF}", {"Content-Type": content_type}, body, pages)


@contextmanager
def running_server(setup: Setup, replicas: int = 1) -> Iterator[Peer]:
    """The server in a process of its own until the block ends. See `arguments`."""
    port = serving.free_port()
    program = [sys.executable, "-c", "from server.cli import main; main()"]
    environ = _environment()
    with serving.running([*program, *arguments(setup, port, replicas)], port, environ, ready="/health/ready") as server:
        yield Peer("ours", HOST, port, server.process.pid, ocr_request, ocr_texts, has_metrics=True)


def arguments(setup: Setup, port: int, replicas: int = 1) -> list[str]:
    """Of the server: the profile for GPUs as it is shipped, with the models that are measured.

    Args:
        setup: where and how.
        port: on the loopback interface.
        replicas: so many pipelines share the device, each in a process of its own.
    """
    settings = [
        f"engine.devices=[{','.join([setup.device] * replicas)}]",
        "models.optional_modules=as_configured",
        "models.offline=true",
        f"models.local_directories=[{setup.models}]",
    ]
    if setup.torch_device.type == "cpu":
        settings.append("engine.precision=f32")  # a CPU emulates the profile's float16
    given = [argument for setting in settings for argument in ("--set", setting)]
    return ["serve", "--config", str(PROFILE), "--port", str(port), *given]


def _environment() -> dict[str, str]:
    paths = [str(serving.REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
