"""What no contract can forget: limits, places, page counts, sizes and callers that leave."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from litestar import Litestar, Response
from litestar.testing import TestClient

from models.options import OcrOverrides
from server.admission.caller_limits import CallerLimits
from server.config.base import CallerLimitSettings
from server.contracts.base import AnyRequest, contract_route
from server.contracts.front_desk import FrontDesk, Reading, Visit
from server.errors import TooManyRequests
from server.intake.raw_file import FileKind, RawFile
from server.telemetry.record import record_of
from tests.unit.server.apps import application, pdf, png
from tests.unit.server.stub_pipeline import TEXT


@dataclass
class Counter:
    """Route that reads what it is sent and remembers what the desk made of it."""

    desk: FrontDesk
    caller: str | None = "somebody"
    named_by_body: str | None = None
    waits_for_text: bool = True
    max_body_bytes: int | None = None
    times: int = 1
    records: list = field(default_factory=list)
    afterwards: list = field(default_factory=list)

    async def answer(self, request: AnyRequest) -> Response[bytes]:
        self.records.append(record_of(request.scope))
        return await self.desk.serve(
            request,
            self.read,
            caller=self.caller,
            max_body_bytes=self.max_body_bytes,
            waits_for_text=self.waits_for_text,
            afterwards=self.wait,
        )

    async def read(self, visit: Visit) -> Response[bytes]:
        if self.named_by_body is not None:
            visit.identify(self.named_by_body)
        body = visit.take_body()
        kind = FileKind.PDF if body.startswith(b"%PDF") else FileKind.IMAGE
        for _ in range(self.times):
            document = await visit.read(
                RawFile(body, kind), Reading(OcrOverrides(), None), lambda page: page.result.lines[0].text
            )
        return Response("\n".join(document.pages).encode(), media_type="text/plain")

    async def wait(self, response: Response[bytes]) -> Response[bytes]:
        self.afterwards.append(self.desk._runtime.admission.requests)
        return response


@contextmanager
def serving(limits: CallerLimitSettings | None = None, settings: dict | None = None, **how) -> Iterator:
    app = application(**(settings or {}))
    route = Counter(FrontDesk(app.state.runtime, CallerLimits(limits or CallerLimitSettings())), **how)
    app.register(contract_route("/counter", route.answer))
    with TestClient(app) as client:
        yield client, route


def test_a_document_is_read_and_each_of_its_pages_counts_once() -> None:
    with serving() as (client, route):
        response = client.post("/counter", content=pdf(3))
        assert response.text == "\n".join([TEXT] * 3)
    assert [record.pages for record in route.records] == [3]


@pytest.mark.parametrize("named_by", ["head", "body"])
def test_pages_are_paid_for_once_by_whoever_calls(named_by: str) -> None:
    names = {"caller": "one"} if named_by == "head" else {"caller": None, "named_by_body": "one"}
    with serving(CallerLimitSettings(pages_per_minute=6), **names) as (client, route):
        assert client.post("/counter", content=pdf(3)).status_code == 200
        # Three of six are left: as many again may be read, and then no more.
        assert client.post("/counter", content=pdf(3)).status_code == 200
        assert client.post("/counter", content=png()).status_code == 429
        if named_by == "body":
            route.named_by_body = "another"
        else:
            route.caller = "another"
        assert client.post("/counter", content=png()).status_code == 200


def test_a_caller_that_only_the_body_names_is_limited_too() -> None:
    with serving(CallerLimitSettings(requests_per_second=1), caller=None, named_by_body="one") as (client, _):
        assert client.post("/counter", content=png()).status_code == 200
        response = client.post("/counter", content=png())
    assert (response.status_code, int(response.headers["retry-after"]) > 0) == (429, True)


def test_nothing_is_read_for_a_caller_whom_nobody_named() -> None:
    with serving(caller=None) as (client, route):
        assert client.post("/counter", content=png()).status_code == 500
    assert [record.error for record in route.records] == ["RuntimeError"]
    assert [record.pages for record in route.records] == [0]


def test_a_caller_over_its_limit_is_refused_before_its_body_is_read() -> None:
    with serving(CallerLimitSettings(requests_per_second=1)) as (client, route):
        client.post("/counter", content=png())
        assert client.post("/counter", content=png()).status_code == TooManyRequests.status
    assert [record.body_begun for record in route.records] == [True, False]


def test_the_contracts_own_cap_holds_below_the_servers() -> None:
    with serving(max_body_bytes=50) as (client, _):
        assert client.post("/counter", content=png()).status_code == 413
    with serving(settings={"limits": {"max_body_bytes": 50}}, max_body_bytes=10**9) as (client, _):
        assert client.post("/counter", content=png()).status_code == 413


def test_what_comes_afterwards_holds_no_place() -> None:
    with serving() as (client, route):
        client.post("/counter", content=png())
    assert route.afterwards == [0]


def test_a_body_is_given_once() -> None:
    class Twice(Counter):
        async def read(self, visit: Visit) -> Response[bytes]:
            visit.take_body()
            visit.take_body()
            raise AssertionError

    app = application()
    route = Twice(FrontDesk(app.state.runtime, CallerLimits(CallerLimitSettings())))
    app.register(contract_route("/counter", route.answer))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/counter", content=png()).status_code == 500


def test_every_place_and_byte_is_given_back() -> None:
    with serving() as (client, route):
        for content in (png(), b"no picture", b""):
            client.post("/counter", content=content)
        runtime = route.desk._runtime
        assert (runtime.admission.requests, runtime.admission.bytes, runtime.admission.strangers_bytes) == (0, 0, 0)


def test_pages_that_were_read_count_even_where_the_document_then_fails() -> None:
    def fail(_page) -> str:
        raise ZeroDivisionError

    class Failing(Counter):
        async def read(self, visit: Visit) -> Response[bytes]:
            raw = RawFile(visit.take_body(), FileKind.IMAGE)
            await visit.read(raw, Reading(OcrOverrides(), None), fail)
            raise AssertionError

    app: Litestar = application()
    route = Failing(FrontDesk(app.state.runtime, CallerLimits(CallerLimitSettings())))
    app.register(contract_route("/counter", route.answer))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/counter", content=png()).status_code == 500
    assert [record.pages for record in route.records] == [1]
