"""Nothing leaves: the real server, with everything that it offers, where there is no way out."""

import json
import os
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from server.cli.start import load, pull_required
from server.http.security_headers import PAGE_POLICY
from server.operations.docs import ASSETS, MEDIA_TYPES
from server.operations.openapi import openapi_document
from server.pipelines.model_store import open_store
from tests.contract.adapters import adapters
from tests.contract.conftest import ROOT
from tests.contract.tiny.application import application
from tests.privacy import namespace
from tests.privacy.everything import NAME_OUTSIDE

LIMIT_SECONDS = 300


@pytest.fixture(scope="module", params=["kernel", "guard"])
def watched_by(request: pytest.FixtureRequest) -> str:
    """Two can watch: the kernel sees native code too, the guard needs no rights and sees names with any resolver."""
    if request.param == "kernel" and not namespace.available():
        pytest.skip("this machine has no network namespaces for its users; the guard alone watches")
    return str(request.param)


@pytest.fixture(scope="module")
def found(watched_by: str) -> dict:
    """Return the findings of a run without a way out. The models must be there already, as without a network."""
    configuration = load(None, ())
    pull_required(configuration, open_store(configuration))
    prefix = namespace.COMMAND if watched_by == "kernel" else ()
    command = [*prefix, sys.executable, "-m", "tests.privacy.everything", watched_by]
    # Libraries that report their use to their makers keep quiet where CI is set; production does not set it.
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_nobody_tries_to_leave(found, watched_by):
    if watched_by == "guard":
        assert found["attempts"] == []
        assert found["control"] == [
            "socket.connect 192.0.2.1",
            "socket.sendto 192.0.2.1",
            f"socket.getaddrinfo {NAME_OUTSIDE}",
        ]
        return
    assert found["attempts"] == 0
    assert found["control"] == 2, "the kernel's counters do not notice attempts here"
    assert found["control_look_up"] > 0 or not namespace.sees_look_ups()


def test_everything_was_really_visited(found):
    visited, paths = found["visited"], openapi_document(application().state.contracts, "http://127.0.0.1")["paths"]
    for path, operations in paths.items():
        plain = re.sub(r"\{[^}]+\}", "0", path)
        assert all(f"{method.upper()} {plain}" in visited for method in operations)
    assert {name for name in visited if name.startswith("GET /schema/assets/")} >= {
        f"GET /schema/assets/{name}" for name in MEDIA_TYPES if name != "index.html"
    }
    read = {contract.name: visited[f"{contract.name} page.png"] for contract in adapters()}
    assert set(read.values()) == {200}, read
    assert sum(name.startswith("GET /task/files/") for name in visited) >= 6
    assert sum(name.startswith("GET /files/") for name in visited) >= 3


def test_nothing_failed_for_want_of_a_network(found):
    assert {name: status for name, status in found["visited"].items() if status >= 500} == {}
    assert found["log"] == []
    assert found["exit"] == 0


def test_pages_load_nothing_from_elsewhere():
    for name in ("index.html", "start.js", "swagger-ui.css"):
        text = (ASSETS / name).read_text(encoding="utf-8")
        loads = re.findall(
            r"""(?:src|href|action)\s*=\s*["']([^"']+)|url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", text
        )
        addresses = [address for groups in loads for address in groups if address]
        parts = [urlsplit(address) for address in addresses]
        assert [one.geturl() for one in parts if one.scheme not in ("", "data") or one.netloc] == []
    assert "http" not in PAGE_POLICY
    assert "*" not in PAGE_POLICY
    assert "validatorUrl: null" in (ASSETS / "start.js").read_text(encoding="utf-8")
