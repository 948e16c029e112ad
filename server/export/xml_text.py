"""Text that every file format takes."""

import re

NOT_ALLOWED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow (section 2.2, Char), unpaired surrogates among it. Word refuses a file that has any."""


def clean_text(text: str) -> str:
    """Drop characters that XML does not allow; white space of any length and kind becomes one space."""
    return " ".join(NOT_ALLOWED.sub("", text).split())
