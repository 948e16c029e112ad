"""The vendor's own Python SDK, unmodified but for the host that it calls."""

import aip.base
import pytest
from aip import AipOcr

from tests.contract.baidu.client import (
    API_KEY,
    BLANK,
    LINES,
    SECRET_KEY,
    Client,
    pdf,
    two_lines,
    words,
)
from tests.contract.baidu.conftest import Files
from tests.contract.conftest import encoded

REAL = "https://aip.baidubce.com"
TOKEN_URL = "_AipBase__accessTokenUrl"
DATA = encoded(two_lines())
METHODS = {
    "general_basic": "basicGeneral",
    "accurate_basic": "basicAccurate",
    "general": "general",
    "accurate": "accurate",
}

pytestmark = [
    # The SDK never closes its connections, and asks for the time in a way that newer Pythons advise against.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:datetime:DeprecationWarning"),
    # It checks no certificate.
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
]


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch):
    """Makes a client of a server."""
    monkeypatch.setenv("NO_PROXY", "*")

    def make(client: Client, key: str = API_KEY, secret: str = SECRET_KEY) -> AipOcr:
        base = client.server.url
        monkeypatch.setattr(aip.base.AipBase, TOKEN_URL, base + "/oauth/2.0/token")
        for name, value in list(vars(AipOcr).items()):
            if isinstance(value, str) and value.startswith(REAL):
                monkeypatch.setattr(AipOcr, name, base + value.removeprefix(REAL))
        return AipOcr("app", key, secret)

    return make


@pytest.mark.parametrize("api", METHODS)
@pytest.mark.operation("Baidu AI", "SDK: image bytes")
def test_bytes(sdk, keyed, api):
    content = getattr(sdk(keyed), METHODS[api])(DATA, {"probability": "true"})
    assert words(content) == LINES
    assert ("location" in content["words_result"][0]) == (api in ("general", "accurate"))


@pytest.mark.parametrize("api", METHODS)
@pytest.mark.operation("Baidu AI", "SDK: address of an image")
def test_url(sdk, keyed, files: Files, api):
    files.replies["/page.png"] = (200, DATA)
    content = getattr(sdk(keyed), f"{METHODS[api]}Url")(f"{files.url}/page.png")
    assert words(content) == LINES


@pytest.mark.parametrize("api", METHODS)
@pytest.mark.operation("Baidu AI", "SDK: PDF")
def test_pdf(sdk, keyed, api):
    method = getattr(sdk(keyed), f"{METHODS[api]}Pdf")
    content = method(pdf(two_lines(), BLANK), {"pdf_file_num": 1})
    assert (words(content), content["pdf_file_size"]) == (LINES, "2")
    assert words(method(pdf(two_lines(), BLANK), {"pdf_file_num": "2"})) == []


@pytest.mark.operation("Baidu AI", "SDK: over TLS with a certificate of your own")
def test_over_tls(sdk, encrypted):
    assert encrypted.server.url.startswith("https://")
    assert words(sdk(encrypted).basicGeneral(DATA)) == LINES


def test_python_booleans(sdk, keyed):
    content = sdk(keyed).general(DATA, {"probability": True, "vertexes_location": True, "detect_direction": False})
    assert {"probability", "vertexes_location"} <= set(content["words_result"][0])
    assert "direction" not in content


@pytest.mark.operation("Baidu AI", "SDK: signed requests (bce-auth-v1)")
def test_signed_requests(sdk, keyed):
    client = sdk(keyed)
    client._isCloudUser = True
    assert words(client.basicGeneral(DATA)) == LINES


def test_a_wrong_secret_ends_in_a_wrong_signature(sdk, keyed):
    assert sdk(keyed, secret="wrong").basicGeneral(DATA)["error_code"] == 14
    assert sdk(keyed, key="unknown").basicGeneral(DATA)["error_code"] == 14


def test_it_logs_in_again_after_110(sdk, keyed):
    client = sdk(keyed)
    client.basicGeneral(DATA)
    good = client._authObj["access_token"]
    client._authObj["access_token"] = "24.of.another.server"
    assert words(client.basicGeneral(DATA)) == LINES
    assert client._authObj["access_token"] not in ("24.of.another.server", good)


def test_services_that_are_not_here(sdk, keyed):
    assert sdk(keyed).idcard(DATA, "front")["error_code"] == 216102
    assert sdk(keyed).tableRecognitionAsync(DATA)["error_code"] == 216102
