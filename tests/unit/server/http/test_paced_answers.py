"""Large answers in pieces, counted until they are taken."""

import asyncio
from types import SimpleNamespace

from server.admission.requests import Admission
from server.contracts.file_task.response import FILES_PATH
from server.http.paced_answers import DOWNLOAD, PIECE_BYTES, PacedAnswers
from server.storage.links import files_handler
from server.storage.memory import MemoryStore
from server.storage.signing import UrlSigner
from tests.unit.server.apps import application

BODY = bytes(range(256)) * (PIECE_BYTES // 100)


def test_a_large_answer_leaves_in_pieces_and_counts_until_it_has_left():
    admission = Admission(1, 10**9)
    sent, held = [], []

    async def application(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": BODY, "more_body": False})

    async def send(message) -> None:
        sent.append(message)
        held.append(admission.bytes)

    asyncio.run(PacedAnswers(application, admission, Admission(1, 10))({}, None, send))
    pieces = sent[1:]
    assert b"".join(piece["body"] for piece in pieces) == BODY
    assert {len(piece["body"]) for piece in pieces[:-1]} == {PIECE_BYTES}
    assert [piece["more_body"] for piece in pieces] == [True] * (len(pieces) - 1) + [False]
    assert held == [0] + [len(BODY)] * len(pieces)
    assert admission.bytes == 0


def test_a_client_that_is_gone_is_no_longer_counted():
    admission = Admission(1, 10**9)

    async def application(scope, receive, send) -> None:
        await send({"type": "http.response.body", "body": BODY, "more_body": False})

    async def send(message) -> None:
        raise ConnectionResetError

    try:
        asyncio.run(PacedAnswers(application, admission, Admission(1, 10))({}, None, send))
    except ConnectionResetError:
        assert admission.bytes == 0
    else:
        raise AssertionError


def test_a_small_one_goes_as_it_is():
    sent = []

    async def application(scope, receive, send) -> None:
        await send({"type": "http.response.body", "body": b"small", "more_body": False})

    async def send(message) -> None:
        sent.append(message)

    asyncio.run(PacedAnswers(application, Admission(1, 10), Admission(1, 10))({}, None, send))
    assert sent == [{"type": "http.response.body", "body": b"small", "more_body": False}]


def test_the_routes_that_give_files_away_say_so():
    links = files_handler(MemoryStore(10), UrlSigner(None, 60), Admission(1, 10))
    routes = [route for contract in application().state.contracts for route in contract.routes]
    (results,) = (route for route in routes if any(path.startswith(FILES_PATH) for path in route.paths))
    assert DOWNLOAD in links.opt
    assert DOWNLOAD in results.opt


def test_downloads_count_for_themselves():
    admission, downloads = Admission(1, 10**9), Admission(1, 10**9)
    held = []

    async def application(scope, receive, send) -> None:
        await send({"type": "http.response.body", "body": BODY, "more_body": False})

    async def send(message) -> None:
        held.append((admission.bytes, downloads.bytes))

    scope = {"route_handler": SimpleNamespace(opt={DOWNLOAD: True})}
    asyncio.run(PacedAnswers(application, admission, downloads)(scope, None, send))
    assert set(held) == {(0, len(BODY))}
    assert downloads.bytes == 0
