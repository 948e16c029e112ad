from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from server.config.serving_settings import MemoryStorage, ServingSettings
from tests.unit.server.apps import application


def test_every_route_that_answers_get_answers_head_but_those_whose_contract_forbids_it():
    app = application(serving=ServingSettings(return_urls=True, file_storage=MemoryStorage()))
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    without = {route.path_format for route in routes if "GET" in route.methods and "HEAD" not in route.methods}
    jobs = "/api/v2/ocr/jobs"
    assert without == {"/health", f"{jobs}/{{job_id}}", f"{jobs}/batch/{{batch_id}}"}
    assert not [route.path for route in routes if "HEAD" in route.methods and "GET" not in route.methods]


def test_the_head_is_that_of_get_and_there_is_no_body():
    with TestClient(application()) as client:
        for path in ("/health/live", "/health/ready", "/version", "/docs", "/openapi.json", "/schema/assets/start.js"):
            got, asked = client.get(path), client.head(path)
            assert (asked.status_code, asked.content) == (got.status_code, b"") == (200, b"")
            for name in ("content-type", "content-length", "cache-control", "content-security-policy"):
                assert asked.headers[name] == got.headers[name]
        assert client.head("/metrics").status_code == 200
        assert client.head("/health").status_code == client.head("/ocr").status_code == 405
        assert client.head("/oauth/2.0/token").status_code == client.get("/oauth/2.0/token").status_code == 401
        assert client.head("/api/v2/ocr/jobs/none").status_code == 405
        assert client.head("/task/none").status_code == client.get("/task/none").status_code == 404
