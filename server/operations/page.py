"""Serves the page at ``/``, on which a person drops documents and takes their text. All files are this server's own.

The files are open to everybody, because a browser cannot send a token with the address of a page. They say nothing
about this server. What the page needs to know of the server is an answer of its own, for which callers of jobs need
their key. All addresses in the files are relative, so that the page works below a path of a reverse proxy, too.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from litestar import Response, route
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from models.options import OcrOverrides
from server.config.access import is_loopback
from server.config.settings import Settings
from server.contracts.base import AnyRequest
from server.contracts.jobs.formats import BY_NAME, NAMES
from server.contracts.jobs.openapi import AS_OCR, request_fields
from server.contracts.paddlex.openapi import DESCRIPTIONS
from server.contracts.paddlex_shapes.parameters import OcrParameters
from server.errors import NotFound
from server.http.auth import PUBLIC, signed_in
from server.http.head import GET_AND_HEAD
from server.http.security_headers import WORK_PAGE_POLICY
from server.pipelines.model_store import open_store
from server.pipelines.presets import describe_presets
from server.runtime import RuntimeDependency

FOLDER = Path(__file__).parent.parent / "static" / "page"
INDEX = "index.html"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""The media types of the served files by their extensions. Other files of the folder are not served."""
JOBS = "jobs"


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file of the page.

    Attributes:
        content: its bytes.
        media_type: of its content.
        tag: its entity tag, which follows from its content.
    """

    content: bytes
    media_type: str
    tag: str


def page_routes(settings: Settings) -> list[ControllerRouterHandler]:
    """The routes of the page; none where it is off."""
    return [index, page_settings, page_file] if is_shown(settings) else []


def is_shown(settings: Settings) -> bool:
    """Whether the server shows the page. ``auto`` does so where only this machine can reach it and jobs are on."""
    wanted = settings.server.page
    return wanted == "on" or (
        wanted == "auto" and is_loopback(settings.server.host) and settings.contracts.jobs.enabled
    )


def read_files(folder: Path) -> Mapping[str, PageFile]:
    """Read the files of the page.

    Args:
        folder: that they lie in.

    Returns:
        Each file by its path in the folder. Files without a known media type are left out.
    """
    files = {}
    for path in sorted(folder.rglob("*")):
        media_type = MEDIA_TYPES.get(path.suffix)
        if media_type is not None and path.is_file():
            content = path.read_bytes()
            tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            files[path.relative_to(folder).as_posix()] = PageFile(content, media_type, tag)
    return MappingProxyType(files)


FILES = read_files(FOLDER)


@route("/", http_method=GET_AND_HEAD, opt={PUBLIC: True}, sync_to_thread=False)
def index(request: AnyRequest) -> Response[bytes]:
    """Give the page."""
    return _answer(request, FILES[INDEX])


@route("/page/{path:path}", http_method=GET_AND_HEAD, opt={PUBLIC: True}, sync_to_thread=False)
def page_file(request: AnyRequest, path: FromPath[str]) -> Response[bytes]:
    """Give one of the page's files."""
    file = FILES.get(path.removeprefix("/"))
    if file is None:
        raise NotFound
    return _answer(request, file)


@route(
    "/page/settings.json",
    http_method=GET_AND_HEAD,
    media_type="application/json",
    opt={PUBLIC: True},
    sync_to_thread=True,
)
def page_settings(request: AnyRequest, runtime: RuntimeDependency) -> dict[str, object]:
    """Say what the page needs to know of this server. A caller needs the key that creates jobs.

    Raises:
        Unauthorized: the caller has none.
    """
    signed_in(request, runtime.key_rings.of(JOBS))
    configuration = runtime.configuration
    jobs = configuration.settings.contracts.jobs
    presets = describe_presets(configuration, open_store(configuration))
    return {
        "retentionSeconds": jobs.retention_seconds,
        "maxUploadBytes": jobs.max_upload_bytes,
        "preset": configuration.preset_of(JOBS),
        "presets": [
            {
                "name": preset.name,
                "installed": all(model.installed for model in preset.models),
                "models": [model.name for model in preset.models],
                "defaults": _defaults(runtime, preset.name),
            }
            for preset in presets
        ],
        "formats": [_format(name) for name in NAMES],
        "fields": [_field(name, schema) for name, schema in request_fields().items()],
    }


def _answer(request: AnyRequest, file: PageFile) -> Response[bytes]:
    headers = {"Content-Security-Policy": WORK_PAGE_POLICY, "Cache-Control": "no-cache", "ETag": file.tag}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if file.tag in known or "*" in known:
        return Response(b"", status_code=304, media_type=file.media_type, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


def _defaults(runtime: RuntimeDependency, preset: str) -> dict[str, object]:
    """The values that a preset gives to the fields which a request leaves out, by the fields' names."""
    options = asdict(runtime.pipeline.defaults.resolve(OcrOverrides(preset=preset)))
    names = {name: field.alias or name for name, field in OcrParameters.model_fields.items()}
    return {alias: options[name] for name, alias in names.items() if name in options and name != "preset"}


def _format(name: str) -> dict[str, object]:
    """A format of results. ``later`` says that its file is made for everybody who asks for it, and when they do."""
    form = BY_NAME.get(name)
    return {"name": name, "extension": form.extension if form else name, "later": form is None or form.on_demand}


def _field(name: str, schema: Mapping[str, Any]) -> dict[str, object]:
    """A field of a request: its name, its schema, and one line about it."""
    kind = {key: value for key, value in schema.items() if key != "description"}
    described = schema["description"]
    return {"name": name, "schema": kind, "about": DESCRIPTIONS[name] if described == AS_OCR else described}
