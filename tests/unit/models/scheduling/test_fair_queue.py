import gc
import weakref

from hypothesis import given
from hypothesis import strategies as st

from models.scheduling.fair_queue import FairQueue, FinishTag


def drain(queue, max_items=1, max_cost=10**9):
    batches = []
    while batch := queue.pop_batch(max_items, max_cost):
        batches.append(batch)
    return batches


def test_one_flow_is_served_in_order_of_arrival():
    queue = FairQueue()
    for number in range(5):
        queue.push(number, key=number, cost=10, flow="a")
    assert drain(queue) == [[0], [1], [2], [3], [4]]


def test_a_short_request_overtakes_the_backlog_of_a_long_one():
    queue = FairQueue()
    for page in range(100):
        queue.push(f"long-{page}", key="page", cost=10, flow="long")
    assert queue.pop_batch(1, 10**9) == ["long-0"]
    queue.push("receipt", key="page", cost=10, flow="receipt")
    served = [batch[0] for batch in drain(queue)]
    assert served.index("receipt") <= 1


def test_two_busy_flows_share_by_cost_not_by_count():
    queue = FairQueue()
    for number in range(20):
        queue.push(("small", number), key=None, cost=10, flow="small")
        queue.push(("large", number), key=None, cost=30, flow="large")
    first = [queue.pop_batch(1, 10**9)[0][0] for _ in range(16)]
    assert first.count("small") == 12
    assert first.count("large") == 4


def push_page(queue, flow, number, pieces, cost=10):
    tag = FinishTag(pieces * cost)
    for piece in range(pieces):
        queue.push((flow, number, piece), key=(flow, number, piece), cost=cost, flow=flow, tag=tag)


def test_a_smaller_page_is_served_in_one_go_though_a_larger_one_has_begun():
    queue = FairQueue()
    for number in range(3):
        push_page(queue, "long", number, pieces=6)
    assert [queue.pop_batch(1, 10) for _ in range(2)] == [[("long", 0, 0)], [("long", 0, 1)]]
    push_page(queue, "receipt", 0, pieces=3)
    served = [batch[0][:2] for batch in drain(queue)]
    assert served[:4] == [("receipt", 0)] * 3 + [("long", 0)]


def test_a_page_as_large_waits_for_the_one_that_has_begun_and_for_no_other():
    queue = FairQueue()
    for number in range(3):
        push_page(queue, "long", number, pieces=4)
    queue.pop_batch(1, 10)
    push_page(queue, "other", 0, pieces=4)
    served = [batch[0][:2] for batch in drain(queue)]
    assert served[:7] == [("long", 0)] * 3 + [("other", 0)] * 4


def test_small_pages_without_end_do_not_starve_a_large_one():
    queue = FairQueue()
    push_page(queue, "large", 0, pieces=10)
    served = []
    for number in range(300):
        push_page(queue, f"small {number}", 0, pieces=1)
        served.append(queue.pop_batch(1, 10)[0][0])
    assert "large" in served


def test_a_batch_holds_one_key_and_stays_within_items_and_cost():
    queue = FairQueue()
    for number in range(6):
        queue.push(number, key=number % 2, cost=10, flow=None)
    assert queue.pop_batch(10, 25) == [0, 2]
    assert queue.pop_batch(1, 1000) == [1]
    assert queue.pop_batch(10, 5) == [3]  # dearer than allowed, but alone
    assert queue.pop_batch(10, 1000) == [4]
    assert queue.pop_batch(10, 1000) == [5]
    assert queue.pop_batch(10, 1000) == []


def test_a_batch_is_shared_between_flows():
    queue = FairQueue()
    for flow in "abc":
        queue.push(flow, key="k", cost=1, flow=flow)
    assert queue.pop_batch(8, 100) == ["a", "b", "c"]


def test_clear_takes_what_waits_and_nothing_else():
    queue = FairQueue()
    for number in range(3):
        queue.push(number, key=None, cost=1, flow=None)
    queue.pop_batch(1, 1)
    assert queue.clear() == [1, 2]
    assert len(queue) == 0
    assert queue.pop_batch(1, 1) == []


def test_flows_that_went_away_are_forgotten():
    queue = FairQueue()
    for number in range(5000):
        queue.push(number, key=None, cost=1, flow=object())
        queue.pop_batch(1, 1)
    assert len(queue._flow_end) <= 1025


class Image:
    """Something whose end can be observed."""


