import asyncio
import gc
import threading
import weakref

import pytest

from models.batching import Batcher
from models.errors import DeadlineExceeded, DeviceLost, EngineFailure, OutOfDeviceMemory, PipelineStopped
from models.scheduling.core_scheduler import work_of


class GatedLane:
    """A lane that works only when the test lets it, and remembers its batches."""

    def __init__(self):
        self.batches = []
        self.entered = threading.Semaphore(0)
        self._gate = threading.Semaphore(0)

    def open(self, count=1):
        for _ in range(count):
            self._gate.release()

    def __call__(self, items):
        self.batches.append(list(items))
        self.entered.release()
        assert self._gate.acquire(timeout=30)
        return [item * 2 for item in items]


async def entered(lane):
    await asyncio.get_running_loop().run_in_executor(None, lane.entered.acquire)


def run(test):
    asyncio.run(asyncio.wait_for(test(), 30))


def test_what_waits_while_a_lane_works_becomes_one_batch():
    async def test():
        lane = GatedLane()
        batcher = Batcher("stage", [lane], max_items=8)
        first = asyncio.create_task(batcher.submit([1], key="k", cost=1, flow="a"))
        await entered(lane)
        rest = [asyncio.create_task(batcher.submit([n], key="k", cost=1, flow=n)) for n in (2, 3, 4)]
        await asyncio.sleep(0)
        assert batcher.queued == 3
        lane.open(2)
        assert await first == [2]
        assert await asyncio.gather(*rest) == [[4], [6], [8]]
        assert lane.batches == [[1], [2, 3, 4]]
        assert batcher.stats.shared_batches == 1
        await batcher.close()

    run(test)


def test_a_kept_lane_is_idle_until_a_newcomer_comes():
    async def test():
        lanes = [GatedLane(), GatedLane()]
        batcher = Batcher("stage", lanes, max_items=1, kept_lanes=1)
        with work_of(newcomer=False):
            document = [asyncio.create_task(batcher.submit([n], key="k", cost=1, flow="long")) for n in (1, 2)]
        await entered(lanes[1])
        assert (batcher.queued, lanes[0].batches) == (1, [])
        newcomer = asyncio.create_task(batcher.submit([3], key="k", cost=1, flow="short"))
        await entered(lanes[0])
        lanes[0].open()
        assert await newcomer == [6]
        assert (lanes[0].batches, lanes[1].batches, batcher.queued) == ([[3]], [[1]], 1)
        lanes[1].open(2)
        assert await asyncio.gather(*document) == [[2], [4]]
        assert lanes[1].batches == [[1], [2]]
        await batcher.close()

    run(test)


def test_newcomers_without_end_do_not_stop_a_document_where_a_lane_is_kept_for_them():
    async def test():
        def answer(items):
            served.extend(items)
            return items

        served = []
        batcher = Batcher("stage", [answer, answer], max_items=1, kept_lanes=1)
        with work_of(newcomer=False):
            document = [asyncio.create_task(batcher.submit([0], key="k", cost=1, flow="long")) for _ in range(20)]

        async def receipts(client):
            number = 0
            while not all(page.done() for page in document):
                number += 1
                await batcher.submit([1], key="k", cost=1, flow=(client, number))

        await asyncio.gather(*(receipts(client) for client in range(6)), *document)
        assert served.count(0) == 20
        # The document's share beside six newcomers is a quarter in six and a quarter.
        assert served.count(1) < 2 * 20 * 25
        await batcher.close()

    run(test)


def test_items_of_one_call_go_together_even_to_an_idle_lane():
    async def test():
        lane = GatedLane()
        lane.open(2)
        batcher = Batcher("stage", [lane], max_items=2)
        assert await batcher.submit([1, 2, 3], key="k", cost=1) == [2, 4, 6]
        assert lane.batches == [[1, 2], [3]]
        assert await batcher.submit([], key="k", cost=1) == []
        await batcher.close()

    run(test)


def test_lanes_work_side_by_side():
    async def test():
        lanes = [GatedLane(), GatedLane()]
        batcher = Batcher("stage", lanes, max_items=1)
        work = asyncio.create_task(batcher.submit([1, 2], key="k", cost=1))
        await asyncio.gather(*(entered(lane) for lane in lanes))
        for lane in lanes:
            lane.open()
        assert await work == [2, 4]
        await batcher.close()

    run(test)


