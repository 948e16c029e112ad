"""The parts that live as long as one application: built once from its configuration, and given to the routes."""

import asyncio
from dataclasses import dataclass
from typing import Any, TypeAlias

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from models.machine import usable_cores
from server.admission.caller_limits import CallerLimits
from server.admission.pixels import PixelGate
from server.admission.requests import Admission
from server.admission.wait_estimate import WaitEstimate
from server.config.access import is_loopback
from server.config.load import Configuration
from server.decode.decoder import Decoder
from server.decode.workers.process import PROTECTIONS
from server.http.auth import Authenticator
from server.http.keys import KeyRings
from server.http.public_url import PublicUrl
from server.http.trusted_proxies import TrustedProxies
from server.intake.fetch import UrlFetcher
from server.lifecycle import Lifecycle, StartUp
from server.page_reader import PageReaderHost
from server.pipelines.model_store import find_font
from server.service import DocumentReader
from server.storage.publisher import PicturePublisher, build_publisher, build_signer
from server.storage.signing import UrlSigner
from server.telemetry.inside import Inside
from server.telemetry.metrics import Metrics
from server.threads import Threads

MAX_PEEKS = 32
MAX_PEEK_BYTES = 32 * 1024 * 1024
DOWNLOADS_PART = 4
"""Downloads may hold a quarter of the bytes that documents and answers may hold, in addition to those."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts of a server. `build_runtime` starts none of them; `server/lifespan.py` does.

    ``peeks`` bounds the bodies of refused requests that are read all the same. It is separate from ``admission``, so
    that they never take the place of an admitted request. ``downloads`` bounds the pictures and results that clients
    take. ``signer`` makes the links to all of them. ``caller_limits`` holds for each caller over all contracts.
    """

    configuration: Configuration
    pipeline: PageReaderHost
    decoder: Decoder
    document_reader: DocumentReader
    fetcher: UrlFetcher
    publisher: PicturePublisher
    signer: UrlSigner
    admission: Admission
    peeks: Admission
    downloads: Admission
    wait_estimate: WaitEstimate
    caller_limits: CallerLimits
    key_rings: KeyRings
    authenticator: Authenticator
    proxies: TrustedProxies
    public_url: PublicUrl
    threads: Threads
    metrics: Metrics
    inside: Inside
    lifecycle: Lifecycle
    start_up: StartUp

    def deadline(self) -> float:
        """Event loop time at which the work of a request that begins now is cancelled."""
        return asyncio.get_running_loop().time() + self.configuration.settings.limits.request_timeout_seconds

    def link_base(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        """The base of links in the answer to this connection."""
        peer = connection.client.host if connection.client else None
        scheme = str(connection.scope.get("scheme", "http"))
        return self.public_url.base(scheme, peer, connection.headers, self._reached(connection))

    def checks_web_pages(self) -> bool:
        """Whether requests of other sites' web pages are refused, and those that name another host."""
        server = self.configuration.settings.server
        return server.allowed_hosts is not None or (self.authenticator.open and is_loopback(server.host))

    def client_address(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        """The address of this connection's client, as limits count it."""
        peer = connection.client.host if connection.client else None
        return self.proxies.client(peer, connection.headers.getall("x-forwarded-for", []))

    def _reached(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        """Address and port of this server that the connection uses. The configured ones may be a wildcard and 0."""
        settings = self.configuration.settings.server
        host, port = connection.scope.get("server") or (settings.host, settings.port)
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}:{port}" if port else shown


RuntimeDependency: TypeAlias = SkipValidation[NamedDependency[Runtime]]
"""A route parameter named ``runtime``."""


def build_runtime(configuration: Configuration, pipeline: PageReaderHost, start_up: StartUp | None = None) -> Runtime:
    """Put the parts together.

    Args:
        configuration: the effective configuration.
        pipeline: not opened yet. The application opens it when it starts and closes it when it ends.
        start_up: the start; None for one in the foreground.

    Raises:
        ValueError, OSError: the picture storage cannot be used as configured.
    """
    settings = configuration.settings
    limits = settings.limits
    proxies = TrustedProxies(settings.server.trusted_proxies)
    admission = Admission(limits.max_queued_requests, limits.max_queued_bytes)
    gate = PixelGate(limits.max_detection_pixels)
    wait_estimate = WaitEstimate()
    metrics = Metrics(admission, gate)
    key_rings = KeyRings(settings)
    publisher = build_publisher(configuration.serving, settings.storage)
    metrics.watch_stages(pipeline.stats)
    metrics.watch_replicas(pipeline.replicas)
    decoder = Decoder(settings.decode, limits, font=find_font(configuration))
    metrics.watch_isolation(lambda: decoder.protections, PROTECTIONS)
    return Runtime(
        configuration=configuration,
        pipeline=pipeline,
        decoder=decoder,
        document_reader=DocumentReader(pipeline, decoder, gate, metrics.page_read, wait_estimate),
        fetcher=UrlFetcher(settings.url_input),
        publisher=publisher,
        signer=publisher.signer or build_signer(configuration.serving, settings.storage),
        admission=admission,
        peeks=Admission(MAX_PEEKS, MAX_PEEK_BYTES),
        downloads=Admission(limits.max_connections, limits.max_queued_bytes // DOWNLOADS_PART),
        wait_estimate=wait_estimate,
        caller_limits=CallerLimits(settings.auth),
        key_rings=key_rings,
        authenticator=Authenticator(key_rings.tokens, is_loopback(settings.server.host)),
        proxies=proxies,
        public_url=PublicUrl(settings.server.public_url, proxies),
        threads=Threads(max(2, usable_cores())),
        metrics=metrics,
        inside=_inside(gate, publisher),
        lifecycle=Lifecycle(),
        start_up=start_up or StartUp(),
    )


def _inside(gate: PixelGate, publisher: PicturePublisher) -> Inside:
    inside = Inside()
    inside.watch("pages_reading", lambda: gate.reading)
    inside.watch("pages_waiting", lambda: gate.waiting)
    inside.watch("pictures_writing", lambda: publisher.writing)
    return inside
