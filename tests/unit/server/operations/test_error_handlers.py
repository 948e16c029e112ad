"""Every error is answered by the contract whose path it happened on."""

import pytest
from litestar import Litestar, Response, get
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.testing import TestClient

from server.contracts.base import AnyRequest, Contract
from server.errors import Overloaded, RequestError
from server.operations.error_handlers import ErrorHandlers


def answer(request: AnyRequest, error: RequestError) -> Response[bytes]:
    return Response(f"theirs {error.status}".encode(), status_code=200, media_type="text/plain")


@get("/theirs/{what:str}", sync_to_thread=False)
def theirs(what: FromPath[str]) -> str:
    raise {"full": Overloaded(), "bug": ZeroDivisionError("secret")}[what]


def own_answer(request: AnyRequest, error: RequestError) -> Response[bytes]:
    return Response(f"ours {error.status}".encode(), status_code=error.status, media_type="text/plain")


OWN = Contract("own", (), ("/ours",), own_answer)
CONTRACT = Contract("theirs", (theirs,), ("/theirs/", "/exact"), answer)


@pytest.fixture
def client() -> TestClient[Litestar]:
    handlers = ErrorHandlers((OWN, CONTRACT))
    app = Litestar(
        [*CONTRACT.routes],
        exception_handlers={
            RequestError: handlers.failed,
            HTTPException: handlers.refused,
            Exception: handlers.failed,
        },
        openapi_config=None,
        logging_config=None,
    )
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/theirs/full", 503),
        ("GET", "/theirs/bug", 500),
        ("GET", "/theirs/no/route", 404),
        ("POST", "/theirs/full", 405),
        ("POST", "/exact", 404),
        ("POST", "/exact/", 404),
    ],
)
def test_a_contract_answers_everything_on_its_paths(
    client: TestClient[Litestar], method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.text) == (200, f"theirs {status}")


@pytest.mark.parametrize("path", ["/", "/exactly", "/theirs", "/exact/below"])
def test_other_paths_are_answered_in_our_own_shape(client: TestClient[Litestar], path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.text) == (404, "ours 404")


def test_headers_that_an_error_brings_stay(client: TestClient[Litestar]) -> None:
    assert client.get("/theirs/full").headers["retry-after"] == "1"
    assert client.post("/theirs/full").headers["allow"] == "GET"
