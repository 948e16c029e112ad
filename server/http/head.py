"""Routes that answer GET answer HEAD too: the same head, without the body, which the HTTP server leaves out."""

from collections.abc import Sequence

from litestar import HttpMethod

GET_AND_HEAD = (HttpMethod.GET, HttpMethod.HEAD)


def with_head(methods: Sequence[HttpMethod]) -> list[HttpMethod]:
    """The methods, with HEAD if GET is among them."""
    return [*methods, HttpMethod.HEAD] if HttpMethod.GET in methods else list(methods)
