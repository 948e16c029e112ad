"""Keys and limits of every contract; links to pictures and bodies that do not come, by our own."""

import socket
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
import requests
import yaml

from server.contracts.registry import OWN
from tests.contract.adapters import Adapter, Call, File, Key, Outcome, adapters
from tests.contract.checks import check_strangers, reply_to
from tests.contract.conftest import (
    IMAGE,
    PATIENCE_SECONDS,
    TEXT,
    TOKEN,
    Server,
    SharedServer,
    body,
    encoded,
    wait_until,
)

HEADERS = {"Authorization": f"token {TOKEN}"}
SHARED_KEY, NO_KEY = Key("tests", TOKEN), Key("stranger", "not-a-key-of-anybody")
EACH = pytest.mark.parametrize("contract", adapters(), ids=lambda contract: contract.name)


def own_keys(name: str) -> tuple[Key, Key]:
    """Two callers of a contract."""
    return Key(f"ann-{name}", f"a-key-of-ann-for-{name}"), Key(f"bob-{name}", f"a-key-of-bob-for-{name}")


def sender(server: Server) -> partial[requests.Response]:
    return partial(Call.send, url=server.url, timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Every contract has keys of its own, and each of them is good for one page a minute."""
    sections = {
        contract.name: {"keys": {key.name: key.secret for key in own_keys(contract.name)}, "pages_per_minute": 1}
        for contract in adapters()
    }
    own = sections.pop(OWN)
    section = {"contracts": sections, "auth": {"tokens": own.pop("keys"), **own}}
    file = tmp_path_factory.mktemp("limited") / "config.yaml"
    file.write_text(yaml.safe_dump({"ppocr_server": section}))
    running = SharedServer("--config", str(file))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def shared_budget(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Every contract takes the server's tokens, one for each test, and each token is good for one page a minute."""
    tokens = {contract.name: f"a-token-spent-at-{contract.name}" for contract in adapters()}
    file = tmp_path_factory.mktemp("shared_budget") / "config.yaml"
    file.write_text(yaml.safe_dump({"ppocr_server": {"auth": {"tokens": tokens, "pages_per_minute": 1}}}))
    running = SharedServer("--config", str(file))
    yield running
    running.stop()


@EACH
def test_what_a_token_spends_at_one_contract_is_missing_at_every_other(shared_budget, contract: Adapter):
    token = Key(contract.name, f"a-token-spent-at-{contract.name}")
    page, send = File("page.png", IMAGE), sender(shared_budget)
    reply = contract.ask(shared_budget.url, page, contract.sign_in(shared_budget.url, token), PATIENCE_SECONDS)
    assert contract.outcome(reply) is Outcome.READ
    for other in adapters():
        answer = send(other.call(page, other.sign_in(shared_budget.url, token)))
        assert reply_to(other, answer).said in other.says[Outcome.RATE_LIMITED], other.name
        assert int(answer.headers["retry-after"]) > 1


@EACH
def test_a_token_of_the_server_opens_every_contract_without_keys_of_its_own(secured, contract: Adapter):
    key = contract.sign_in(secured.url, SHARED_KEY)
    reply = contract.ask(secured.url, File("page.png", IMAGE), key, PATIENCE_SECONDS)
    assert contract.outcome(reply) is Outcome.READ
    assert TEXT in reply.text
    assert TOKEN not in "".join(secured.log)
    assert TEXT not in "".join(secured.log)


@EACH
def test_strangers_are_told_apart_by_every_contract(secured, contract: Adapter):
    check_strangers(contract, sender(secured), NO_KEY, IMAGE)
    check_strangers(contract, sender(secured), Key("stranger", ""), IMAGE)


@EACH
def test_a_key_of_one_contract_is_none_of_another(limited, contract: Adapter):
    for other in adapters():
        if other is not contract:
            check_strangers(contract, sender(limited), own_keys(other.name)[0], IMAGE)


@EACH
def test_each_key_has_its_own_pages(limited, contract: Adapter):
    first, second = own_keys(contract.name)
    page = File("page.png", IMAGE)
    key = contract.sign_in(limited.url, first)
    assert contract.outcome(contract.ask(limited.url, page, key, PATIENCE_SECONDS)) is Outcome.READ
    answer = sender(limited)(contract.call(page, key))
    assert reply_to(contract, answer).said in contract.says[Outcome.RATE_LIMITED]
    assert int(answer.headers["retry-after"]) > 1
    key = contract.sign_in(limited.url, second)
    assert contract.outcome(contract.ask(limited.url, page, key, PATIENCE_SECONDS)) is Outcome.READ


@EACH
def test_a_body_over_the_cap_is_refused_by_every_contract(secured, contract: Adapter):
    noise = encoded(np.random.default_rng(1).integers(0, 255, (700, 700, 3), dtype=np.uint8))
    answer = sender(secured)(contract.call(File("page.png", noise), contract.sign_in(secured.url, SHARED_KEY)))
    assert reply_to(contract, answer).said in contract.says[Outcome.TOO_LARGE], answer.text


def test_a_client_that_downloads_its_pictures_saves_them(secured, tmp_path):
    answer = requests.post(f"{secured.url}/ocr", json=body(IMAGE, visualize=None), headers=HEADERS, timeout=60)
    assert answer.status_code == 200
    for number, page in enumerate(answer.json()["result"]["ocrResults"]):
        assert page["prunedResult"]["rec_texts"] == [TEXT]
        picture = requests.get(page["ocrImage"], timeout=10)
        assert picture.status_code == 200
        assert picture.headers["content-type"] == "image/jpeg"
        (tmp_path / f"{number}.jpg").write_bytes(picture.content)
    assert (tmp_path / "0.jpg").read_bytes().startswith(b"\xff\xd8")


def test_links_follow_the_host_that_the_client_used(secured):
    url = f"http://localhost:{secured.port}"
    headers = {**HEADERS, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = requests.post(f"{url}/ocr", json=body(IMAGE, visualize=True), headers=headers, timeout=60)
    assert answer.json()["result"]["ocrResults"][0]["ocrImage"].startswith(f"{url}/files/")


def test_without_a_token_nothing_is_read(secured):
    for headers in ({}, {"Authorization": "token wrong"}, {"Authorization": TOKEN}):
        answer = requests.post(f"{secured.url}/ocr", json=body(IMAGE), headers=headers, timeout=10)
        assert (answer.status_code, answer.json()["errorCode"]) == (401, 401)
    assert requests.get(f"{secured.url}/health", timeout=10).status_code == 200


def test_both_schemes_open(secured):
    for scheme in ("token", "Token", "Bearer", "bearer"):
        headers = {"Authorization": f"{scheme} {TOKEN}"}
        assert requests.post(f"{secured.url}/ocr", json={}, headers=headers, timeout=10).status_code == 422


def test_a_body_over_the_cap_is_413_with_the_envelope(secured):
    answer = requests.post(f"{secured.url}/ocr", json={"file": "A" * 1_500_000}, headers=HEADERS, timeout=10)
    assert (answer.status_code, answer.json()["errorCode"]) == (413, 413)


def test_a_body_over_the_cap_without_a_length_is_413_too(secured):
    chunks = (b"A" * 100_000 for _ in range(15))
    answer = requests.post(f"{secured.url}/ocr", data=chunks, headers=HEADERS, timeout=10)
    assert (answer.status_code, answer.json()["errorCode"]) == (413, 413)


def test_a_body_that_stalls_is_given_up(secured):
    request = (
        f"POST /ocr HTTP/1.1\r\nHost: a\r\nAuthorization: token {TOKEN}\r\nContent-Length: 1000\r\n\r\n" + '{"file": "'
    )
    with socket.create_connection(("127.0.0.1", secured.port), timeout=20) as connection:
        connection.sendall(request.encode())
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 408")


def test_the_log_holds_neither_content_nor_secrets(secured):
    fields = {"SECRET-FIELD": "SECRET-VALUE"}
    bodies = (body(IMAGE, **fields, textDetThresh="SECRET-VALUE"), body(IMAGE, **fields))
    answers = [requests.post(f"{secured.url}/ocr", json=sent, headers=HEADERS, timeout=60) for sent in bodies]
    # A request's line is written after its answer is sent.
    for answer in answers:
        wait_until(lambda line=f"request={answer.headers['x-request-id']}": line in "".join(secured.log))
    log = "".join(secured.log)
    assert "route=/ocr" in log
    assert "SECRET" not in log
    assert TOKEN not in log
    assert TEXT not in log
