"""Puts the contract together: its route and the shape of its errors."""

from server.contracts.base import Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.contracts.paddlex.errors import error_answers
from server.contracts.paddlex.openapi import openapi_paths, openapi_schemas
from server.contracts.paddlex.service import PaddleXService
from server.contracts.paddlex_shapes.diagnostics import Diagnostics
from server.runtime import Runtime

PATH = "/ocr"


def build_paddlex(runtime: Runtime) -> Contract:
    """Build the contract. The server's access tokens name its callers."""
    configuration = runtime.configuration
    desk = FrontDesk(runtime, "paddlex")
    presets = tuple(configuration.pipeline.preset_defaults.presets)
    diagnostics = Diagnostics(configuration, runtime.pipeline.modules)
    service = PaddleXService(
        desk, runtime.authenticator, presets, diagnostics, configuration.serving, runtime.publisher
    )
    return Contract(
        name="paddlex",
        routes=(contract_route(PATH, service.ocr, cors=True),),
        paths=(PATH,),
        answer_error=error_answers(runtime).answer,
        openapi=openapi_paths(PATH),
        schemas=openapi_schemas(),
    )
