"""Parts of OpenAPI documents that all contracts use."""

from collections.abc import Iterable

from server.contracts.base import Json

TEXT: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}


def structure(properties: Json, required: Iterable[str] | None = None) -> Json:
    """The schema of an object. ``required`` names the properties that are always there; None stands for all."""
    return {"type": "object", "required": list(properties if required is None else required), "properties": properties}


def array(items: Json) -> Json:
    """The schema of a list."""
    return {"type": "array", "items": items}


def json_content(schema: Json) -> Json:
    """A body in JSON."""
    return {"application/json": {"schema": schema}}


def json_response(description: str, schema: Json) -> Json:
    """An answer in JSON."""
    return {"description": description, "content": json_content(schema)}
