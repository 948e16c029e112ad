"""Answers the calls about files: upload, list, show, link, download and delete."""

from litestar import Response

from server.config.contract_settings import MistralSettings
from server.contracts.base import AnyRequest
from server.contracts.front_desk import FrontDesk, Visit
from server.contracts.mistral.errors import Location, UnknownFile
from server.contracts.mistral.file_store import HOUR, FileStore, StoredFile
from server.contracts.mistral.links import SIGNED, is_genuine, seal_of
from server.contracts.mistral.response import file_object
from server.contracts.mistral.upload import DEFAULT_HOURS, PURPOSE, parse_hours, parse_listing, parse_upload
from server.http.auth import signed_in
from server.http.json_response import json_response
from server.runtime import Runtime

FORM_BYTES = 1024 * 1024
"""Bytes that a form may hold beside its file."""
BYTES = "application/octet-stream"
_FILE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class MistralFileService:
    """Keeps files for their callers.

    Args:
        desk: admits uploads and reads their bodies.
        runtime: the running server.
        files: keeps them.
        settings: of the contract.
        path: of the list of files, such as ``/v1/files``.
    """

    def __init__(
        self, desk: FrontDesk, runtime: Runtime, files: FileStore, settings: MistralSettings, path: str
    ) -> None:
        self._desk = desk
        self._runtime = runtime
        self._files = files
        self._settings = settings
        self._path = path
        self._keys = runtime.key_rings.of("mistral")

    async def upload(self, request: AnyRequest) -> Response[bytes]:
        """Keep a file. Its type is looked at when it is read. The status is 200: clients take no other."""
        most = self._settings.max_upload_bytes + FORM_BYTES
        caller = signed_in(request, self._keys)
        return await self._desk.serve(request, self._keep, caller=caller, max_body_bytes=most, waits_for_text=False)

    async def list(self, request: AnyRequest) -> Response[bytes]:
        """List the caller's files, the newest first."""
        owner = signed_in(request, self._keys).name
        wanted = parse_listing(dict(request.query_params.items()))
        search = wanted.search.casefold()
        found = [file for file in self._files.of(owner) if search in file.name.casefold()]
        if wanted.purpose not in (None, PURPOSE):
            found = []
        begin = wanted.page * wanted.page_size
        shown = found[begin : begin + wanted.page_size]
        return json_response({"data": [file_object(file) for file in shown], "object": "list", "total": len(found)})

    async def show(self, request: AnyRequest) -> Response[bytes]:
        """Describe a file."""
        return json_response({**file_object(self._own(request)), "deleted": False})

    async def delete(self, request: AnyRequest) -> Response[bytes]:
        """Delete a file. All links to it are dead at once."""
        file = self._own(request)
        self._files.delete(file.id, file.owner)
        return json_response({"id": file.id, "object": "file", "deleted": True})

    async def link(self, request: AnyRequest) -> Response[bytes]:
        """Give a link to a file, for as many hours as are asked for and allowed."""
        file = self._own(request)
        location: Location = ("query", "expiry")
        hours = parse_hours(request.query_params.get("expiry", str(DEFAULT_HOURS)), location)
        seconds = min(hours, self._settings.max_link_hours) * HOUR
        seal = seal_of(self._runtime.signer, file.id, seconds)
        return json_response({"url": f"{self._runtime.link_base(request)}{self._path}/{file.id}/{SIGNED}/{seal}"})

    async def content(self, request: AnyRequest) -> Response[bytes]:
        """Give a file to its owner."""
        self._runtime.downloads.check_room()
        return _download(self._own(request))

    async def follow(self, request: AnyRequest) -> Response[bytes]:
        """Give a file to whoever has a link to it. The address is the credential."""
        self._runtime.downloads.check_room()
        file_id, seal = request.path_params["file_id"], request.path_params["seal"]
        if not is_genuine(self._runtime.signer, file_id, seal):
            raise UnknownFile
        return _download(self._files.behind_link(file_id))

    async def _keep(self, visit: Visit) -> Response[bytes]:
        upload = await visit.in_thread(parse_upload, visit.take_body(), visit.content_type)
        file = self._files.add(visit.caller.name, upload.data, upload.name, upload.media_type, upload.hours)
        return json_response(file_object(file))

    def _own(self, request: AnyRequest) -> StoredFile:
        owner = signed_in(request, self._keys).name
        return self._files.get(request.path_params["file_id"], owner)


def _download(file: StoredFile) -> Response[bytes]:
    return Response(file.data, media_type=BYTES, headers=_FILE_HEADERS)
