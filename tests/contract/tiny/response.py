"""The contract's answers."""

from collections.abc import Iterable

from litestar import Response

from server.http.json_response import json_response


def read(pages: Iterable[tuple[str, ...]]) -> Response[bytes]:
    """The answer with the lines of all pages."""
    return json_response({"ok": True, "lines": [line for lines in pages for line in lines]})


def failed(why: str, status: int) -> Response[bytes]:
    """The answer to whatever went wrong."""
    return json_response({"ok": False, "why": why}, status)
