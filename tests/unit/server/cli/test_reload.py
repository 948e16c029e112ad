"""What a reload takes and what it leaves, without a server; with one: `tests/contract/test_reload.py`."""

import asyncio
import logging

import pytest

from server.cli.reload import Reloader
from server.config.load import Configuration
from server.http.keys import KeyRings
from server.storage.signing import UrlSigner
from tests.unit.server.apps import CLIENT_HOST, configuration

DOCUMENT, NAME = "0" * 32, "ocr_result_0.jpg"
KEY, OTHER = "a key of 16 bytes", "another key of 16 bytes"


def reload(before: Configuration, *after: Configuration, signer: UrlSigner | None = None) -> KeyRings:
    """Reload once for each later configuration; gives the rings."""
    rings, later = KeyRings(before.settings), iter(after)
    reloader = Reloader(lambda: next(later), before, rings, signer, None)

    async def all_of_them() -> None:
        for _ in after:
            await reloader.reload()

    asyncio.run(all_of_them())
    return rings


def test_a_reload_that_would_let_everybody_in_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    rings = reload(configuration(auth={"tokens": {"one": "first-token"}}), configuration())
    assert rings.tokens.find("first-token") == rings.tokens.caller("one")
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "test.yaml: ppocr_server.auth.tokens: would be empty, which lets everybody in" in record.getMessage()


def test_an_open_server_can_be_closed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    closed = configuration(auth={"tokens": {"one": "first-token"}}, server={"allowed_hosts": [CLIENT_HOST]})
    rings = reload(configuration(), closed)
    assert rings.tokens.find("first-token") == rings.tokens.caller("one")
    assert caplog.messages == ["Reloaded: auth.tokens: 1 (1 new, 0 changed, 0 gone)"]


def test_a_new_signing_key_ends_older_links_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    signer = UrlSigner(KEY.encode(), 60)
    old, changed = configuration(storage={"signing_key": KEY}), configuration(storage={"signing_key": OTHER})
    link = signer.path(DOCUMENT, NAME).split("/")[2:]
    reload(old, old, changed, changed, signer=signer)
    assert signer.verify(*link) is None
    assert UrlSigner(OTHER.encode(), 60).verify(*signer.path(DOCUMENT, NAME).split("/")[2:]) is not None
    assert [message.partition(": ")[2].partition(",")[0] for message in caplog.messages] == [
        "tokens and keys are as before",
        "storage.signing_key is new",
        "tokens and keys are as before",
    ]


def test_changes_that_a_reload_does_not_take_are_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    reload(configuration(), configuration(limits={"max_pages": 7}, contracts={"baidu": {"apis": ["general"]}}))
    assert caplog.messages == ["Reloaded: these changes need a restart: contracts.baidu.apis, limits.max_pages"]


def test_an_unforeseen_error_is_logged_and_the_next_signal_is_still_taken(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    class Signals:
        left = 2

        async def next(self) -> None:
            self.left -= 1
            if self.left < 0:
                raise asyncio.CancelledError

    answers = iter([ZeroDivisionError("a secret"), configuration()])

    def read() -> Configuration:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    before = configuration()
    reloader = Reloader(read, before, KeyRings(before.settings), None, None)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(reloader.run(Signals()))
    assert caplog.messages[0].startswith("Not reloaded: ZeroDivisionError")
    assert caplog.messages[1] == "Reloaded: tokens and keys are as before"
    assert "a secret" not in caplog.text
