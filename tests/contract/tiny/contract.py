"""Puts the contract together: its route and the shape of its errors."""

from server.contracts.base import Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.runtime import Runtime
from tests.contract.tiny.errors import answer_error
from tests.contract.tiny.openapi import openapi_paths
from tests.contract.tiny.service import TinyService

PATH = "/tiny"


def build_tiny(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.tiny
    service = TinyService(FrontDesk(runtime, "tiny", settings), runtime.key_rings.of("tiny"))
    return Contract(
        "tiny", (contract_route(PATH, service.read, own_keys=True),), (PATH,), answer_error, openapi_paths(PATH)
    )
