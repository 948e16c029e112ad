"""Models that opened at their first use are closed when memory is short, and never while a page needs them."""

import asyncio
from itertools import chain, cycle

from models.optional_stage import OptionalStage
from models.stages.base import CpuPool
from models.unused_models import UnusedModels


class Stage:
    runs_on = "nowhere"

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def close(self) -> None:
        self.closed.set()


def stage(name: str, opened: list[Stage]) -> OptionalStage[Stage]:
    def open_it() -> Stage:
        opened.append(Stage())
        return opened[-1]

    return OptionalStage(name, name, open_it)


def test_the_longest_unused_goes_first_and_only_until_memory_is_no_longer_short() -> None:
    async def run() -> None:
        pool, opened = CpuPool(1), list[Stage]()
        first, second = stage("first", opened), stage("second", opened)
        for each in (second, first):
            await each.get(pool)
        for each in (first, second):
            with each.in_use():
                pass
        answers = chain([True], cycle([False]))
        await UnusedModels([second, first], lambda: next(answers)).close_if_short()
        assert (first.opened, second.opened is None) == (None, False)
        assert opened[1].closed.is_set()
        assert (await first.get(pool)) is opened[2]  # it opens again when it is needed
        pool.close()

    asyncio.run(run())


def test_a_model_in_use_and_one_of_the_start_stay() -> None:
    async def run() -> None:
        pool, opened = CpuPool(1), list[Stage]()
        kept, used, unopened = (stage(name, opened) for name in ("kept", "used", "unopened"))
        kept.open_now()
        await used.get(pool)
        unused = UnusedModels([kept, used, unopened], lambda: True)
        with used.in_use():
            await unused.close_if_short()
            assert used.opened is not None
        await unused.close_if_short()
        assert (kept.opened is None, used.opened, unopened.opened) == (False, None, None)
        await kept.release()
        assert kept.opened is not None
        pool.close()

    asyncio.run(run())


def test_it_is_looked_for_again_and_again_until_the_end() -> None:
    async def run() -> None:
        pool, opened = CpuPool(1), list[Stage]()
        used = stage("used", opened)
        await used.get(pool)
        answers = chain([False] * 2, cycle([True]))
        unused = UnusedModels([used], lambda: next(answers))
        unused.start(seconds=0)
        async with asyncio.timeout(10):
            await opened[0].closed.wait()
        await unused.stop()
        pool.close()

    asyncio.run(run())
