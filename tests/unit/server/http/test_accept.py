"""Which media type a client prefers, by its headers Accept."""

import pytest

from server.http.accept import MAX_RANGES, prefers

LINES, JSON = "application/x-ndjson", "application/json"


@pytest.mark.parametrize(
    "accept",
    [
        [LINES],
        ["Application/X-NDJSON"],
        [f"{LINES};q=0.5"],
        [f"{LINES} ; Q=0.5"],
        [f"{LINES};charset=utf-8;q=1.000"],
        [f"{LINES}, */*"],
        [f"*/*, {LINES}"],
        [f"{LINES}, {JSON}"],
        [f"{JSON};q=0.9, {LINES}"],
        [f"{JSON};q=0.1, */*, {LINES};q=0.2"],
        [f"application/*;q=0.3, {LINES};q=0.3"],
        [f"{JSON};q=0, {LINES};q=0.001"],
        ["text/html", LINES],
        [f"text/html,,; ,{LINES}"],
        [f"{LINES};q=0, {LINES};q=1"],
    ],
)
def test_a_type_that_is_named_and_weighs_no_less_is_preferred(accept):
    assert prefers(accept, LINES, JSON)


@pytest.mark.parametrize(
    "accept",
    [
        [],
        [""],
        ["*/*"],
        ["application/*"],
        [JSON],
        ["text/html"],
        ["text/html, application/xhtml+xml, */*;q=0.8"],
        [f"{LINES};q=0"],
        [f"{LINES};q=0.9, {JSON}"],
        [f"{LINES};q=0.5", JSON],
        [f"{LINES};q=0.5, */*"],
        [f"{LINES};q=0.5, */*;q=0.1, application/*;q=0.6"],
        [f"{LINES};q=2"],
        [f"{LINES};q=0.0001"],
        [f"{LINES};q="],
        [f"{LINES};q=high"],
        [f"{LINES}s"],
        ["application/ndjson"],
    ],
)
def test_everything_else_keeps_the_usual_type(accept):
    assert not prefers(accept, LINES, JSON)


def test_a_header_without_an_end_is_not_read_to_its_end():
    ranges = ["text/html"] * (MAX_RANGES - 1)
    assert prefers([*ranges, LINES, JSON], LINES, JSON)
    assert not prefers(["text/html", *ranges, LINES], LINES, JSON)
