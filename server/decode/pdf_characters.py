"""Which characters a PDF's text is made of. Runs in a worker only."""

from server.decode.pdf_file import open_pdf


def characters(data: bytes, password: str | None) -> bytes:
    """Every different character once, sorted, as UTF-8; half a surrogate pair is left out.

    Raises:
        Encrypted: no password, or a wrong one.
        Exception: damaged.
    """
    document = open_pdf(data, password)
    found: set[str] = set()
    try:
        for page in document:
            text = page.get_textpage()
            found.update(text.get_text_bounded())
            text.close()
            page.close()
    finally:
        document.close()
    return "".join(sorted(found)).encode("utf-8", "ignore")
