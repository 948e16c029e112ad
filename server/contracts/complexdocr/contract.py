"""Puts the contract together: its route and the shape of its errors."""

import time

from litestar import Response

from server.contracts.base import AnyRequest, Contract, contract_route
from server.contracts.complexdocr.errors import code_of, status_of
from server.contracts.complexdocr.openapi import openapi_paths
from server.contracts.complexdocr.response import Envelope
from server.contracts.complexdocr.service import ComplexDocrService
from server.contracts.front_desk import FrontDesk
from server.errors import RequestError
from server.runtime import Runtime
from server.telemetry.record import record_of

PATH = "/aipaas/ocr/v1/identify/complexDOcr"
OWN_PATHS = ("/aipaas/",)


def build_complexdocr(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.complexdocr
    service = ComplexDocrService(FrontDesk(runtime, "complexdocr", settings), runtime, settings)

    def answer_error(request: AnyRequest, error: RequestError) -> Response[bytes]:
        record = record_of(request.scope)  # type: ignore[arg-type]
        envelope = Envelope(record.log_id or "", settings.flag_as_string)
        content = envelope.encode(code_of(error), time.perf_counter() - record.begun)
        return Response(content, status_code=status_of(error), media_type="application/json")

    routes = (contract_route(PATH, service.recognize, own_keys=True),)
    return Contract("complexdocr", routes, OWN_PATHS, answer_error, openapi_paths(PATH))