def gone(reference):
    gc.collect()
    return reference() is None


def test_work_that_was_taken_is_not_kept():
    queue = FairQueue()
    image = Image()
    reference = weakref.ref(image)
    queue.push(image, key=None, cost=1, flow=None)
    del image
    queue.pop_batch(1, 1)
    assert gone(reference)


def test_work_taken_from_behind_what_still_waits_is_not_kept():
    queue = FairQueue()
    image = Image()
    reference = weakref.ref(image)
    queue.push("first", key="a", cost=1, flow=None)
    queue.push("second", key="b", cost=1, flow=None)
    queue.push(image, key="a", cost=1, flow=None)
    del image
    assert len(queue.pop_batch(2, 2)) == 2
    assert gone(reference)
    assert drain(queue) == [["second"]]


def test_withdrawn_work_is_forgotten_at_once_and_never_served():
    queue = FairQueue()
    image = Image()
    reference = weakref.ref(image)
    queue.push("first", key="a", cost=1, flow=None)
    withdraw = queue.push(image, key="a", cost=1, flow=None)
    queue.push("last", key="a", cost=1, flow=None)
    del image
    assert withdraw()
    assert not withdraw()
    assert len(queue) == 2
    assert gone(reference)
    assert drain(queue, max_items=2) == [["first", "last"]]


def test_what_was_taken_cannot_be_withdrawn():
    queue = FairQueue()
    withdraw = queue.push("work", key="a", cost=1, flow=None)
    assert queue.pop_batch(1, 1) == ["work"]
    assert not withdraw()
    assert len(queue) == 0


def test_nothing_stays_once_nothing_waits():
    queue = FairQueue()
    withdrawals = [queue.push(number, key=number % 3, cost=1, flow=number, urgent=True) for number in range(9)]
    for withdraw in withdrawals[3:]:
        withdraw()
    drain(queue)
    assert not queue._all
    assert not queue._by_key
    assert not queue._urgent
    assert not queue._flow_end


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50), st.integers(0, 4), st.booleans()), max_size=60),
    st.integers(1, 5),
    st.integers(1, 100),
)
def test_withdrawals_take_nothing_else_along(pushes, max_items, max_cost):
    queue = FairQueue()
    withdrawals = [queue.push(n, key=key, cost=cost, flow=flow) for n, (key, cost, flow, _) in enumerate(pushes)]
    for withdraw, (*_, leaves) in zip(withdrawals, pushes, strict=True):
        if leaves:
            assert withdraw()
    stay = [number for number, (*_, leaves) in enumerate(pushes) if not leaves]
    assert len(queue) == len(stay)
    assert sorted(work for batch in drain(queue, max_items, max_cost) for work in batch) == stay
    assert not queue._all


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50), st.integers(0, 4)), max_size=60),
    st.integers(1, 5),
    st.integers(1, 100),
)
def test_nothing_is_lost_doubled_or_mixed(pushes, max_items, max_cost):
    queue = FairQueue()
    for number, (key, cost, flow) in enumerate(pushes):
        queue.push((number, key, cost), key=key, cost=cost, flow=flow)
    batches = drain(queue, max_items, max_cost)
    assert sorted(work[0] for batch in batches for work in batch) == list(range(len(pushes)))
    for batch in batches:
        assert len({key for _, key, _ in batch}) == 1
        assert len(batch) <= max_items
        assert len(batch) == 1 or sum(cost for _, _, cost in batch) <= max_cost


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50), st.integers(0, 4), st.booleans()), max_size=60),
    st.lists(st.booleans(), max_size=80),
    st.integers(1, 5),
)
def test_urgent_work_can_be_taken_first_and_nothing_is_lost(pushes, asked, max_items):
    queue, left = FairQueue(), {number for number, (*_, urgent) in enumerate(pushes) if urgent}
    for number, (key, cost, flow, urgent) in enumerate(pushes):
        queue.push(number, key=key, cost=cost, flow=flow, urgent=urgent)
    served = []
    for urgent in asked:
        batch = queue.pop_batch(max_items, 100, urgent=urgent)
        assert bool(batch) == bool(left if urgent else len(queue) + len(batch))
        assert not (urgent and batch) or batch[0] in left
        served += batch
        left -= set(batch)
    served += [work for batch in drain(queue, max_items, 100) for work in batch]
    assert sorted(served) == list(range(len(pushes)))
    assert not queue._urgent
