import pytest

from server.contracts.mistral.errors import WrongField
from server.contracts.mistral.links import is_genuine, linked_file, seal_of
from server.storage.signing import UrlSigner

FILE, OTHER = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
PLACE = ("body", "document", "document_url")


def test_a_link_ends_after_its_seconds():
    now = [1000.0]
    signer = UrlSigner(None, 5, lambda: now[0])
    seal = seal_of(signer, FILE, 3600)
    url = f"https://any.example/mistral/v1/files/{FILE}/signed/{seal}"
    now[0] += 3599
    assert is_genuine(signer, FILE, seal)
    assert linked_file(signer, url, PLACE) == FILE
    assert linked_file(signer, f"{url}?a=b#c", PLACE) == FILE
    assert not is_genuine(signer, OTHER, seal)
    now[0] += 1
    assert not is_genuine(signer, FILE, seal)
    with pytest.raises(WrongField, match="expired"):
        linked_file(signer, url, PLACE)


@pytest.mark.parametrize("url", ["http://a/b.pdf", "http://[", "", "http://a/v1/files/b/signed/c", "x" * 10_000])
def test_other_addresses_are_none_of_ours(url):
    assert linked_file(UrlSigner(None, 5), url, PLACE) is None


def test_a_seal_of_another_kind_opens_no_file():
    signer = UrlSigner(None, 5)
    assert not is_genuine(signer, FILE, signer.seal("paddleocr job", FILE, "signed"))
