"""Rules 2.1 and 2.2: tokens, keys, signatures."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import requests

from tests.contract.baidu.client import ALL, API_KEY, IMAGE, PREFIX, SECRET_KEY, Client, failure, words
from tests.contract.conftest import wait_until

PAIR = {"grant_type": "client_credentials", "client_id": API_KEY, "client_secret": SECRET_KEY}
BASIC = "general_basic"


@pytest.mark.parametrize(
    ("method", "place"), [("GET", "params"), ("POST", "params"), ("POST", "data"), ("POST", "files")]
)
@pytest.mark.operation("Baidu AI", "/oauth/2.0/token by GET and POST")
def test_2_1_a_token(keyed: Client, method: str, place: str):
    fields = {name: (None, value) for name, value in PAIR.items()} if place == "files" else PAIR
    answer = keyed.ask_token(method, **{place: fields})
    content = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json;charset=UTF-8")
    assert content["expires_in"] == 2_592_000
    assert "brain_all_scope" in content["scope"].split(" ")
    assert content["access_token"].startswith("24.")
    assert content["refresh_token"].startswith("25.")
    assert content["session_key"]
    assert content["session_secret"]
    assert words(keyed.call(BASIC, {"image": IMAGE}, params={"access_token": content["access_token"]}))


def test_2_1_a_body_that_is_no_form_does_not_matter(keyed):
    answer = keyed.ask_token("POST", params=PAIR, data="{}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changed", "error", "description"),
    [
        ({"client_id": "nobody"}, "invalid_client", "unknown client id"),
        ({"client_id": ""}, "invalid_client", "unknown client id"),
        ({"client_id": None}, "invalid_client", "unknown client id"),
        ({"client_id": "core"}, "invalid_client", "unknown client id"),
        ({"client_secret": "wrong"}, "invalid_client", "Client authentication failed"),
        ({"client_secret": "another-secret"}, "invalid_client", "Client authentication failed"),
        ({"client_secret": None}, "invalid_client", "Client authentication failed"),
        ({"grant_type": "password"}, "unsupported_grant_type", None),
        ({"grant_type": None}, "unsupported_grant_type", None),
    ],
)
def test_2_1_no_token(keyed, changed, error, description):
    answer = keyed.ask_token(params={**PAIR, **changed})
    content = answer.json()
    assert (answer.status_code, content["error"]) == (401, error)
    assert set(content) == {"error", "error_description"}
    assert description in (None, content["error_description"])


def test_2_1_errors_of_http_have_the_endpoints_shape(keyed):
    answer = keyed.ask_token("PUT", params=PAIR)
    assert (answer.status_code, answer.json()["error"]) == (405, "invalid_request")
    answer = keyed.ask_token("POST", data=b"a" * 100_000)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")
    answer = keyed.ask_token("POST", data="a=1&" * 200)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_2_1_without_keys_every_pair_gets_a_token(client):
    assert client.new_token("whoever", "whatever")
    for changed in ({"client_id": ""}, {"client_secret": ""}):
        assert client.ask_token(params={**PAIR, **changed}).status_code == 401


def test_2_2_a_token_in_the_form(keyed):
    assert words(keyed.call(BASIC, {"image": IMAGE, "access_token": keyed.token}, params={}))


def test_2_2_further_parameters_are_ignored(keyed):
    params = {"access_token": keyed.token, "aipSdk": "python", "aipVersion": "4.15.13", "image": "x"}
    assert words(keyed.call(BASIC, {"image": IMAGE}, params=params))


@pytest.mark.parametrize("api", ALL)
@pytest.mark.parametrize(
    "options",
    [
        {"params": {}},
        {"params": {"access_token": ""}},
        {"params": {}, "headers": {"Authorization": "Basic YTpi"}},
        {"params": {}, "headers": {"Authorization": "Bearer "}},
    ],
)
def test_2_2_no_token(keyed, api, options):
    failure(keyed.call(api, {"image": IMAGE}, **options), 100, "Invalid parameter")


def _changed(token: str) -> list[str]:
    refresh = "25" + token[2:]
    later = token.split(".")
    later[3] = str(int(later[3]) + 1)
    return ["x", "24.", "24....", token[:-1], token + "0", token[:-1] + "é", refresh, ".".join(later), "\0", "24." * 99]


@pytest.mark.parametrize("number", range(10))
def test_2_2_unknown_tokens(keyed, number):
    content = keyed.call(BASIC, {"image": IMAGE}, params={"access_token": _changed(keyed.token)[number]})
    failure(content, 110, "Access token invalid or no longer valid")


def test_2_2_a_token_of_another_server(client, keyed):
    failure(keyed.call(BASIC, {"image": IMAGE}, params={"access_token": client.token}), 110)
    failure(client.call(BASIC, {"image": IMAGE}, params={"access_token": keyed.token}), 110)


def test_2_2_the_refresh_token_is_no_access_token(keyed):
    token = keyed.ask_token(params=PAIR).json()["refresh_token"]
    failure(keyed.call(BASIC, {"image": IMAGE}, params={"access_token": token}), 110)


def test_2_2_an_expired_token(strict):
    token = strict.new_token()

    def expired() -> bool:
        return strict.call(BASIC, {}, params={"access_token": token})["error_code"] == 111

    wait_until(expired)
    content = strict.call(BASIC, {"image": IMAGE}, params={"access_token": token})
    failure(content, 111, "Access token expired")


def test_2_2_an_unknown_token_is_answered_before_a_large_body_is_read(keyed):
    session = requests.Session()
    for _ in range(3):
        answer = session.post(
            f"{keyed.server.url}{PREFIX}{BASIC}",
            params={"access_token": "x"},
            data={"image": "A" * 6_000_000},
            timeout=60,
        )
        failure(answer.json(), 110)
    session.close()


@pytest.mark.parametrize("secret", [SECRET_KEY, "another-secret", f"bce-v3/{API_KEY}/{SECRET_KEY}"])
@pytest.mark.operation("Baidu AI", "a key as bearer")
def test_2_2_a_key_as_bearer(keyed, secret):
    headers = {"Authorization": f"Bearer {secret}"}
    assert words(keyed.call(BASIC, {"image": IMAGE}, params={}, headers=headers))


@pytest.mark.parametrize("secret", ["wrong", API_KEY, "a-token-of-the-core", f"bce-v3/{API_KEY}/another-secret"])
def test_2_2_another_key_as_bearer(keyed, secret):
    failure(keyed.call(BASIC, {"image": IMAGE}, params={}, headers={"Authorization": f"Bearer {secret}"}), 110)


def test_2_2_without_keys_a_bearer_is_a_token(client):
    headers = {"Authorization": f"Bearer {client.token}"}
    assert words(client.call(BASIC, {"image": IMAGE}, params={}, headers=headers))
    failure(client.call(BASIC, {"image": IMAGE}, params={}, headers={"Authorization": "Bearer whoever"}), 110)


def signed(
    client: Client,
    *,
    key: str = API_KEY,
    secret: str = SECRET_KEY,
    age: int = 0,
    seconds: str = "1800",
    host: str = "127.0.0.1",
    path: str = PREFIX + BASIC,
    names: str = "host;x-bce-date",
) -> dict[str, str]:
    """Headers of a signed request."""
    at = (datetime.now(UTC) - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
    prefix = f"bce-auth-v1/{key}/{at}/{seconds}"
    values = {"host": host, "x-bce-date": at}
    headers = "\n".join(f"{name}:{quote(values[name], '')}" for name in names.split(";") if name in values)
    text = f"POST\n{path}\naipSdk=python&aipVersion=4.15.13\n{headers}"
    first = hmac.new(secret.encode(), prefix.encode(), hashlib.sha256).hexdigest()
    signature = hmac.new(first.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {"Host": host, "x-bce-date": at, "Authorization": f"{prefix}/{names}/{signature}"}


SDK_QUERY = {"aipVersion": "4.15.13", "aipSdk": "python"}


@pytest.mark.operation("Baidu AI", "signed requests (bce-auth-v1)")
def test_2_2_a_signed_request(keyed):
    assert words(keyed.call(BASIC, {"image": IMAGE}, params=SDK_QUERY, headers=signed(keyed)))
    with_port = {**signed(keyed), "Host": f"127.0.0.1:{keyed.server.port}"}
    assert words(keyed.call(BASIC, {"image": IMAGE}, params=SDK_QUERY, headers=with_port))


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "wrong"},
        {"key": "nobody"},
        {"age": 1900},
        {"age": -3600},
        {"seconds": "-1"},
        {"seconds": "9999999"},
        {"seconds": ""},
        {"path": PREFIX + "general"},
        {"names": "x-bce-date"},
        {"names": ""},
        {"names": "host;x-missing"},
    ],
)
def test_2_2_a_wrong_signature(keyed, wrong):
    content = keyed.call(BASIC, {"image": IMAGE}, params=SDK_QUERY, headers=signed(keyed, **wrong))
    failure(content, 14, "IAM Certification failed")


def test_2_2_a_signature_covers_query_and_host(keyed):
    failure(keyed.call(BASIC, {"image": IMAGE}, params={"aipSdk": "java"}, headers=signed(keyed)), 14)
    other_host = {**signed(keyed), "Host": "localhost"}
    failure(keyed.call(BASIC, {"image": IMAGE}, params=SDK_QUERY, headers=other_host), 14)


@pytest.mark.parametrize(
    "header", ["bce-auth-v1/", "bce-auth-v1/a/b/c/d", "bce-auth-v1/////", "bce-auth-v1/" + "/" * 99]
)
def test_2_2_what_is_no_signature(keyed, header):
    failure(keyed.call(BASIC, {"image": IMAGE}, params={}, headers={"Authorization": header}), 14)


def test_2_2_without_keys_nothing_can_be_signed(client):
    failure(client.call(BASIC, {"image": IMAGE}, params=SDK_QUERY, headers=signed(client)), 14)


def test_2_2_an_api_that_is_not_allowed(strict):
    for api in ("general", "accurate", "accurate_basic"):
        failure(strict.call(api, {"image": IMAGE}, params={"access_token": strict.new_token()}), 6)


def test_5_too_many_requests(strict):
    def limited() -> bool:
        content = strict.call(BASIC, {"foo": "x"}, params={"access_token": strict.new_token()})
        return content["error_code"] == 18 and failure(content, 18, "Open api qps request limit reached") is not None

    wait_until(limited)