def test_a_poisoned_item_fails_alone():
    def lane(items):
        if 13 in items:
            raise MemoryError("secret document text")
        return [item + 1 for item in items]

    async def test():
        batcher = Batcher("stage", [lane], max_items=100)
        results = await asyncio.gather(
            *(batcher.submit([n], key="k", cost=1, flow=n) for n in range(20)), return_exceptions=True
        )
        failed = [n for n, result in enumerate(results) if isinstance(result, Exception)]
        assert failed == [13]
        assert isinstance(results[13], EngineFailure)
        assert "secret" not in str(results[13])
        assert [result[0] for n, result in enumerate(results) if n != 13] == [n + 1 for n in range(20) if n != 13]
        assert batcher.stats.failures == 1
        await batcher.close()

    run(test)


@pytest.mark.parametrize("lane", [lambda items: items[:-1], lambda items: [*items, 0]])
def test_a_wrong_number_of_outputs_is_a_failure_not_a_mix_up(lane):
    async def test():
        batcher = Batcher("stage", [lane], max_items=4)
        with pytest.raises(EngineFailure):
            await batcher.submit([1, 2, 3], key="k", cost=1)
        await batcher.close()

    run(test)


def test_cancelled_work_is_dropped_before_it_runs():
    async def test():
        lane = GatedLane()
        batcher = Batcher("stage", [lane], max_items=1)
        running = asyncio.create_task(batcher.submit([1], key=1, cost=1))
        await entered(lane)
        gone = asyncio.create_task(batcher.submit([2, 3], key=2, cost=1))
        stays = asyncio.create_task(batcher.submit([4], key=3, cost=1))
        await asyncio.sleep(0)
        gone.cancel()
        lane.open(2)
        assert await running == [2]
        assert await stays == [8]
        assert lane.batches == [[1], [4]]
        assert batcher.stats.dropped == 2
        with pytest.raises(asyncio.CancelledError):
            await gone
        await batcher.close()

    run(test)


def test_expired_work_is_told_and_not_run():
    async def test():
        lane = GatedLane()
        batcher = Batcher("stage", [lane], max_items=1)
        running = asyncio.create_task(batcher.submit([1], key=1, cost=1))
        await entered(lane)
        past = asyncio.get_running_loop().time() - 1
        late = asyncio.create_task(batcher.submit([2], key=2, cost=1, deadline=past))
        await asyncio.sleep(0)
        lane.open()
        await running
        with pytest.raises(DeadlineExceeded):
            await late
        assert lane.batches == [[1]]
        await batcher.close()

    run(test)


def test_closing_fails_what_waits_and_answers_what_runs():
    async def test():
        lane = GatedLane()
        batcher = Batcher("stage", [lane], max_items=1)
        running = asyncio.create_task(batcher.submit([1], key=1, cost=1))
        await entered(lane)
        waiting = asyncio.create_task(batcher.submit([2], key=1, cost=1))
        await asyncio.sleep(0)
        closing = asyncio.create_task(batcher.close())
        await asyncio.sleep(0)
        lane.open()
        await closing
        assert await running == [2]
        with pytest.raises(PipelineStopped):
            await waiting
        with pytest.raises(PipelineStopped):
            await batcher.submit([3], key=1, cost=1)

    run(test)


def test_a_lane_is_given_back_after_a_failure():
    calls = []

    def lane(items):
        calls.append(items)
        if len(calls) == 1:
            raise RuntimeError
        return items

    async def test():
        batcher = Batcher("stage", [lane], max_items=1)
        with pytest.raises(EngineFailure):
            await batcher.submit([1], key=1, cost=1)
        assert await batcher.submit([2], key=1, cost=1) == [2]
        await batcher.close()

    run(test)


class Image:
    """Something whose end can be observed, and whose text must not be."""

    def __repr__(self):
        return "the document's pixels"


def test_a_job_whose_caller_left_is_not_kept_while_others_run():
    async def test():
        lane = GatedLane()
        batcher = Batcher("stage", [lane], max_items=1)
        running = asyncio.create_task(batcher.submit([1], key=1, cost=1))
        await entered(lane)
        image = Image()
        reference = weakref.ref(image)
        waiting = asyncio.create_task(batcher.submit([image], key=2, cost=1))
        del image
        await asyncio.sleep(0)
        assert batcher.queued == 1
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        del waiting
        await asyncio.sleep(0)
        gc.collect()
        assert (batcher.queued, batcher.stats.dropped) == (0, 1)
        assert reference() is None
        lane.open()
        assert await running == [2]
        await batcher.close()

    run(test)


