"""Puts the contract together: its route and the shape of its errors."""

from server.contracts.base import Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.contracts.layout_parsing.errors import error_answers
from server.contracts.layout_parsing.openapi import openapi_paths, openapi_schemas
from server.contracts.layout_parsing.service import LayoutParsingService
from server.runtime import Runtime

PATH = "/layout-parsing"


def build_layout_parsing(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.layout_parsing
    service = LayoutParsingService(FrontDesk(runtime, "layout_parsing", settings), runtime, settings)
    return Contract(
        name="layout_parsing",
        routes=(contract_route(PATH, service.parse, own_keys=True),),
        paths=(PATH,),
        answer_error=error_answers(runtime).answer,
        openapi=openapi_paths(PATH),
        schemas=openapi_schemas(),
    )
