"""Whose an access token is, also after the keys changed."""

import pytest
from pydantic import SecretStr

from server.admission.caller_limits import ANYBODY
from server.config.contract_settings import BaiduSettings
from server.contracts.baidu.callers import Callers
from server.contracts.baidu.errors import Refused
from server.contracts.baidu.oauth import grant_token
from server.http.keys import KeyRing


def secrets(**texts: str) -> dict[str, SecretStr]:
    return {name: SecretStr(text) for name, text in texts.items()}


def token(callers: Callers, name: str, secret: str) -> str:
    fields = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
    return str(grant_token(fields, callers.keys, callers.issuer)["access_token"])


def test_a_token_ends_with_the_key_that_it_was_issued_for() -> None:
    callers = Callers(BaiduSettings(), KeyRing(secrets(app="its secret", other="x")))
    presented = {"access_token": token(callers, "app", "its secret")}
    assert callers.identify_by_form(presented).name == "app"
    callers.keys.replace(secrets(app="its secret", new="y"))
    assert callers.identify_by_form(presented).name == "app"
    for later in (secrets(app="another"), secrets(other="its secret")):
        callers.keys.replace(later)
        with pytest.raises(Refused, match="no longer valid"):
            callers.identify_by_form(presented)


def test_a_token_from_before_there_were_keys_opens_nothing() -> None:
    callers = Callers(BaiduSettings(), KeyRing({}))
    presented = {"access_token": token(callers, "anybody", "whatever")}
    assert callers.identify_by_form(presented) == ANYBODY
    callers.keys.replace(secrets(app="its secret"))
    with pytest.raises(Refused, match="no longer valid"):
        callers.identify_by_form(presented)
