"""Each flow of pages has a number of its own, which replicas take turns by."""

from server.pipelines.replicas.flows import FlowNumbers


def test_a_flow_keeps_its_number() -> None:
    numbers = FlowNumbers()
    one, other = object(), object()
    assert numbers.number(None) is None
    assert numbers.number(one) == numbers.number(one) != numbers.number(other)
    for _ in range(10_000):
        numbers.number(object())
    assert numbers.number(one) > 10_000
