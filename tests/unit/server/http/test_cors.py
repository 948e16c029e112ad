import pytest
from litestar.testing import TestClient

from tests.unit.server.apps import application, base64_of, png

PAGE = "https://app.example.org"
BODY = {"file": base64_of(png()), "fileType": 1}
PREFLIGHT = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
ALLOW = "access-control-allow-origin"


@pytest.fixture(scope="module")
def client():
    app = application(server={"cors_origins": [PAGE]}, auth={"tokens": {"a": "secret"}})
    with TestClient(app) as client:
        yield client


def test_by_default_nothing_is_allowed_and_nothing_is_said():
    with TestClient(application(auth={"tokens": {"a": "secret"}})) as client:
        answers = [
            client.options("/ocr", headers=PREFLIGHT),
            client.post("/ocr", json=BODY, headers={"Origin": PAGE, "Authorization": "token secret"}),
        ]
    assert [answer.status_code for answer in answers] == [405, 200]
    assert not any(name.startswith(("access-control", "vary")) for answer in answers for name in answer.headers)


def test_a_preflight_needs_no_token_and_says_what_may_be_sent(client):
    answer = client.options("/ocr", headers=PREFLIGHT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert {name: answer.headers[name] for name in (ALLOW, "vary", "access-control-allow-methods")} == {
        ALLOW: PAGE,
        "vary": "Origin",
        "access-control-allow-methods": "POST",
    }
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "x-request-id"} <= set(allowed)
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("token", ["secret", "wrong"])
def test_answers_and_errors_can_be_read(client, token):
    answer = client.post("/ocr", json=BODY, headers={"Origin": PAGE, "Authorization": f"token {token}"})
    assert answer.status_code == (200 if token == "secret" else 401)
    assert (answer.headers[ALLOW], answer.headers["vary"]) == (PAGE, "Origin")
    exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert {"x-request-id", "x-document-pages", "x-error-reason", "x-error-hint", "retry-after"} == set(exposed)


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "https://app.example.org.evil.example", "http://app.example.org", "null", "", "*"),
        *(f"{PAGE}:444", f"{PAGE}/", PAGE.upper(), f"{PAGE}, https://evil.example"),
    ],
)
def test_other_origins_are_told_nothing(client, origin):
    preflight = client.options("/ocr", headers={**PREFLIGHT, "Origin": origin})
    assert preflight.status_code == 405
    answer = client.post("/ocr", json=BODY, headers={"Origin": origin, "Authorization": "token secret"})
    for each in (preflight, answer):
        assert [name for name in each.headers if name.startswith("access-control")] == []
        assert each.headers["vary"] == "Origin"


def test_without_an_origin_caches_are_told_all_the_same(client):
    assert client.post("/ocr", json=BODY, headers={"Authorization": "token secret"}).headers["vary"] == "Origin"


@pytest.mark.parametrize("path", ["/health", "/metrics", "/createTask", "/rest/2.0/ocr/v1/general", "/nothing"])
def test_other_paths_are_closed_to_pages(client, path):
    for answer in (client.options(path, headers=PREFLIGHT), client.get(path, headers={"Origin": PAGE})):
        assert [name for name in answer.headers if name.startswith(("access-control", "vary"))] == []


def test_options_that_are_no_preflight_are_refused_as_ever(client):
    headers = {"Origin": PAGE, "Authorization": "token secret"}
    assert client.options("/ocr", headers=headers).status_code == 405
