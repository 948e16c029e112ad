import pytest
from litestar.testing import TestClient
from pydantic import SecretStr

from server.errors import Unauthorized
from server.http.auth import Authenticator
from server.http.keys import KeyRing
from tests.unit.server.apps import application, base64_of, png

TOKENS = {"alice": SecretStr("first-token"), "bob": SecretStr("second-token")}


@pytest.mark.parametrize(
    "header",
    ["token first-token", "Token second-token", "Bearer first-token", "BEARER second-token", "token  first-token "],
)
def test_every_configured_token_opens_with_either_scheme(header):
    Authenticator(KeyRing(TOKENS), local=True).check(header)


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "first-token", "Basic first-token", "token", "token ", "Bearer first-toke", "Bearer first-tokens"),
        *("tokenfirst-token", "token first-token second-token", "token alice", "token \udcff"),
    ],
)
def test_anything_else_does_not(header):
    with pytest.raises(Unauthorized):
        Authenticator(KeyRing(TOKENS), local=True).check(header)


def test_without_tokens_everybody_may_call():
    Authenticator(KeyRing({}), local=False).check(None)


OPEN = ["/health", "/health/live", "/health/ready", "/schema", "/docs", "/schema/assets/start.js"]
OPERATIONAL = ["/metrics", "/version", "/openapi.json", "/schema/openapi.json"]


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("0.0.0.0", 401)])
def test_health_is_open_and_operations_are_open_on_loopback_only(host, status):
    app = application(auth={"tokens": {"a": "secret"}}, server={"host": host})
    with TestClient(app) as client:
        assert {path: client.get(path).status_code for path in OPEN} == dict.fromkeys(OPEN, 200)
        assert {path: client.get(path).status_code for path in OPERATIONAL} == dict.fromkeys(OPERATIONAL, status)
        headers = {"Authorization": "Bearer secret"}
        assert {path: client.get(path, headers=headers).status_code for path in OPERATIONAL} == dict.fromkeys(
            OPERATIONAL, 200
        )


def test_a_stranger_is_told_how_to_sign_in_by_every_contract():
    contracts = {
        key: {"keys": {"a": "key"}}
        for key in (
            "baidu",
            "complexdocr",
            "file_task",
            "jobs",
            "paddleocr_jobs",
            "layout_parsing",
            "mistral",
            "capsolver",
        )
    }
    app = application(auth={"tokens": {"a": "secret"}}, contracts=contracts, server={"host": "0.0.0.0"})
    with TestClient(app) as client:
        for method, path in (
            ("POST", "/ocr"),
            ("GET", "/metrics"),
            ("GET", "/openapi.json"),
            ("POST", "/aipaas/ocr/v1/identify/complexDOcr"),
            ("GET", "/task/1"),
            ("GET", "/jobs/1"),
            ("GET", "/api/v2/ocr/jobs/1"),
            ("POST", "/v1/ocr"),
            ("GET", "/v1/files/1"),
            ("POST", "/layout-parsing"),
            ("POST", "/createTask"),
            ("POST", "/oauth/2.0/token?grant_type=client_credentials&client_id=b&client_secret=c"),
        ):
            answer = client.request(method, path, json={} if path == "/createTask" else None)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == 'Bearer realm="ppocr-server"'
        assert "www-authenticate" not in client.get("/nothing").headers


def test_ocr_needs_a_token_where_one_is_configured_even_on_loopback():
    body = {"file": base64_of(png()), "fileType": 1, "logId": "mine"}
    with TestClient(application(auth={"tokens": {"a": "secret"}})) as client:
        refused = client.post("/ocr", json=body, headers={"Authorization": "token wrong"})
        assert refused.status_code == 401
        assert refused.json()["errorCode"] == 401
        assert refused.json()["logId"] == "mine"
        assert client.post("/ocr", json=body, headers={"Authorization": "token secret"}).status_code == 200


def test_a_caller_without_a_token_cannot_make_the_server_read_a_large_body():
    with TestClient(application(auth={"tokens": {"a": "secret"}})) as client:
        answer = client.post("/ocr", json={"logId": "mine", "file": "A" * 5_000_000})
    assert answer.status_code == 401
    assert answer.json()["logId"] != "mine"


def test_a_key_over_its_limit_hears_so_and_other_keys_do_not():
    tokens = {"a": "secret-a", "b": "secret-b"}
    with TestClient(application(auth={"tokens": tokens, "pages_per_minute": 1})) as client:

        def ask(token: str):
            body = {"file": base64_of(png()), "fileType": 1, "logId": "x"}
            return client.post("/ocr", json=body, headers={"Authorization": f"Bearer {token}"})

        assert ask("secret-a").status_code == 200
        refused = ask("secret-a")
        assert (refused.status_code, refused.json()["errorCode"], refused.json()["logId"]) == (429, 429, "x")
        assert int(refused.headers["retry-after"]) in range(1, 62)
        assert ask("secret-b").status_code == 200
