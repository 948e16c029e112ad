"""Pages enter the gate in order, and no document takes all of the room."""

import asyncio

from server.admission.pixels import PixelGate


async def _queue(
    gate: PixelGate, costs: list[int], documents: list[str] | None = None
) -> tuple[list[asyncio.Task[None]], list[int], list[asyncio.Event]]:
    """Start one task a cost; each notes its number once it is in, and stays until its event is set.

    Each is a document of its own, or a page of the one that is named.
    """
    entered: list[int] = []
    leave = [asyncio.Event() for _ in costs]

    async def visit(number: int, cost: int) -> None:
        document = number if documents is None else documents[number]
        charged = await gate.acquire(cost, document)
        entered.append(number)
        try:
            await leave[number].wait()
        finally:
            gate.release(charged, document)

    tasks = [asyncio.create_task(visit(number, cost)) for number, cost in enumerate(costs)]
    await _settle()
    return tasks, entered, leave


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_pages_enter_in_the_order_they_came_even_where_a_later_one_would_fit():
    async def scenario() -> None:
        gate = PixelGate(10)
        tasks, entered, leave = await _queue(gate, [6, 8, 4])
        assert entered == [0]
        assert (gate.waiting, gate.reading) == (2, 1)
        leave[0].set()
        await _settle()
        assert entered == [0, 1]
        leave[1].set()
        await _settle()
        assert entered == [0, 1, 2]
        leave[2].set()
        await asyncio.gather(*tasks)
        assert gate.used == 0

    asyncio.run(scenario())


def test_a_page_over_the_capacity_runs_alone():
    async def scenario() -> None:
        gate = PixelGate(10)
        tasks, entered, leave = await _queue(gate, [1, 1000, 1])
        assert entered == [0]
        leave[0].set()
        await _settle()
        assert entered == [0, 1]
        assert gate.used == 10
        leave[1].set()
        leave[2].set()
        await asyncio.gather(*tasks)
        assert gate.used == 0

    asyncio.run(scenario())


def test_a_waiter_that_is_cancelled_holds_up_nobody():
    async def scenario() -> None:
        gate = PixelGate(10)
        tasks, entered, leave = await _queue(gate, [6, 8, 4])
        tasks[1].cancel()
        await _settle()
        assert entered == [0, 2]
        assert gate.waiting == 0
        leave[0].set()
        leave[2].set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert gate.used == 0

    asyncio.run(scenario())


def test_room_given_to_a_waiter_that_is_cancelled_at_that_moment_is_given_back():
    async def scenario() -> None:
        gate = PixelGate(10)
        charged = await gate.acquire(10, "first")
        waiter = asyncio.create_task(gate.acquire(5, "second"))
        await _settle()
        gate.release(charged, "first")
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
        assert gate.used == 0

    asyncio.run(scenario())


def test_further_pages_of_a_document_leave_half_of_the_room_to_newcomers():
    async def scenario() -> None:
        gate = PixelGate(10)
        tasks, entered, leave = await _queue(gate, [2, 2, 2, 2, 4], ["long", "long", "long", "long", "receipt"])
        assert entered == [0, 1, 4]
        leave[0].set()
        leave[1].set()
        await _settle()
        assert entered == [0, 1, 4, 2]  # the document's only page is like a newcomer's
        leave[4].set()
        await _settle()
        assert entered == [0, 1, 4, 2, 3]
        leave[2].set()
        leave[3].set()
        await asyncio.gather(*tasks)
        assert gate.used == 0

    asyncio.run(scenario())


def test_nobody_passes_a_newcomer_that_does_not_fit():
    async def scenario() -> None:
        gate = PixelGate(10)
        tasks, entered, leave = await _queue(gate, [2, 9, 1, 1], ["long", "large", "small", "long"])
        assert entered == [0]
        leave[0].set()
        await _settle()
        assert entered == [0, 1, 2]
        for event in leave:
            event.set()
        await asyncio.gather(*tasks)
        assert gate.used == 0

    asyncio.run(scenario())
