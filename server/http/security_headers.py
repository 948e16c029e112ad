"""Response headers that keep browsers from doing more with an answer than its caller meant."""

from collections.abc import MutableMapping

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For the page that shows the OpenAPI document: its scripts come from this server, its styles are partly inline."""

WORK_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For the page at ``/``: scripts and styles come from this server's files alone. Pictures are in its memory."""

DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": API_POLICY,
    "Cache-Control": "no-store",
}


def add_security_headers(headers: MutableMapping[str, str]) -> None:
    """Add the headers that the handler did not set itself."""
    for name, value in DEFAULTS.items():
        if name not in headers:
            headers[name] = value
