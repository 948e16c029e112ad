"""Pieces of OpenAPI that every contract's description is made of."""

from collections.abc import Iterable

from server.contracts.base import Json

TEXT: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}


def structure(properties: Json, required: Iterable[str] | None = None) -> Json:
    """The schema of an object; every property is always there unless ``required`` names those that are."""
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
