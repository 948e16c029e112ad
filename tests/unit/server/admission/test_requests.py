"""Admission refuses what is one request or one byte too many, and gives everything back."""

import pytest

from server.admission.requests import Admission
from server.errors import Overloaded


def test_refuses_the_request_that_is_one_too_many():
    admission = Admission(2, 100)
    with admission.enter(), admission.enter():
        with pytest.raises(Overloaded), admission.enter():
            pass
        assert admission.requests == 2
    with admission.enter():
        assert admission.requests == 1
    assert admission.requests == 0


def test_refuses_bytes_over_the_cap_and_keeps_no_trace_of_them():
    admission = Admission(9, 100)
    with admission.enter() as first, admission.enter() as second:
        first.add_bytes(60)
        with pytest.raises(Overloaded):
            second.add_bytes(41)
        second.add_bytes(40)
        assert admission.bytes == 100
    assert admission.bytes == 0


def test_strangers_leave_most_of_the_room_to_those_who_have_shown_their_keys():
    admission = Admission(9, 100)
    with admission.ticket(stranger=True) as first, admission.ticket(stranger=True) as second:
        first.add_bytes(20)
        with pytest.raises(Overloaded):
            second.add_bytes(6)
        second.add_bytes(5)
        assert (admission.bytes, admission.strangers_bytes) == (25, 25)
        with admission.ticket() as known:
            known.add_bytes(75)
        first.arrived()
        assert (admission.bytes, admission.strangers_bytes) == (25, 5)
        second.add_bytes(20)
    assert (admission.bytes, admission.strangers_bytes) == (0, 0)


def test_a_single_stranger_may_send_what_anybody_may():
    admission = Admission(9, 100)
    with admission.ticket(stranger=True) as ticket:
        ticket.add_bytes(60)
        ticket.add_bytes(30)
    assert (admission.bytes, admission.strangers_bytes) == (0, 0)


def test_a_failing_request_gives_back_its_place_and_bytes():
    admission = Admission(1, 100)

    def fail() -> None:
        with admission.enter() as ticket:
            ticket.add_bytes(100)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (admission.requests, admission.bytes) == (0, 0)


def test_an_answer_that_waits_is_never_refused_but_the_next_request_may_be():
    admission = Admission(9, 100)
    with admission.ticket() as answering, admission.ticket() as arriving:
        answering.hold(150)
        with pytest.raises(Overloaded):
            arriving.add_bytes(1)
        answering.drop(100)
        arriving.add_bytes(50)
        assert admission.bytes == 100
    assert admission.bytes == 0
