"""The desk does this for every contract: limits, places, page counts, sizes, and callers that leave."""

import asyncio
import gzip
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from litestar import Litestar, Response
from litestar.testing import TestClient
from pydantic import SecretStr

from models.options import OcrOverrides
from server.admission.caller_limits import Caller
from server.admission.requests import STRANGERS_SHARE
from server.admission.wait_estimate import WaitEstimate
from server.config.base import CallerLimitSettings
from server.config.settings import LimitSettings
from server.contracts.base import AnyRequest, contract_route
from server.contracts.front_desk import FrontDesk, Visit
from server.decode.document import DocumentInfo
from server.errors import TooManyRequests
from server.http.keys import KeyRing
from server.intake.raw_file import FileKind, RawFile
from server.service import Reading
from server.telemetry.record import record_of
from tests.unit.server.apps import application, pdf, png
from tests.unit.server.decode.strange_fonts import glyph_page
from tests.unit.server.stub_pipeline import TEXT


def named(name: str) -> Caller:
    return Caller(name, name)


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
            caller=None if self.caller is None else named(self.caller),
            max_body_bytes=self.max_body_bytes,
            waits_for_text=self.waits_for_text,
            afterwards=self.wait,
        )

    async def read(self, visit: Visit) -> Response[bytes]:
        if self.named_by_body is not None:
            visit.identify(named(self.named_by_body))
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
    route = Counter(FrontDesk(app.state.runtime, "paddlex", limits), **how)
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
    route = Twice(FrontDesk(app.state.runtime, "paddlex"))
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
    route = Failing(FrontDesk(app.state.runtime, "paddlex"))
    app.register(contract_route("/counter", route.answer))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/counter", content=png()).status_code == 500
    assert [record.pages for record in route.records] == [1]


def test_strangers_share_their_part_of_the_bytes_and_callers_with_a_name_have_theirs() -> None:
    for caller, status in ((None, 503), ("somebody", 200)):
        with serving(caller=caller, named_by_body=None if caller else "one") as (client, route):
            admission = route.desk._runtime.admission
            admission.strangers_bytes = int(STRANGERS_SHARE * LimitSettings().max_queued_bytes)
            assert client.post("/counter", content=png()).status_code == status


class Doing(Counter):
    """Does what a test wants of a visit instead of reading."""

    async def read(self, visit: Visit) -> Response[bytes]:
        done = self.do(visit)  # type: ignore[attr-defined]
        if inspect.isawaitable(done):
            await done
        return Response(b"done", media_type="text/plain")


@contextmanager
def doing(do: Callable[[Visit], object], limits: CallerLimitSettings | None = None, **how) -> Iterator:
    app = application()
    route = Doing(FrontDesk(app.state.runtime, "paddlex", limits), **how)
    route.do = do  # type: ignore[attr-defined]
    app.register(contract_route("/counter", route.answer))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client, route


def test_a_body_that_has_arrived_is_no_strangers_any_more() -> None:
    seen: list[tuple[int, int]] = []

    def look(_visit: Visit) -> None:
        admission = route.desk._runtime.admission
        seen.append((admission.strangers_bytes, admission.bytes))

    with doing(look, caller=None) as (client, route):
        assert client.post("/counter", content=b"12345").status_code == 200
    assert seen == [(0, 5)]


def test_a_server_that_stops_ends_what_is_inside() -> None:
    async def stop(visit: Visit) -> None:
        visit._runtime.lifecycle.drain(grace=0.05)
        await asyncio.Event().wait()

    with doing(stop) as (client, route):
        assert client.post("/counter", content=png()).status_code == 503
    assert [record.error for record in route.records] == ["NotReady"]


def test_bytes_that_are_held_count_for_all_requests_together() -> None:
    most = LimitSettings().max_queued_bytes
    with doing(lambda visit: visit.hold_bytes(most)) as (client, route):
        assert client.post("/counter", content=png()).status_code == 503
        assert route.desk._runtime.admission.bytes == 0


def test_the_callers_limits_count_the_request_until_the_end() -> None:
    class Watching(Doing):
        async def wait(self, response: Response[bytes]) -> Response[bytes]:
            self.afterwards.append(self.desk._limits[0]._accounts["somebody"].running)
            raise ZeroDivisionError

    app = application()
    route = Watching(FrontDesk(app.state.runtime, "paddlex"))
    route.do = lambda _visit: None
    app.register(contract_route("/counter", route.answer))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/counter", content=png()).status_code == 500
    assert route.afterwards == [1]
    assert route.desk._limits[0]._accounts["somebody"].running == 0


