"""Large answers in pieces, counted until they are taken."""

import asyncio

from server.admission import Admission
from server.answers import PIECE_BYTES, PacedAnswers

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

    asyncio.run(PacedAnswers(application, admission)({}, None, send))
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
        asyncio.run(PacedAnswers(application, admission)({}, None, send))
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

    asyncio.run(PacedAnswers(application, Admission(1, 10))({}, None, send))
    assert sent == [{"type": "http.response.body", "body": b"small", "more_body": False}]
