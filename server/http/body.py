"""Reads a request's body into memory, within limits of its size, its time and the bytes of all requests together.

It also splits a Content-Type into its parts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from email.message import Message
from io import BytesIO
from typing import Any

from server.admission.requests import Ticket
from server.config.settings import LimitSettings
from server.errors import BodyTimeout, BodyTooLarge, ClientDisconnected, EncodedBody

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


async def read_body(receive: Receive, announced: str | None, ticket: Ticket, limits: LimitSettings) -> bytes:
    """Read the whole body.

    Args:
        receive: the ASGI receive channel, not read yet.
        announced: the Content-Length header. A body that announces too much is refused before any of it is read. The
            header reserves no bytes: clients that announce much and send nothing must not shut the others out.
        ticket: charged with the bytes as they arrive, before they are kept.
        limits: size cap and time limit of one body.

    Raises:
        BodyTooLarge: the body is over the cap, or its Content-Length is.
        BodyTimeout: it did not arrive in time.
        ClientDisconnected: the client went away before its end.
        Overloaded: all requests together would hold too much.
    """
    if announced and announced.isascii() and announced.isdigit():
        _check_size(int(announced), limits)
    try:
        async with asyncio.timeout(limits.body_timeout_seconds):
            return await _read(receive, ticket, limits)
    except TimeoutError as error:
        raise BodyTimeout from error


def check_encoding(encodings: Iterable[str]) -> None:
    """Refuse a body that is compressed. Decompressed, a small one can be of any size, and clients gain little.

    Args:
        encodings: the values of all headers Content-Encoding.

    Raises:
        EncodedBody: one of them names an encoding.
    """
    names = {name.strip().lower() for encoding in encodings for name in encoding.split(",")}
    if names - {"", "identity"}:
        raise EncodedBody


async def _read(receive: Receive, ticket: Ticket, limits: LimitSettings) -> bytes:
    body = BytesIO()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        chunk = message.get("body", b"")
        _check_size(body.tell() + len(chunk), limits)
        ticket.add_bytes(len(chunk))
        body.write(chunk)
        if not message.get("more_body", False):
            return body.getvalue()  # without a copy, which would hold up the event loop where the body is large


def _check_size(size: int, limits: LimitSettings) -> None:
    if size > limits.max_body_bytes:
        raise BodyTooLarge(f"The request body is larger than the {limits.max_body_bytes} bytes that this server takes.")


def split_content_type(content_type: str) -> tuple[str, str]:
    """Main type and subtype in lower case; two empty strings for a missing header."""
    if not content_type:
        return "", ""
    message = Message()
    message["content-type"] = content_type
    return message.get_content_maintype(), message.get_content_subtype()
