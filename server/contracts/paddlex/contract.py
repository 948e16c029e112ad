"""Puts the contract together: its route and the shape of its errors."""

from server.admission.caller_limits import CallerLimits
from server.contracts.base import Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.contracts.paddlex.errors import ErrorAnswers
from server.contracts.paddlex.openapi import error_schema, ocr_path, ocr_schemas
from server.contracts.paddlex.service import OcrService
from server.runtime import Runtime

PATH = "/ocr"


def build_paddlex(runtime: Runtime) -> Contract:
    """Build the contract. Its callers are those that the server's access tokens name."""
    configuration = runtime.configuration
    desk = FrontDesk(runtime, CallerLimits(configuration.settings.auth))
    service = OcrService(desk, runtime.authenticator, configuration.serving, runtime.publisher)
    return Contract(
        name="paddlex",
        routes=(contract_route(PATH, service.ocr, own_keys=False),),
        paths=(PATH,),
        answer_error=ErrorAnswers(runtime).answer,
        openapi={PATH: ocr_path()},
        schemas={"Error": error_schema(), **ocr_schemas()},
    )
