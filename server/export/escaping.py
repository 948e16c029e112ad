"""Escaping of recognised text, before any markup is added to it."""

from html import escape as html_escape


def escaped(text: str, wanted: bool) -> str:
    """A text with ``& < > " '`` as ``&amp; &lt; &gt; &quot; &#x27;`` where that is wanted, else as it is."""
    return html_escape(text, quote=True) if wanted else text
