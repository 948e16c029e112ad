import uuid

import pytest
from litestar.testing import TestClient

from server.lifecycle import Phase
from tests.unit.server.apps import application, base64_of, png
from tests.unit.server.stub_pipeline import StubPipeline


@pytest.fixture
def pipeline():
    return StubPipeline()


@pytest.fixture
def app(pipeline):
    return application(pipeline)


@pytest.fixture
def client(app):
    with TestClient(app) as client:
        yield client


def test_health_is_the_contracts(client):
    answer = client.get("/health")
    assert answer.status_code == 200
    assert list(answer.json()) == ["logId", "errorCode", "errorMsg"]
    assert (answer.json()["errorCode"], answer.json()["errorMsg"]) == (0, "Healthy")
    assert uuid.UUID(answer.json()["logId"]).version == 4


def test_ready_says_what_is_loaded(client):
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert {module["module"]: module["state"] for module in answer.json()["modules"]} == {
        "text_detection": "loaded",
        "doc_unwarping": "not_installed",
        "doc_orientation": "unusable",
    }


def test_ready_tells_what_to_do_and_no_path_of_this_machine(client):
    answer = client.get("/health/ready")
    details = {module["module"]: module["detail"] for module in answer.json()["modules"]}
    assert details["doc_unwarping"].endswith("ppocr-server models pull UVDoc")
    assert details["doc_orientation"]
    assert "/home" not in answer.text


def test_a_failed_pipeline_is_not_ready_but_alive(client, pipeline):
    pipeline.healthy = False
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "failed")
    assert client.get("/health/live").status_code == 200


def test_a_draining_server_is_not_ready_and_takes_nothing_new(client, app):
    app.state.runtime.lifecycle.drain()
    assert client.get("/health/ready").json()["status"] == "draining"
    answer = client.post("/ocr", json={"file": base64_of(png()), "fileType": 1})
    assert (answer.status_code, answer.json()["errorMsg"]) == (503, "The server is not ready.")
    assert "retry-after" in answer.headers


def test_the_end_of_the_application_closes_the_pipeline(app, pipeline):
    with TestClient(app):
        assert app.state.runtime.lifecycle.phase is Phase.SERVING
        assert not pipeline.closed
    assert pipeline.closed
    assert app.state.runtime.lifecycle.phase is Phase.DRAINING


def test_version_names_the_server(client):
    assert client.get("/version").json()["name"] == "ppocr-server"


def test_metrics_have_one_charset(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].count("charset") == 1
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.text.startswith("# HELP")
