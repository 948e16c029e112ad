"""Builds the ASGI application from a configuration and a pipeline. No decision is taken here."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from server.config.host_names import read_authority
from server.config.load import Configuration
from server.contracts.base import Contract
from server.contracts.registry import build_contracts, name_of_owner
from server.errors import RequestError
from server.http.cors import CORS, Cors
from server.http.outermost import RequestTelemetry
from server.http.paced_answers import DOWNLOAD, PacedAnswers
from server.http.refuse_options import refuse_options
from server.http.route_paths import RoutePaths
from server.http.web_page_guard import HostNames, WebPageGuard
from server.lifecycle import StartUp
from server.lifespan import running
from server.operations import docs, health, presets
from server.operations.error_handlers import ErrorHandlers
from server.operations.page import page_routes
from server.page_reader import PageReaderHost
from server.runtime import Runtime, build_runtime
from server.storage.links import files_handler


def create_app(configuration: Configuration, pipeline: PageReaderHost, start_up: StartUp | None = None) -> Litestar:
    """Make the application.

    Args:
        configuration: the effective configuration.
        pipeline: not opened yet. The application opens it when it starts and closes it when it ends.
        start_up: the start; None for one in the foreground.

    Raises:
        ValueError, OSError: the picture storage cannot be used as configured.
    """
    runtime = build_runtime(configuration, pipeline, start_up)

    contracts = build_contracts(runtime)
    errors = ErrorHandlers(contracts)

    async def provide_runtime() -> Runtime:
        return runtime

    app = Litestar(
        route_handlers=[
            *_operations(),
            *page_routes(configuration.settings),
            *_files(runtime),
            *(route for contract in contracts for route in contract.routes),
        ],
        guards=[refuse_options, runtime.authenticator.guard],
        dependencies={"runtime": Provide(provide_runtime)},
        exception_handlers={
            RequestError: errors.failed,
            HTTPException: errors.refused,
            Exception: errors.failed,
        },
        lifespan=[running],
        state=State({"runtime": runtime, "contracts": contracts}),
        openapi_config=None,
        logging_config=None,
    )
    # The framework's own middleware does not see requests without a route. These layers do.
    paced = PacedAnswers(app.asgi_handler, runtime.admission, runtime.downloads)
    cors = Cors(paced, configuration.settings.server.cors_origins, RoutePaths(app.routes, CORS))
    guard = _guard(runtime, contracts, RoutePaths(app.routes, DOWNLOAD), cors, errors)
    app.asgi_handler = RequestTelemetry(
        guard, runtime.metrics, runtime.inside, partial(name_of_owner, contracts=contracts)
    )
    return app


def _guard(
    runtime: Runtime, contracts: Sequence[Contract], downloads: RoutePaths, cors: Cors, errors: ErrorHandlers
) -> WebPageGuard:
    server = runtime.configuration.settings.server
    public = read_authority(urlsplit(server.public_url).netloc) if server.public_url else None
    names = {*(server.allowed_hosts or ()), *(host for contract in contracts for host in contract.hosts)}
    return WebPageGuard(
        cors,
        holds=runtime.checks_web_pages,
        hosts=HostNames(names if public is None else {*names, public[0]}),
        own_url=runtime.link_base,
        downloads=downloads,
        cors=cors,
        refuse=errors.early,
    )


def _operations() -> list[ControllerRouterHandler]:
    return [
        health.health,
        health.live,
        health.ready,
        health.version,
        health.metrics,
        presets.presets,
        docs.openapi_json,
        docs.page,
        docs.asset,
    ]


def _files(runtime: Runtime) -> list[ControllerRouterHandler]:
    publisher = runtime.publisher
    if publisher.store is None or publisher.signer is None:
        return []
    return [files_handler(publisher.store, publisher.signer, runtime.downloads)]
