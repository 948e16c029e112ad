"""An answer in JSON."""

from collections.abc import Mapping

import msgspec
from litestar import Response


def json_response(
    content: Mapping[str, object], status: int = 200, media_type: str = "application/json"
) -> Response[bytes]:
    """Encode an answer, so that every contract decides exactly which bytes and which content type it sends.

    Args:
        content: JSON types only. NaN and infinity would become null.
        status: HTTP status.
        media_type: the content type, with its parameters.
    """
    return Response(msgspec.json.encode(content), status_code=status, media_type=media_type)
