"""Puts the contract together: its routes, the shape of its errors, and the files that it keeps."""

from litestar import HttpMethod

from server.contracts.base import Contract, contract_route
from server.contracts.front_desk import FrontDesk
from server.contracts.mistral.errors import answer_error
from server.contracts.mistral.file_service import MistralFileService
from server.contracts.mistral.file_store import FileStore
from server.contracts.mistral.links import SIGNED
from server.contracts.mistral.openapi import openapi_paths
from server.contracts.mistral.service import MistralService
from server.http.paced_answers import DOWNLOAD
from server.runtime import Runtime

NAME = "mistral"


def build_mistral(runtime: Runtime) -> Contract:
    """Build the contract."""
    settings = runtime.configuration.settings.contracts.mistral
    base = f"{settings.prefix}/v1"
    files, file = f"{base}/files", f"{base}/files/{{file_id:str}}"
    desk = FrontDesk(runtime, NAME, settings)
    store = FileStore(settings)
    reading = MistralService(desk, runtime, store, settings)
    keeping = MistralFileService(desk, runtime, store, settings, files)
    get, delete = (HttpMethod.GET,), (HttpMethod.DELETE,)
    download = {DOWNLOAD: True}
    return Contract(
        name=NAME,
        routes=(
            contract_route(f"{base}/ocr", reading.ocr, own_keys=True),
            contract_route(f"{base}/models", reading.models, methods=get, own_keys=True),
            contract_route(files, keeping.upload, own_keys=True),
            contract_route(files, keeping.list, methods=get, own_keys=True),
            contract_route(file, keeping.show, methods=get, own_keys=True),
            contract_route(file, keeping.delete, methods=delete, own_keys=True),
            contract_route(f"{file}/url", keeping.link, methods=get, own_keys=True),
            contract_route(f"{file}/content", keeping.content, methods=get, own_keys=True, **download),
            contract_route(f"{file}/{SIGNED}/{{seal:str}}", keeping.follow, methods=get, own_keys=True, **download),
        ),
        paths=(f"{base}/",),
        answer_error=answer_error,
        openapi=openapi_paths(base),
        running=store.running,
    )
