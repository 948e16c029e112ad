"""Chooses between two media types of an answer by the request's Accept headers (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Iterable

_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")

MAX_RANGES = 100
"""Media ranges that are looked at. Browsers send about ten; a head has room for tens of thousands."""


def prefers(accept: Iterable[str], other: str, usual: str) -> bool:
    """Whether the client prefers another media type than the usual one.

    It does if it names that type in full and gives it no lower weight than the usual one has. Ranges such as ``*/*``
    name no type. So a client that takes everything, or nothing that there is, gets the usual type.

    Args:
        accept: the values of all headers Accept.
        other: the other media type, in lower case.
        usual: the usual one, in lower case.
    """
    weights: dict[str, float] = {}
    for media_range in ",".join(accept).split(",", MAX_RANGES)[:MAX_RANGES]:
        name, *parameters = (part.strip() for part in media_range.lower().split(";"))
        weights[name] = max(weights.get(name, 0.0), _weight(parameters))
    ranges = (usual, f"{usual.partition('/')[0]}/*", "*/*")
    of_usual = next((weights[name] for name in ranges if name in weights), 0.0)
    return 0.0 < weights.get(other, 0.0) >= of_usual


def _weight(parameters: Iterable[str]) -> float:
    """The weight of a media range; 1 if it has none, and 0 if its weight is no weight."""
    for parameter in parameters:
        if parameter.startswith("q="):
            found = _WEIGHT.fullmatch(parameter)
            return float(found[1]) if found else 0.0
    return 1.0
