import hashlib
import re
from urllib.parse import urljoin

import pytest
from litestar.testing import TestClient

from server.operations.docs import ASSETS, MEDIA_TYPES
from tests.unit.server.apps import CLIENT_HOST, application


@pytest.fixture(scope="module")
def client():
    with TestClient(application()) as client:
        yield client


def test_the_page_and_all_it_loads_come_from_this_server(client):
    page = client.get("/schema")
    assert page.headers["content-type"].startswith("text/html")
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(loaded) == 4
    for path in loaded:
        assert path.startswith("schema/assets/")
        answer = client.get(f"/{path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == MEDIA_TYPES[path.rsplit("/", 1)[1]]


@pytest.mark.parametrize("page", ["/docs", "/schema"])
@pytest.mark.parametrize("prefix", ["", "/tools/reader"])
def test_the_page_works_below_a_path_of_a_proxy(client, page, prefix):
    """The proxy takes the prefix away. So what a browser asks for must begin with it."""
    text = client.get(page).text + client.get("/schema/assets/start.js").text
    wanted = [*re.findall(r'(?:src|href)="([^"]*)"', text), *re.findall(r'fetch\("([^"]*)"', text)]
    assert len(wanted) == 5
    for address in wanted:
        resolved = urljoin(f"https://example.org{prefix}{page}", address).removeprefix("https://example.org")
        assert resolved.startswith(f"{prefix}/")
        assert client.get(resolved.removeprefix(prefix)).status_code == 200


@pytest.mark.parametrize("page", ["/docs", "/schema"])
def test_a_slash_behind_the_page_leads_to_it(client, page):
    answer = client.get(f"{page}/", follow_redirects=False)
    assert answer.status_code == 307
    address = f"https://example.org/tools{page}"
    assert urljoin(f"{address}/", answer.headers["location"]) == address


@pytest.mark.parametrize(
    ("public_url", "named"),
    [("https://example.org/tools/reader/", "https://example.org/tools/reader"), (None, f"http://{CLIENT_HOST}")],
)
def test_the_document_names_the_server(public_url, named):
    with TestClient(application(server={"public_url": public_url, "allowed_hosts": [CLIENT_HOST]})) as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": named}]


def test_the_token_stays_in_the_tab(client):
    start = client.get("/schema/assets/start.js").text
    assert "Authorization: `Bearer ${token}`" in start
    assert "sessionStorage.setItem" in start
    assert not re.search(r"localStorage|cookie|indexedDB|history\.|location\.(?!href\))", start)
    # A form that its script does not take would put its named fields into an address.
    assert "name=" not in re.search(r"<form.*</form>", client.get("/docs").text, re.DOTALL)[0]


def test_the_page_runs_no_script_of_its_own_text(client):
    page = client.get("/docs")
    assert re.findall(r"<script[^>]*>([^<]*)", page.text) == ["", ""]
    assert not re.search(r"\son[a-z]+=|javascript:|<style|style=", page.text)
    policy = page.headers["content-security-policy"]
    assert "script-src" not in policy
    assert policy.startswith("default-src 'self';")


def test_the_browser_is_told_to_load_nothing_from_elsewhere(client):
    policy = client.get("/schema").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy


def test_nothing_that_the_page_loads_refers_to_another_host(client):
    style = client.get("/schema/assets/swagger-ui.css").text
    assert "@import" not in style
    assert all(target.startswith("data:") for target in re.findall(r'url\("?([^)"]{0,20})', style))
    assert "sourceMappingURL" not in style
    script = client.get("/schema/assets/swagger-ui-bundle.js").text
    assert "sourceMappingURL" not in script
    start = client.get("/schema/assets/start.js").text
    assert "validatorUrl: null" in start
    for text in (client.get("/schema").text, start):
        assert not re.search(r"(https?:)?//[a-z]", re.sub(r"^// .*$", "", text, flags=re.MULTILINE))


def test_the_page_is_also_where_clients_of_the_reference_look_for_it(client):
    assert client.get("/docs").status_code == 200
    assert client.get("/docs").content == client.get("/schema").content


def test_vendored_files_are_the_ones_that_were_checked():
    noted = dict(re.findall(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|", (ASSETS / "README.md").read_text()))
    assert len(noted) == 3
    for name, digest in noted.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest
    assert "Apache License" in (ASSETS / "LICENSE").read_text()


def test_both_addresses_give_the_same_document(client):
    document = client.get("/openapi.json")
    assert document.headers["content-type"] == "application/json"
    assert document.content == client.get("/schema/openapi.json").content
    assert set(document.json()["paths"]) >= {"/ocr", "/health", "/health/ready", "/health/live", "/metrics", "/version"}


def test_the_request_is_described_with_every_field_in_the_contracts_order(client):
    schema = client.get("/openapi.json").json()["components"]["schemas"]["OcrRequest"]
    assert schema["required"] == ["file"]
    assert list(schema["properties"]) == [
        "file",
        "fileType",
        "useDocOrientationClassify",
        "useDocUnwarping",
        "useTextlineOrientation",
        "textDetLimitSideLen",
        "textDetLimitType",
        "textDetThresh",
        "textDetBoxThresh",
        "textDetUnclipRatio",
        "textRecScoreThresh",
        "returnWordBox",
        "visualize",
        "logId",
        "preset",
        "diagnostics",
        "outputFormats",
        "pdfText",
    ]
    assert all("description" in field for field in schema["properties"].values())
