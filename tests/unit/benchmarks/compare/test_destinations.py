import os
from pathlib import Path

import pytest

from benchmarks.compare.destinations import Destination, check_allowed, destinations_of, gate
from benchmarks.compare.errors import WrongPlan
from benchmarks.compare.plan import Plan, read_plan


def plan(folder: Path, provider: str) -> Plan:
    path = folder / "plan.yaml"
    path.write_text(f"documents: [{{}}]\nproviders: {{one: {provider}}}", encoding="utf-8")
    return read_plan(path)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_where_providers_are(tmp_path: Path) -> None:
    assert destinations_of(plan(tmp_path, "{use: tesseract}")) == {"one": Destination("this machine", (), ())}
    local = plan(tmp_path, '{use: ppocrv5, endpoint: "http://localhost:1"}')
    assert destinations_of(local) == {"one": Destination("localhost", ("localhost",), ())}
    google = plan(tmp_path, '{use: google_vision, service_account: x.json, endpoint: "https://192.0.2.1"}')
    hosts = ("192.0.2.1", "oauth2.googleapis.com")
    assert destinations_of(google)["one"].hosts == hosts
    with pytest.raises(WrongPlan, match=r"--send-to 192\.0\.2\.1 --send-to oauth2\.googleapis\.com"):
        check_allowed([Destination(hosts[0], hosts, hosts)], [])
    check_allowed([Destination(hosts[0], hosts, hosts)], ["192.0.2.1", "OAuth2.googleapis.com"])


@pytest.mark.parametrize("address", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://", "file:///etc/passwd"])
def test_an_address_is_a_url_of_http(tmp_path: Path, address: str) -> None:
    with pytest.raises(WrongPlan, match=r"providers\.one: an address begins with http:// or https://"):
        destinations_of(plan(tmp_path, f'{{use: ppocrv5, endpoint: "{address}"}}'))


def test_a_proxy_counts_as_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://192.0.2.7:3128")
    outside = Destination("192.0.2.1", ("192.0.2.1",), ("192.0.2.1",))
    with pytest.raises(WrongPlan, match=r"--send-to 192\.0\.2\.7"):
        check_allowed([outside], ["192.0.2.1"])
    check_allowed([Destination("127.0.0.1", ("127.0.0.1",), ())], [])


def test_what_is_on_this_machine_is_spoken_with_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com")
    with gate([Destination("inner.test", ("inner.test",), ())], []):
        assert os.environ["NO_PROXY"] == "example.com,localhost,127.0.0.1,::1,inner.test"
    assert os.environ["NO_PROXY"] == "example.com"
