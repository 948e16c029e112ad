from server.telemetry.inside import Inside
from server.telemetry.record import RequestRecord


def test_only_what_was_inside_at_the_stop_is_told_at_the_end() -> None:
    inside = Inside()
    for request in ("before", "answered", "refused", "left", "open"):
        inside.request_began(request)
    inside.request_ended("before", 200)
    assert inside.stop() == {"requests": 4}
    inside.request_began("after")
    for request, status in (("answered", 200), ("refused", 503), ("left", 499), ("after", 503)):
        inside.request_ended(request, status)
    assert inside.end() == {"requests_finished": 1, "requests_given_up": 3}


def test_two_requests_with_the_same_id_are_two() -> None:
    inside = Inside()
    first, second = RequestRecord(request_id="mine"), RequestRecord(request_id="mine")
    inside.request_began(first)
    inside.request_began(second)
    assert inside.stop() == {"requests": 2}
    inside.request_ended(first, 200)
    assert inside.end() == {"requests_finished": 1, "requests_given_up": 1}


def test_parts_tell_their_own_figures() -> None:
    inside, figures = Inside(), {"waiting": 3, "done": 10, "left": 5}
    inside.watch("tasks_waiting", lambda: figures["waiting"])
    inside.watch_end("tasks_finished", lambda: figures["done"])
    inside.watch_left("tasks_kept", lambda: figures["left"])
    assert inside.stop() == {"requests": 0, "tasks_waiting": 3}
    figures |= {"done": 14, "left": 1}
    assert inside.end() == {"requests_finished": 0, "requests_given_up": 0, "tasks_finished": 4, "tasks_kept": 1}
