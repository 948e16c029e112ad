"""``ppocr-server serve``: checks, models, pipeline, and then the HTTP server in this process."""

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
    server = _Server(_uvicorn_config(configuration, _application(configuration, pipeline)))
    server.run(sockets=sockets)


def _build(configuration: Configuration, store: ModelStore) -> OcrPipeline:
    """Build the pipeline in a thread that ends with it.

    OpenVINO gives the thread that loads it another signal stack, and frees that when its last model is closed. On the
    main thread, where signals arrive, the next one would then crash the process.
    """
    with ThreadPoolExecutor(1) as loader:
        return loader.submit(build_pipeline, configuration.pipeline, store).result()


def _application(configuration: Configuration, pipeline: OcrPipeline) -> Litestar:
    try:
        return create_app(configuration, pipeline)
    except OSError as error:
        raise Failure(f"The directory for pictures cannot be used: {error}.") from error


def _exit(_number: int, _frame: FrameType | None) -> None:
    """Stop without a traceback: while models load at once, later after uvicorn, which raises the signal once more."""
    raise SystemExit(0)


class _Server(uvicorn.Server):
    """Says where it listens once it really answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            urls = ", ".join(url_of(listening, self.config.is_ssl) for listening in sockets or ())
            logger.info("Serving on %s", urls)


def _uvicorn_config(configuration: Configuration, app: Litestar) -> uvicorn.Config:
    """Settings of the HTTP server.

    Its access log stays off (requests are logged with the facts that matter), and forwarded headers are our own
    business: they count from configured proxies only.
    """
    listen: ServerSettings = configuration.settings.server
    return uvicorn.Config(
        app,
        http="httptools",
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