def test_whoever_would_wait_too_long_for_text_is_refused_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WaitEstimate, "expected_wait", property(lambda _: 1e6))
    for waits, status in ((True, 503), (False, 200)):
        with doing(lambda _visit: None, waits_for_text=waits) as (client, _):
            assert client.post("/counter", content=png()).status_code == status


def test_a_task_pays_for_its_pages() -> None:
    async def read(visit: Visit) -> None:
        raw, reading = RawFile(visit.take_body(), FileKind.PDF), Reading(OcrOverrides(), None)
        await route.desk.read_for(named("owner"), raw, reading, lambda page: page.page.index)

    with doing(read, CallerLimitSettings(pages_per_minute=6)) as (client, route):
        assert client.post("/counter", content=pdf(3)).status_code == 200
        assert 3 <= route.desk._limits[1]._accounts["owner"].pages < 4
    assert [record.pages for record in route.records] == [0]


def test_warnings_about_pages_are_noted_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def read(visit: Visit) -> None:
        raw, reading = RawFile(visit.take_body(), FileKind.PDF), Reading(OcrOverrides(), None)
        await route.desk.read_for(named("owner"), raw, reading, lambda page: page.page.index)

    caplog.set_level("INFO", "server.contracts.front_desk")
    with doing(read) as (client, route):
        for document in (pdf(2), glyph_page("\u0e20\u0e32\u0e29\u0e32")):
            assert client.post("/counter", content=document).status_code == 200
    facts = [record.facts for record in caplog.records if record.message == "A task was read"]
    assert facts == [{"warnings": "fonts_missing,text_layer_ignored"}]
    assert [record.warnings for record in route.records] == [set(), set()]
    with serving() as (client, route):
        client.post("/counter", content=glyph_page("\u0e20\u0e32\u0e29\u0e32"))
    assert [record.warnings for record in route.records] == [{"fonts_missing", "text_layer_ignored"}]


def test_a_caller_is_named_once() -> None:
    for caller in (None, "somebody"):
        with doing(lambda visit: (visit.identify(named("one")), visit.identify(named("two"))), caller=caller) as (
            client,
            route,
        ):
            assert client.post("/counter", content=png()).status_code == 500
            assert "two" not in route.desk._limits[0]._accounts
        assert [record.error for record in route.records] == ["RuntimeError"]


def test_a_body_is_not_to_be_had_past_the_desk() -> None:
    async def past_the_desk(request: AnyRequest) -> Response[bytes]:
        return Response(await request.body(), media_type="text/plain")

    app = application()
    app.register(contract_route("/past", past_the_desk))
    with TestClient(app) as client:
        assert client.post("/past", content=b"12345").status_code == 413
        assert client.post("/past", content=iter([b"123", b"45"])).status_code == 413


def test_a_route_without_keys_of_its_own_asks_for_the_servers_tokens() -> None:
    async def answer(_request: AnyRequest) -> Response[bytes]:
        return Response(b"inside", media_type="text/plain")

    app = application(auth={"tokens": {"tests": "secret"}})
    app.register(contract_route("/counter", answer))
    with TestClient(app) as client:
        assert client.post("/counter").status_code == 401
        assert client.post("/counter", headers={"Authorization": "token secret"}).text == "inside"


def test_the_servers_limits_hold_at_all_desks_together_and_the_contracts_own_in_addition() -> None:
    app = application(auth={"requests_per_second": 0.01})
    doors = [Counter(FrontDesk(app.state.runtime, "paddlex")), Counter(FrontDesk(app.state.runtime, "paddlex"))]
    strict = Counter(FrontDesk(app.state.runtime, "paddlex", CallerLimitSettings(concurrent_requests=1)))
    for number, route in enumerate((*doors, strict)):
        app.register(contract_route(f"/door/{number}", route.answer))
    with TestClient(app) as client:
        statuses = [client.post(f"/door/{door}", content=png()).status_code for door in (0, 1, 2)]
        assert statuses == [200, 429, 429]
        for route in (*doors, strict):
            route.caller = "another"
        assert [client.post(f"/door/{door}", content=png()).status_code for door in (2, 0)] == [200, 429]


def test_what_the_contract_refuses_costs_the_caller_nothing_elsewhere() -> None:
    app = application(auth={"requests_per_second": 1.5})
    narrow = Counter(FrontDesk(app.state.runtime, "paddlex", CallerLimitSettings(pages_per_minute=1)))
    narrow.desk._limits[1].spend("somebody", 1)
    wide = Counter(FrontDesk(app.state.runtime, "paddlex"))
    app.register(contract_route("/narrow", narrow.answer))
    app.register(contract_route("/wide", wide.answer))
    with TestClient(app) as client:
        assert [client.post("/narrow", content=png()).status_code for _ in range(9)] == [429] * 9
        assert client.post("/wide", content=png()).status_code == 200


