"""A server without tokens answers its own names only, and no page of another site."""

import json
from contextlib import contextmanager

import pytest
from litestar.testing import TestClient

from server.config.serving_settings import MemoryStorage, ServingSettings
from server.http.web_page_guard import HostNames
from tests.unit.server.apps import application, base64_of, png

BODY = {"file": base64_of(png()), "fileType": 1}
PAGE = "https://app.example.org"
OPEN = {"allowed_hosts": None}
"""The default setting. `application` would allow the test client's own name."""


@contextmanager
def serving(*, tokens: dict | None = None, serving: ServingSettings | None = None, **server):
    sections = {"auth": {"tokens": tokens}} if tokens else {}
    app = application(server={**OPEN, **server}, serving=serving, **sections)
    with TestClient(app, base_url="http://127.0.0.1:8080") as client:
        yield client


@pytest.fixture(scope="module")
def client():
    with serving(cors_origins=[PAGE]) as client:
        yield client


def read(client: TestClient, **headers: str) -> int:
    return client.post("/ocr", json=BODY, headers=headers).status_code


OWN = [
    *(
        "localhost",
        "LOCALHOST:1",
        "localhost.:8080",
        "a.b.localhost",
        "127.0.0.1",
        "127.9.8.7:65535",
        "[::1]",
        "[::1]:80",
    ),
    *("[0:0:0:0:0:0:0:1]:8080", "[::ffff:127.0.0.1]", "aip.baidubce.com", "api.capsolver.com:443"),
]
FOREIGN = [
    *(
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "evillocalhost",
        "localhost@evil.example",
        "",
        " ",
    ),
    *("evil.example@localhost", "127.0.0.1.evil.example", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0", "[::]"),
    *("[::1%25lo]", "[fe80::1%lo]", "::1", "192.168.0.1", "xn--localhost-x", "localhost,evil.example", "localhost:x"),
    *("localhost/", "http://localhost", "\xe9.localhost", "baidubce.com", "x.aip.baidubce.com", "testserver.local"),
]


@pytest.mark.parametrize("host", OWN)
def test_names_of_this_machine_and_of_the_vendors_are_answered(client, host):
    assert read(client, host=host) == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_any_other_name_is_refused(client, host):
    assert read(client, host=host.encode("latin-1")) == 421


def test_a_refusal_does_not_read_the_body_and_repeats_nothing(client):
    body = json.dumps({**BODY, "logId": "mine"}).encode()
    answer = client.post("/ocr", content=body, headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["errorCode"]) == (421, 421)
    assert "server.allowed_hosts" in answer.json()["errorMsg"]
    assert answer.json()["logId"] != "mine"
    assert "evil" not in answer.text
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "status", "shape"),
    [
        ("POST", "/ocr", 421, {"logId", "errorCode", "errorMsg"}),
        ("POST", "/createTask", 421, {"errorId", "errorCode", "errorDescription"}),
        ("POST", "/oauth/2.0/token", 421, {"error", "error_description"}),
        ("POST", "/rest/2.0/ocr/v1/general_basic", 200, {"error_code", "error_msg", "log_id"}),
        ("POST", "/aipaas/ocr/v1/identify/complexDOcr", 421, {"code", "message", "flag", "seqid"}),
        ("POST", "/task/pic/ocr", 421, {"status", "message", "data"}),
        ("GET", "/task/none", 421, {"status", "message", "data"}),
    ],
)
def test_each_contract_refuses_in_its_own_shape(client, method, path, status, shape):
    for headers in ({"host": "evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == (status if status == 200 else 421 if "host" in headers else 403)
        assert shape <= set(answer.json())


@pytest.mark.parametrize(
    "path", ["/health", "/health/live", "/metrics", "/docs", "/openapi.json", "/version", "/nothing"]
)
def test_where_no_contract_is_the_refusal_is_plain(client, path):
    answer = client.get(path, headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


SITE, MODE = "sec-fetch-site", "sec-fetch-mode"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({SITE: "same-origin", "origin": "http://127.0.0.1:8080"}, 200),
        ({SITE: "none"}, 200),
        ({SITE: "cross-site"}, 403),
        ({SITE: "Cross-Site", MODE: "no-cors"}, 403),
        ({SITE: "same-site", "origin": "http://localhost:3000"}, 403),
        ({SITE: "anything"}, 403),
        # A form of another page is a navigation, but not by GET.
        ({SITE: "cross-site", MODE: "navigate", "origin": "https://evil.example"}, 403),
        # Browsers that send no such marks, and all of them to an address that they do not trust.
        ({"origin": "http://127.0.0.1:8080"}, 200),
        ({"origin": "http://localhost:3000"}, 403),
        ({"origin": "https://127.0.0.1:8080"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        # The allowed page, and what only looks like it.
        ({SITE: "cross-site", MODE: "cors", "origin": PAGE}, 200),
        ({"origin": PAGE}, 200),
        ({"origin": f"{PAGE}.evil.example"}, 403),
        ({SITE: "cross-site", "origin": "null"}, 403),
    ],
)
def test_pages_of_other_sites_are_refused(client, headers, status):
    assert client.post("/ocr", json=BODY, headers=headers).status_code == status


def test_several_hosts_or_origins_are_refused(client):
    several = [("host", "localhost"), ("host", "evil.example")]
    assert client.post("/ocr", json=BODY, headers=several).status_code == 421
    several = [("host", "localhost"), ("origin", PAGE), ("origin", "https://evil.example")]
    assert client.post("/ocr", json=BODY, headers=several).status_code == 403


def test_the_allowed_page_may_use_its_routes_and_no_other(client):
    assert client.post("/createTask", json={}, headers={"origin": PAGE}).status_code == 403
    preflight = {"origin": PAGE, SITE: "cross-site", "access-control-request-method": "POST"}
    assert client.options("/ocr", headers=preflight).status_code == 204
    assert client.options("/createTask", headers=preflight).status_code == 403


def test_a_link_from_another_site_opens_pages_but_gives_them_nothing(client):
    opened = {SITE: "cross-site", MODE: "navigate"}
    assert client.get("/docs", headers=opened).status_code == 200
    assert client.get("/openapi.json", headers={SITE: "cross-site", MODE: "cors"}).status_code == 403
    assert client.get("/metrics", headers={SITE: "cross-site", MODE: "no-cors"}).status_code == 403


def test_pages_of_other_sites_show_pictures_by_their_signed_links():
    with serving(serving=ServingSettings(return_urls=True, file_storage=MemoryStorage())) as client:
        link = client.post("/ocr", json=BODY).json()["result"]["ocrResults"][0]["ocrImage"]
        shown = {SITE: "cross-site", MODE: "no-cors"}
        assert [client.request(method, link, headers=shown).status_code for method in ("GET", "HEAD", "POST")] == [
            *(200, 200, 403)
        ]
        assert client.get(link, headers={**shown, "host": "evil.example"}).status_code == 421


def test_the_public_url_and_listed_names_are_answered():
    server = {"public_url": "https://ocr.example.org:8443/x", "allowed_hosts": ["box.lan", "*.home", "10.0.0.7"]}
    with serving(**server) as client:
        hosts = [
            "ocr.example.org",
            "box.lan:1",
            "a.b.home",
            "10.0.0.7",
            "localhost",
            "home",
            "x.box.lan",
            "example.org",
        ]
        assert [read(client, host=host) for host in hosts] == [200] * 5 + [421] * 3
        assert read(client, origin="https://ocr.example.org:8443") == 200
        assert read(client, origin="https://ocr.example.org") == 403


@pytest.mark.parametrize(
    ("server", "tokens", "status"),
    [
        ({}, None, 421),
        ({"host": "localhost"}, None, 421),
        ({"host": "::1"}, None, 421),
        # Other machines call this server by a name that only they know.
        ({"host": "0.0.0.0"}, None, 200),
        ({"host": "0.0.0.0", "allowed_hosts": ["ocr.lan"]}, None, 421),
        # A web page has no token.
        ({}, {"a": "secret"}, 200),
        ({"allowed_hosts": []}, {"a": "secret"}, 421),
    ],
)
def test_the_checks_hold_on_loopback_without_tokens_or_where_names_are_listed(server, tokens, status):
    with serving(tokens=tokens, **server) as client:
        client.headers["Authorization"] = "token secret"
        assert read(client, host="any.example") == status
        assert read(client, host="localhost", **{SITE: "cross-site"}) == (200 if status == 200 else 403)


def test_the_vendors_names_are_those_of_the_contracts_that_are_on():
    app = application(server=OPEN, contracts={"baidu": {"enabled": False}})
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert [read(client, host=host) for host in ("api.capsolver.com", "aip.baidubce.com")] == [200, 421]


def test_a_proxy_tells_the_name_by_which_pages_know_this_server():
    forwarded = {
        "x-forwarded-host": "ocr.example.org",
        "x-forwarded-proto": "https",
        "origin": "https://ocr.example.org",
    }
    for proxies, status in ((["127.0.0.0/8"], 200), ([], 403)):
        app = application(server={**OPEN, "trusted_proxies": proxies})
        handler = app.asgi_handler

        async def from_proxy(scope, receive, send, handler=handler):
            await handler({**scope, "client": ("127.0.0.1", 50000)}, receive, send)

        app.asgi_handler = from_proxy
        with TestClient(app, base_url="http://127.0.0.1:8080") as client:
            assert client.post("/ocr", json=BODY, headers=forwarded).status_code == status


def test_a_domain_is_not_one_of_its_hosts():
    names = HostNames(["*.example.org"])
    assert [names.has(host) for host in ("a.example.org", "example.org", "badexample.org")] == [True, False, False]
