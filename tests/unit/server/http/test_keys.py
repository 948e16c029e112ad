from pathlib import Path

import pytest
from pydantic import SecretStr

import server
from server.admission.caller_limits import Caller
from server.config.settings import Settings
from server.http.keys import KeyRing, KeyRings, Replaced

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


def test_replaced_secrets_are_counted_and_hold_from_then_on() -> None:
    ring = KeyRing({name: SecretStr(name) for name in ("kept", "changed", "gone", "also gone")})
    new = {"kept": SecretStr("kept"), "changed": SecretStr("x"), "new": SecretStr("y")}
    assert ring.replace(new) == Replaced(total=3, new=1, changed=1, gone=2)
    found = [ring.find(secret) for secret in ("kept", "changed", "x", "gone", "y")]
    assert [caller and caller.name for caller in found] == ["kept", None, "changed", None, "new"]
    assert ring.names == ("kept", "changed", "new")
    assert (ring.secret("new"), ring.secret("gone")) == ("y", None)
    assert not ring.replace(new)


def settings(tokens: dict[str, str], keys: dict[str, str]) -> Settings:
    """As the configuration gives them: a contract without keys of its own has the tokens."""
    names = ("complexdocr", "file_task", "jobs", "paddleocr_jobs", "layout_parsing", "mistral", "capsolver")
    contracts = {name: {"keys": tokens} for name in names}
    return Settings.model_validate({"auth": {"tokens": tokens}, "contracts": {**contracts, "baidu": {"keys": keys}}})


def test_the_rings_of_a_server_stay_the_same_objects_when_their_secrets_are_replaced() -> None:
    rings = KeyRings(settings({"a": "1"}, {"app": "2"}))
    tokens, inherited, own = rings.tokens, rings.of("file_task"), rings.of("baidu")
    replaced = rings.replace(settings({"a": "1", "b": "3"}, {"app": "4"}))
    assert set(replaced) == {"auth.tokens", "contracts.baidu.keys"}
    assert tokens.find("3") == inherited.find("3") == tokens.caller("b")
    assert (own.find("2"), own.find("4")) == (None, own.caller("app"))


def test_a_ring_that_would_be_opened_is_named() -> None:
    rings = KeyRings(settings({"a": "1"}, {"app": "2"}))
    assert rings.opened_by(settings({"a": "3"}, {"app": "2"})) == ()
    assert "contracts.baidu.keys" in rings.opened_by(settings({"a": "1"}, {}))
    assert "auth.tokens" in rings.opened_by(settings({}, {"app": "2"}))
    assert KeyRings(settings({}, {})).opened_by(settings({}, {})) == ()


def test_no_contract_makes_a_ring_that_a_reload_would_not_reach() -> None:
    contracts = Path(server.__file__).parent / "contracts"
    assert [file.name for file in contracts.rglob("*.py") if "KeyRing(" in file.read_text(encoding="utf-8")] == []