def test_a_batch_that_cannot_start_fails_its_jobs_and_gives_the_lane_back(monkeypatch):
    async def test():
        batcher = Batcher("stage", [lambda items: [item * 2 for item in items]], max_items=1)

        def no_thread(_thread):
            raise RuntimeError("can't start new thread")

        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", no_thread)
            results = await asyncio.gather(
                *(batcher.submit([n], key="k", cost=1, flow=n) for n in range(3)), return_exceptions=True
            )
        assert [type(result) for result in results] == [EngineFailure] * 3
        assert batcher.stats.failures == 3
        assert await batcher.submit([4], key="k", cost=1) == [8]
        await batcher.close()

    run(test)


def test_an_ended_executor_fails_the_jobs_instead_of_losing_them():
    async def test():
        batcher = Batcher("stage", [lambda items: items], max_items=1)
        for executor in batcher._executors:
            executor.shutdown()
        with pytest.raises(EngineFailure):
            await batcher.submit([1, 2], key="k", cost=1)
        assert batcher.queued == 0
        await batcher.close()

    run(test)


def test_a_cancelled_close_loses_no_job_and_shows_no_document():
    async def test():
        reported = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reported.append(context))
        lane = GatedLane()
        batcher = Batcher("stage", [lane], max_items=1)
        running = asyncio.create_task(batcher.submit([Image()], key=1, cost=1))
        await entered(lane)
        closing = asyncio.create_task(batcher.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        with pytest.raises(PipelineStopped):
            await running
        assert len(batcher._idle) == 1
        assert reported == []
        lane.open()

    run(test)


def test_a_jobs_text_holds_nothing_of_the_document():
    async def test():
        lane = GatedLane()
        batcher = Batcher("stage", [lane], max_items=1)
        running = asyncio.create_task(batcher.submit([1], key=1, cost=1))
        await entered(lane)
        waiting = asyncio.create_task(batcher.submit([Image()], key=1, cost=1))
        await asyncio.sleep(0)
        (job,) = batcher._queue.clear()
        job.result.set_result("the document's text")
        assert "document" not in repr(job)
        await waiting
        lane.open()
        await running
        await batcher.close()

    run(test)


class SmallDevice:
    """A lane with room for so many items in a batch."""

    def __init__(self, room):
        self.room = room
        self.batches = []

    def __call__(self, items):
        self.batches.append(len(items))
        if len(items) > self.room:
            raise OutOfDeviceMemory("no room")
        return [item * 2 for item in items]


def test_batches_grow_back_when_the_memory_is_free_again(monkeypatch):
    monkeypatch.setattr("models.batching.FITTING_BATCHES", 3)

    async def test():
        lane = SmallDevice(room=3)
        batcher = Batcher("stage", [lane], max_items=16, max_cost=1600)

        async def largest_of(items):
            lane.batches.clear()
            await batcher.submit(list(range(items)), key="k", cost=100)
            return max(lane.batches)

        await largest_of(16)
        lane.room = 16
        assert await largest_of(2) == await largest_of(2) == 2
        await batcher.submit([1], key="k", cost=1)  # a small batch shows nothing
        assert await largest_of(4) == 2
        assert await largest_of(4) == 4
        assert [await largest_of(16) for _ in range(4)] == [8, 8, 16, 16]
        assert (batcher.stats.memory_cuts, batcher.stats.failures) == (1, 0)
        await batcher.close()

    run(test)


def test_a_device_that_stays_too_small_is_tried_ever_more_seldom(monkeypatch):
    monkeypatch.setattr("models.batching.FITTING_BATCHES", 2)
    monkeypatch.setattr("models.batching.MOST_FITTING_BATCHES", 16)

    async def test():
        lane = SmallDevice(room=1)
        batcher = Batcher("stage", [lane], max_items=2, max_cost=2)
        failed = []
        for number in range(60):
            cuts = batcher.stats.memory_cuts
            await batcher.submit([1, 2], key="k", cost=1)
            failed += [number] * (batcher.stats.memory_cuts - cuts)
        assert failed == [0, 2, 5, 10, 19, 28, 37, 46, 55]
        assert batcher.stats.failures == 0
        await batcher.close()

    run(test)


def test_a_device_out_of_memory_gets_smaller_batches_from_then_on_and_nobody_loses_an_answer():
    async def test():
        lane = SmallDevice(room=3)
        batcher = Batcher("stage", [lane], max_items=16, max_cost=1600)
        numbers = list(range(16))
        assert await batcher.submit(numbers, key="k", cost=100) == [2 * number for number in numbers]
        # 16 do not fit, nor 8, nor 4.
        assert max(lane.batches) == 16
        assert batcher.stats.memory_cuts == 1
        assert batcher.stats.failures == 0
        lane.batches.clear()
        assert await batcher.submit(numbers, key="k", cost=100) == [2 * number for number in numbers]
        assert lane.batches == [2] * 8
        # What fits is not made smaller; items of another cost have the same budget.
        lane.batches.clear()
        await batcher.submit(numbers, key="k", cost=50)
        assert lane.batches[0] == 4
        await batcher.close()

    run(test)


def test_an_item_too_large_for_the_device_is_tried_again_and_fails_alone():
    async def test():
        tries = []

        def lane(items):
            tries.append(list(items))
            if "large" in items:
                raise OutOfDeviceMemory("no room")
            return list(items)

        batcher = Batcher("stage", [lane], max_items=1)
        large, small = await asyncio.gather(
            batcher.submit(["large"], key="k", cost=1),
            batcher.submit(["small"], key="k", cost=1),
            return_exceptions=True,
        )
        assert isinstance(large, OutOfDeviceMemory)
        assert small == ["small"]
        assert tries == [["large"], ["large"], ["small"]]
        await batcher.close()

    run(test)


def test_memory_that_is_free_again_at_the_second_try_costs_nobody_an_answer():
    async def test():
        full = [OutOfDeviceMemory("no room")]

        def lane(items):
            if full:
                raise full.pop()
            return list(items)

        batcher = Batcher("stage", [lane], max_items=1)
        assert await batcher.submit(["page"], key="k", cost=1) == ["page"]
        await batcher.close()

    run(test)


def test_a_lane_tells_how_long_it_has_been_at_work():
    async def test():
        lane = GatedLane()
        batcher = Batcher("stage", [lane], max_items=1)
        assert batcher.longest_run_seconds == 0
        first = asyncio.create_task(batcher.submit([1], key="k", cost=1))
        await entered(lane)
        await asyncio.sleep(0.05)
        assert 0.05 <= batcher.longest_run_seconds < 30
        lane.open()
        await first
        assert batcher.longest_run_seconds == 0
        await batcher.close()

    run(test)


def test_each_lane_is_warmed_in_its_own_thread_before_its_first_batch():
    async def test():
        did = [[], []]

        def lane_of(notes):
            return lambda items: notes.append(("batch", threading.get_ident())) or items

        def warm_of(notes):
            return lambda: notes.append(("warm", threading.get_ident()))

        lanes, warm = [lane_of(notes) for notes in did], [warm_of(notes) for notes in did]
        batcher = Batcher("stage", lanes, max_items=1, warm=warm)
        assert [len(notes) for notes in did] == [1, 1]
        await batcher.submit(list(range(8)), key="k", cost=1)
        await batcher.close()
        for notes in did:
            assert [what for what, _ in notes] == ["warm", *["batch"] * (len(notes) - 1)]
            assert len({thread for _, thread in notes}) == 1
        assert did[0][0][1] != did[1][0][1]
        assert threading.get_ident() not in (did[0][0][1], did[1][0][1])

    run(test)


def test_a_lane_that_cannot_be_warmed_is_told_and_leaves_no_thread():
    def fails():
        raise OutOfDeviceMemory("no room for its graphs")

    with pytest.raises(OutOfDeviceMemory, match="graphs"):
        Batcher("unwarmed", [list, list], max_items=1, warm=[lambda: None, fails])
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("unwarmed")]


@pytest.mark.parametrize(("warm", "used"), [([lambda: None] * 2, [2, 2]), ([], [0, 4])])
def test_lanes_that_are_warmed_take_turns(warm, used):
    async def test():
        ran = [[], []]
        lanes = [lambda items, notes=notes: notes.append(1) or items for notes in ran]
        batcher = Batcher("stage", lanes, max_items=1, warm=warm)
        for _ in range(4):
            await batcher.submit([1], key="k", cost=1)
        await batcher.close()
        assert [len(notes) for notes in ran] == used

    run(test)


def test_a_device_that_is_lost_is_not_tried_with_halves_of_the_batch():
    async def test():
        tries = []

        def lane(items):
            tries.append(len(items))
            raise DeviceLost("it answers nothing")

        batcher = Batcher("stage", [lane], max_items=8)
        answers = await asyncio.gather(
            *(batcher.submit([number], key="k", cost=1) for number in range(8)), return_exceptions=True
        )
        await batcher.close()
        assert [type(answer) for answer in answers] == [DeviceLost] * 8
        assert sum(tries) == 8

    run(test)
