"""``ppocr-server serve``: checks, models, pipeline, and then the HTTP server in this process."""

import asyncio
import logging
import math
import signal
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import uvicorn
from litestar import Litestar

from models.errors import OcrError
from models.loader import build_pipeline
from models.pipeline import OcrPipeline
from models.weights import ModelStore
from server.access_rules import check_exposure
from server.app import create_app
from server.cli.failures import Failure
from server.cli.sockets import listen_on, url_of
from server.cli.start import load, open_store, pull_required
from server.configuration import Configuration
from server.effective_config import effective_yaml
from server.http_protocol import limited_protocol
from server.lifecycle import Lifecycle
from server.settings import ServerSettings
from server.telemetry.logs import configure_logging

logger = logging.getLogger(__name__)


def serve(config: Path | None, settings: Sequence[str], *, insecure: bool) -> None:
    """Run the server until it is told to stop.

    Raises:
        ConfigurationError: the configuration is wrong, or would let strangers in.
        OcrError: a model or engine cannot be used.
        Failure: the port, or the directory for pictures, cannot be used.
    """
    configuration = load(config, settings)
    check_exposure(configuration.settings, insecure)
    listen = configuration.settings.server
    configure_logging(listen.log_level, listen.log_format)
    _tell(configuration)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _exit)
    sockets = listen_on(listen.host, listen.port)
    store = open_store(configuration)
    pull_required(configuration, store)
    pipeline = _build(configuration, store)
    app = _application(configuration, pipeline)
    server = _Server(_uvicorn_config(configuration, app), app.state.runtime.lifecycle)
    server.run(sockets=sockets)


def _build(configuration: Configuration, store: ModelStore) -> OcrPipeline:
    """Build the pipeline, with all that the configuration turns on, in a thread that ends with it.

    OpenVINO gives the thread that loads it another signal stack, and frees that when its last model is closed. On the
    main thread, where signals arrive, the next one would then crash the process.
    """
    with ThreadPoolExecutor(1) as loader:
        pipeline = loader.submit(build_pipeline, configuration.pipeline, store).result()
        loader.submit(asyncio.run, _open_required(pipeline)).result()
    return pipeline


async def _open_required(pipeline: OcrPipeline) -> None:
    """Fail before the HTTP server starts, and with one message, where a module that is on cannot run."""
    try:
        await pipeline.open_required()
    except OcrError:
        await pipeline.close()
        raise


def _application(configuration: Configuration, pipeline: OcrPipeline) -> Litestar:
    try:
        return create_app(configuration, pipeline)
    except OSError as error:
        raise Failure(f"The directory for pictures cannot be used: {error}.") from error


def _exit(_number: int, _frame: FrameType | None) -> None:
    """Stop without a traceback: while models load at once, later after uvicorn, which raises the signal once more."""
    raise SystemExit(0)


class _Server(uvicorn.Server):
    """Says where it listens once it really answers, and says that it drains before it closes its door."""

    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._hurry = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            urls = ", ".join(url_of(listening, self.config.is_ssl) for listening in sockets or ())
            logger.info("Serving on %s", urls)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self.force_exit:
            asyncio.get_running_loop().call_soon_threadsafe(self._hurry.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what was accepted while probes are told to go elsewhere, then stop listening.

        Both together take the configured grace at most; a second interrupt ends the wait at once.
        """
        self._lifecycle.drain()
        loop = asyncio.get_running_loop()
        end = loop.time() + (self.config.timeout_graceful_shutdown or 0)
        waits = [loop.create_task(_end_of(set(self.server_state.tasks))), loop.create_task(_set(self._hurry))]
        await asyncio.wait(waits, timeout=end - loop.time(), return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self.config.timeout_graceful_shutdown = max(0, math.ceil(end - loop.time()))
        await super().shutdown(sockets)


async def _end_of(tasks: set[asyncio.Task[None]]) -> None:
    """Wait for tasks that go on if this wait is cancelled."""
    if tasks:
        await asyncio.wait(tasks)


async def _set(event: asyncio.Event) -> None:
    await event.wait()


def _uvicorn_config(configuration: Configuration, app: Litestar) -> uvicorn.Config:
    """Settings of the HTTP server.

    Its access log stays off (requests are logged with the facts that matter), and forwarded headers are our own
    business: they count from configured proxies only.
    """
    listen: ServerSettings = configuration.settings.server
    return uvicorn.Config(
        app,
        http=limited_protocol(configuration.settings.limits.body_timeout_seconds),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=math.ceil(listen.shutdown_grace_seconds),
        ssl_certfile=listen.tls_certificate,
        ssl_keyfile=listen.tls_key,
    )


def _tell(configuration: Configuration) -> None:
    """Log what is in force, and everything in the file that has no effect."""
    logger.info("Configuration in force:\n%s", effective_yaml(configuration))
    for note in configuration.notes:
        logger.warning(note)
    if not configuration.settings.auth.tokens:
        logger.info("No access tokens are configured: whoever reaches the port may send documents.")