def test_without_keys_each_address_is_a_caller_of_its_own() -> None:
    app = application(auth={"pages_per_minute": 1}, server={"trusted_proxies": ["127.0.0.0/8"]})
    handler, peer = app.asgi_handler, "9.9.9.9"

    async def from_peer(scope, receive, send) -> None:
        await handler({**scope, "client": (peer, 50000)}, receive, send)

    app.asgi_handler = from_peer
    with TestClient(app) as client:

        def status(forwarded: str) -> int:
            headers = {"X-Forwarded-For": forwarded, "Content-Type": "image/png"}
            return client.post("/ocr", content=png(), headers=headers).status_code

        assert [status(f"1.2.3.{number}") for number in range(2)] == [200, 429]
        peer = "127.0.0.1"
        assert [status(f"1.2.3.{number}") for number in (1, 2, 1)] == [200, 200, 429]


def test_the_table_of_keys_may_change_and_the_limits_stay() -> None:
    tokens = {"ann": "secret-of-ann"}
    app = application(auth={"tokens": tokens, "pages_per_minute": 1})
    runtime = app.state.runtime

    def status(client: TestClient, secret: str) -> int:
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "image/png"}
        return client.post("/ocr", content=png(), headers=headers).status_code

    with TestClient(app) as client:
        assert status(client, "secret-of-ann") == 200
        renamed = {"anna": SecretStr("secret-of-ann"), "bob": SecretStr("secret-of-bob")}
        runtime.authenticator._keys = KeyRing(renamed)
        assert [status(client, f"secret-of-{name}") for name in ("ann", "bob")] == [429, 200]


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "identity, gzip", "aws-chunked"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("/ocr", 415), ("/createTask", 415), ("/task/pic/ocr", 415), ("/oauth/2.0/token", 415)),
        *(("/aipaas/ocr/v1/identify/complexDOcr", 415), ("/rest/2.0/ocr/v1/general_basic", 200)),
    ],
)
def test_a_compressed_body_is_refused_before_it_is_read_and_the_answer_says_what_is_taken(path, status, encoding):
    with TestClient(application()) as client:
        body = gzip.compress(b'{"file": "x"}')
        headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
        answer = client.post(path, content=body, headers=headers)
        assert (answer.status_code, answer.headers["accept-encoding"]) == (status, "identity")
        assert "gzip" not in answer.text
        assert answer.json().get("error_code") in (None, 216102)


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_a_body_that_is_not_compressed_may_say_so(encoding):
    with serving() as (client, _):
        assert client.post("/counter", content=png(), headers={"Content-Encoding": encoding}).status_code == 200


def test_pages_that_are_sent_in_turn_count_once_and_their_bytes_while_they_wait() -> None:
    sent: list[tuple[bytes, int]] = []

    async def read(visit: Visit) -> None:
        raw, reading = RawFile(visit.take_body(), FileKind.PDF), Reading(OcrOverrides(), None)
        admission = visit._runtime.admission
        body = admission.bytes

        async def send(_info: DocumentInfo, part: bytes) -> None:
            async with asyncio.timeout(30):
                while not sent and admission.bytes < body + 2 * len(part):  # noqa: ASYNC110 - counting sets no event
                    await asyncio.sleep(0.001)
            sent.append((part, admission.bytes - body))

        await visit.read_in_turn(raw, reading, lambda page: b"page %d" % page.page.index, send)

    with doing(read, CallerLimitSettings(pages_per_minute=6)) as (client, route):
        assert client.post("/counter", content=pdf(3)).status_code == 200
        assert 3 <= route.desk._limits[1]._accounts["somebody"].pages < 4
        assert route.desk._runtime.admission.bytes == 0
    assert [part for part, _ in sent] == [b"page 0", b"page 1", b"page 2"]
    assert [waiting for _, waiting in sent] == [12, 6, 0]
    assert [record.pages for record in route.records] == [3]


def test_nothing_is_sent_for_a_caller_whom_nobody_named() -> None:
    async def read(visit: Visit) -> None:
        raw = RawFile(visit.take_body(), FileKind.PDF)
        await visit.read_in_turn(raw, Reading(OcrOverrides(), None), lambda page: b"", lambda info, part: None)

    with doing(read, caller=None) as (client, route):
        assert client.post("/counter", content=pdf(1)).status_code == 500
    assert [(record.error, record.pages) for record in route.records] == [("RuntimeError", 0)]
