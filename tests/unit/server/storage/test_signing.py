"""Tests of server/storage/signing.py: what a link opens, until when, and that nothing in it can be changed."""

import pytest

from server.config.serving_settings import NEVER_EXPIRES
from server.storage.base import new_document_id
from server.storage.signing import UrlSigner
from tests.unit.server.storage.clock import Clock

KEY = b"0123456789abcdef"
DOCUMENT = "00112233445566778899aabbccddeeff"
NAME = "ocr_img_0.jpg"


def _parts(path: str) -> tuple[str, str]:
    empty, files, token, name = path.split("/")
    assert (empty, files) == ("", "files")
    return token, name


def test_a_link_opens_its_picture_until_it_expires() -> None:
    clock = Clock()
    signer = UrlSigner(KEY, 60, clock)
    token, name = _parts(signer.path(DOCUMENT, NAME))
    assert name == NAME
    assert signer.verify(token, name) == f"{DOCUMENT}/{NAME}"
    clock.now += 59
    assert signer.verify(token, name)
    clock.now += 1
    assert signer.verify(token, name) is None


def test_a_link_that_never_expires() -> None:
    clock = Clock()
    signer = UrlSigner(KEY, NEVER_EXPIRES, clock)
    token, name = _parts(signer.path(DOCUMENT, NAME))
    clock.now += 10**10
    assert signer.verify(token, name)


def test_every_changed_character_of_a_token_breaks_it() -> None:
    signer = UrlSigner(KEY, 60)
    token, name = _parts(signer.path(DOCUMENT, NAME))
    for position in range(len(token)):
        for other in "0aA.":
            changed = token[:position] + other + token[position + 1 :]
            assert changed == token or signer.verify(changed, name) is None


@pytest.mark.parametrize(
    "name", ["ocr_img_1.jpg", "input_img_0.jpg", "../ocr_img_0.jpg", "", "ocr_img_0.jpg\n", "é\ud800"]
)
def test_a_token_opens_no_other_picture(name: str) -> None:
    signer = UrlSigner(KEY, 60)
    token, _ = _parts(signer.path(DOCUMENT, NAME))
    assert signer.verify(token, name) is None


@pytest.mark.parametrize(
    "token", ["", ".", "a.b.c", f"{DOCUMENT}.never.", f"{DOCUMENT}.-1.{'A' * 43}", "é" * 80, "\ud800"]
)
def test_what_is_no_token(token: str) -> None:
    assert UrlSigner(KEY, 60).verify(token, NAME) is None


def test_an_expiring_link_cannot_be_made_everlasting() -> None:
    signer = UrlSigner(KEY, 60)
    token, name = _parts(signer.path(DOCUMENT, NAME))
    document, _, signature = token.split(".")
    assert signer.verify(f"{document}.never.{signature}", name) is None


def test_links_work_across_processes_exactly_where_the_key_is_the_same() -> None:
    token, name = _parts(UrlSigner(KEY, 60).path(DOCUMENT, NAME))
    assert UrlSigner(KEY, 1).verify(token, name)
    assert UrlSigner(b"another key, 16+", 60).verify(token, name) is None
    assert UrlSigner(None, 60).verify(token, name) is None
    random_token, _ = _parts(UrlSigner(None, 60).path(DOCUMENT, NAME))
    assert UrlSigner(None, 60).verify(random_token, name) is None


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        UrlSigner(b"secret", 60)


def test_a_foreign_id_gets_no_link() -> None:
    with pytest.raises(ValueError, match="not a picture key"):
        UrlSigner(KEY, 60).path("../escape", NAME)
    assert UrlSigner(KEY, 60).path(new_document_id(), NAME)


def test_another_key_ends_the_links_of_the_one_before() -> None:
    signer = UrlSigner(b"a key of 16 bytes", 60)
    link = _parts(signer.path(DOCUMENT, NAME))
    assert signer.verify(*link) is not None
    signer.use(b"another key of 16 bytes")
    assert signer.verify(*link) is None
    with pytest.raises(ValueError, match="at least 16"):
        signer.use(b"short")


def test_a_seal_holds_for_its_words_and_its_time_only():
    clock = Clock()
    signer = UrlSigner(b"k" * 16, 60, clock)
    seal = signer.seal("job", "1", "a.jpg")
    assert signer.is_sealed(seal, "job", "1", "a.jpg")
    for words in (("job", "2", "a.jpg"), ("job", "1", "b.jpg"), ("job", "1"), ("job", "1", "a.jpg", "")):
        assert not signer.is_sealed(seal, *words)
    expiry, _, signature = seal.partition(".")
    for other in (f"{int(expiry) + 1}.{signature}", f"never.{signature}", f"{expiry}.", signature, "", f"{expiry}.é"):
        assert not signer.is_sealed(other, "job", "1", "a.jpg")
    assert not UrlSigner(b"l" * 16, 60, clock).is_sealed(seal, "job", "1", "a.jpg")
    clock.now += 60
    assert not signer.is_sealed(seal, "job", "1", "a.jpg")


def test_a_seal_without_an_end_stays():
    clock = Clock()
    signer = UrlSigner(b"k" * 16, NEVER_EXPIRES, clock)
    seal = signer.seal("job", "1", "a.jpg")
    clock.now += 10**9
    assert signer.is_sealed(seal, "job", "1", "a.jpg")


def test_a_seal_may_work_for_a_time_of_its_own():
    now = [1000.0]
    signer = UrlSigner(None, 5, lambda: now[0])
    seal = signer.seal("a", "b", "c", seconds=60)
    now[0] += 59
    assert signer.is_sealed(seal, "a", "b", "c")
    now[0] += 1
    assert not signer.is_sealed(seal, "a", "b", "c")
