import pytest

from server.contracts.baidu.errors import Refused
from server.contracts.baidu.tokens import TokenIssuer, fingerprint


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


APP = fingerprint("app", "its secret")


def test_a_token_says_whose_it_is_and_no_two_are_the_same():
    issuer = TokenIssuer(60)
    first, second = issuer.issue(APP)["access_token"], issuer.issue(APP)["access_token"]
    assert first != second
    assert issuer.owner(first) == issuer.owner(second) == APP


def test_a_token_is_good_to_the_end_of_its_time():
    clock = Clock()
    issuer = TokenIssuer(60, clock)
    token = issuer.issue(APP)["access_token"]
    clock.now += 59.9
    assert issuer.owner(token) == APP
    clock.now += 0.1
    with pytest.raises(Refused, match="expired"):
        issuer.owner(token)


def test_an_expired_token_that_was_changed_is_unknown():
    clock = Clock()
    issuer = TokenIssuer(60, clock)
    token = issuer.issue(APP)["access_token"]
    clock.now += 100
    with pytest.raises(Refused, match="no longer valid"):
        issuer.owner(token.replace(".1000060000.", ".9000060000."))


def test_another_process_does_not_know_a_token():
    with pytest.raises(Refused, match="no longer valid"):
        TokenIssuer(60).owner(TokenIssuer(60).issue(APP)["access_token"])


def test_a_client_with_another_secret_is_another_owner():
    assert (
        len({fingerprint("app", "its secret"), fingerprint("app", "another"), fingerprint("other", "its secret")}) == 3
    )
