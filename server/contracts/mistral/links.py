"""Signed links to uploaded files. They need no other credential, and are known again when a client sends one back.

A link is known by its path and its seal and not by its host: behind a proxy the host may have another name.
"""

import re
from urllib.parse import urlsplit

from server.contracts.mistral.errors import Location, WrongField
from server.intake.url_rules import is_too_long
from server.storage.signing import UrlSigner

SIGNED = "signed"
_KIND = "mistral file"
_PATH = re.compile(rf"/v1/files/([0-9a-f-]{{36}})/{SIGNED}/([0-9]{{1,12}}\.[A-Za-z0-9_-]{{43}})", re.ASCII)
EXPIRED = "This link to a file has expired, or it was altered. Ask for a new one with GET /v1/files/{file_id}/url."


def seal_of(signer: UrlSigner, file_id: str, seconds: int) -> str:
    """Make the seal of a link that works for so many seconds."""
    return signer.seal(_KIND, file_id, SIGNED, seconds=seconds)


def is_genuine(signer: UrlSigner, file_id: str, seal: str) -> bool:
    """Whether a seal belongs to a link to this file, and has not expired."""
    return signer.is_sealed(seal, _KIND, file_id, SIGNED)


def linked_file(signer: UrlSigner, url: str, location: Location) -> str | None:
    """The id of the file that a link of ours leads to; None for any other address.

    Args:
        signer: made the links.
        url: an address.
        location: of the address in the request.

    Raises:
        WrongField: it has the form of our links, and is expired or altered.
    """
    if is_too_long(url):
        return None
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    found = _PATH.search(path)
    if found is None or found.end() != len(path):
        return None
    if not is_genuine(signer, found[1], found[2]):
        raise WrongField(location, EXPIRED)
    return found[1]
