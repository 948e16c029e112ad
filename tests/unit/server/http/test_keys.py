import pytest
from pydantic import SecretStr

from server.admission.caller_limits import Caller
from server.http.keys import KeyRing

RING = KeyRing({"one": SecretStr("s3cret"), "two": SecretStr("другой")})


def test_a_ring_without_secrets_is_open_and_knows_nobody() -> None:
    ring = KeyRing({})
    assert ring.open
    assert ring.find("") is None
    assert not ring.matches("", "")


@pytest.mark.parametrize(("presented", "name"), [("s3cret", "one"), ("другой", "two"), ("", None), ("S3cret", None)])
def test_a_secret_is_found_by_its_exact_text(presented: str, name: str | None) -> None:
    caller = RING.find(presented)
    assert (caller and caller.name) == name


def test_a_secret_counts_only_under_its_own_name() -> None:
    assert RING.matches("one", "s3cret")
    assert not RING.matches("two", "s3cret")
    assert not RING.matches("three", "s3cret")
    assert not RING.matches("three", "")


def test_text_that_is_not_unicode_is_not_found() -> None:
    assert RING.find("\ud800") is None


def test_a_secret_is_never_shown() -> None:
    assert "s3cret" not in repr(vars(RING))


def test_one_secret_is_one_account_under_every_name_and_in_every_ring() -> None:
    other = KeyRing({"an app": SecretStr("s3cret"), "one": SecretStr("another")})
    accounts = [ring.caller(name).account for ring, name in ((RING, "one"), (other, "an app"), (other, "one"))]
    assert accounts[0] == accounts[1] != accounts[2]
    assert RING.find("s3cret") == RING.caller("one")
    assert "s3cret" not in accounts[0]


def test_a_name_without_a_secret_has_no_account() -> None:
    assert RING.caller("gone") == Caller("gone", "")
