"""``ppocr-server serve``: runs the HTTP server in this process. It loads the models while it listens."""

import asyncio
import logging
import math
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from litestar import Litestar

from server.app import create_app
from server.children.core_dumps import forbid_core_dumps
from server.cli.hang_up import HangUps
from server.cli.pipeline_choice import choose_reader
from server.cli.reload import Reloader
from server.cli.sockets import listen_on, url_of
from server.cli.start import load
from server.cli.start_lines import log_start
from server.config.access import check_exposure, tls_context
from server.config.base import ConfigurationError
from server.config.effective import effective_yaml
from server.config.load import Configuration, read_configuration
from server.http.certificate import ServerCertificate
from server.http.protocol import limited_protocol
from server.lifecycle import Lifecycle, StartUp
from server.page_reader import PageReaderHost
from server.pipelines.model_store import open_store
from server.runtime import Runtime
from server.telemetry.inside import Inside
from server.telemetry.logs import configure_logging

ENOUGH_FILES = 65_536
KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep a connection, usually a minute: the server must not close one that a proxy just uses."""
SWITCH_SECONDS = 0.001
"""The event loop waits at most so long for a thread that computes in Python. Python's own 5 ms are long: the event loop
waits several times in each request, and other threads may come before it each time."""

logger = logging.getLogger(__name__)


def serve(config: Path | None, settings: Sequence[str], hang_ups: HangUps, *, insecure: bool) -> None:
    """Run the server until it is told to stop.

    Args:
        config: the configuration file, if one was given.
        settings: from the command line.
        hang_ups: each makes the server read its secrets again.
        insecure: listen beyond this machine also without tokens.

    Raises:
        ConfigurationError: the configuration is wrong, or would let anyone send documents.
        OcrError: a model or engine cannot be used.
        Failure: the port cannot be used.
    """
    forbid_core_dumps()
    sys.setswitchinterval(SWITCH_SECONDS)
    configuration = load(config, settings)
    check_exposure(configuration.settings, insecure)
    listen = configuration.settings.server
    configure_logging(listen.log_level, listen.log_format)
    log_start(logger, configuration)
    logger.debug("Configuration in force:\n%s", effective_yaml(configuration))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _exit)
    sockets = listen_on(listen.host, listen.port)
    store = open_store(configuration)
    start_up, pipeline = choose_reader(configuration, store)
    app = _application(configuration, pipeline, start_up)
    runtime: Runtime = app.state.runtime
    context = tls_context(listen)
    certificate = None if context is None else ServerCertificate(context)
    reloader = Reloader(
        lambda: read_configuration(config, os.environ, settings),
        configuration,
        runtime.key_rings,
        runtime.signer,
        certificate,
    )
    config_of_http = _uvicorn_config(configuration, app)
    reload = partial(reloader.run, hang_ups)
    server = _Server(config_of_http, certificate, runtime.lifecycle, runtime.inside, start_up, reload)
    server.run(sockets=sockets)
    if isinstance(start_up.failure, Exception):
        raise start_up.failure


def _application(configuration: Configuration, pipeline: PageReaderHost, start_up: StartUp) -> Litestar:
    try:
        return create_app(configuration, pipeline, start_up)
    except OSError as error:
        raise ConfigurationError(
            f"Serving.extra.file_storage.directory: '{error.filename}' cannot be used: {error.strerror}."
        ) from error


def _exit(_number: int, _frame: FrameType | None) -> None:
    """Stop without a traceback. Before the HTTP server runs, this ends the process. Later, uvicorn stops first."""
    raise SystemExit(0)


class _Server(uvicorn.Server):
    """Logs its addresses once it answers, and drains before it stops listening.

    Args:
        config: of the HTTP server.
        certificate: for HTTPS; None for HTTP.
        lifecycle: is told to drain.
        inside: knows what is inside when the server stops.
        start_up: the start, which goes on while the server listens.
        reload: runs beside the server until it is cancelled.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        certificate: ServerCertificate | None,
        lifecycle: Lifecycle,
        inside: Inside,
        start_up: StartUp,
        reload: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        super().__init__(config)
        config.load()
        config.ssl = None if certificate is None else certificate.context
        self._lifecycle = lifecycle
        self._inside = inside
        self._signal: str | None = None
        self._start_up = start_up
        self._reload = reload
        self._beside: list[asyncio.Task[None]] = []
        self._hurry = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            urls = ", ".join(url_of(listening, self.config.ssl is not None) for listening in sockets or ())
            logger.info("Listening on %s; documents are welcome when the models are loaded", urls)
            self._beside = [asyncio.create_task(self._announce(urls)), asyncio.create_task(self._reload())]

    async def _announce(self, urls: str) -> None:
        """Log that documents are taken, or stop if the start failed."""
        await self._start_up.ended.wait()
        if self._start_up.failure is None:
            logger.info("Serving on %s", urls)
        else:
            self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        stopping, self._signal = self._signal is not None, signal.Signals(sig).name
        super().handle_exit(sig, frame)
        if self.force_exit:
            asyncio.get_running_loop().call_soon_threadsafe(self._hurry.set)
        if stopping:
            asyncio.get_running_loop().call_soon_threadsafe(self._log_second_signal)

    def _log_second_signal(self) -> None:
        if self.force_exit:
            logger.warning("Stopping at once after a second signal: what is unfinished is given up")
        else:
            logger.info("Stopping already; SIGINT (Ctrl-C) gives up what is unfinished")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer the accepted requests while readiness is false, then stop listening.

        Both together take at most the configured grace. A second interrupt ends the wait at once. One line tells what
        is inside, and one at the end what became of it.
        """
        grace = self.config.timeout_graceful_shutdown or 0
        reason = f"after {self._signal}" if self._signal else "because the start failed"
        logger.info("Stopping %s", reason, extra={"facts": {**self._inside.stop(), "grace": grace}})
        self._lifecycle.drain(grace)
        loop = asyncio.get_running_loop()
        end = loop.time() + grace
        waits = [loop.create_task(_end_of(set(self.server_state.tasks))), loop.create_task(_wait_for(self._hurry))]
        await asyncio.wait(waits, timeout=end - loop.time(), return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self.config.timeout_graceful_shutdown = max(0, math.ceil(end - loop.time()))
        await super().shutdown(sockets)
        seconds = round(self._lifecycle.drained_seconds, 1)
        logger.info("Stopped", extra={"facts": {**self._inside.end(), "seconds": seconds}})


async def _end_of(tasks: set[asyncio.Task[None]]) -> None:
    """Wait for tasks. They go on if this wait is cancelled."""
    if tasks:
        await asyncio.wait(tasks)


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()


def _uvicorn_config(configuration: Configuration, app: Litestar) -> uvicorn.Config:
    """Settings of the HTTP server.

    Its access log stays off, because we log requests ourselves. We also handle forwarded headers ourselves: they count
    from configured proxies only.
    """
    listen, limits = configuration.settings.server, configuration.settings.limits
    return uvicorn.Config(
        app,
        http=limited_protocol(
            limits.body_timeout_seconds,
            min(limits.max_connections, _open_files() // 2),
            max_rest_bytes=limits.max_body_bytes,
        ),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(listen.shutdown_grace_seconds),
    )


def _open_files() -> int:
    """Raise this process's limit of open files as far as allowed, and give the limit.

    Documents are open files too, so connections must leave room for them.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(ENOUGH_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return ENOUGH_FILES if soft == resource.RLIM_INFINITY else soft
