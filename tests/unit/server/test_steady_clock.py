import time

import pytest

from server.steady_clock import SteadyClock


@pytest.mark.parametrize("jump", [86_400, -86_400])
def test_it_goes_on_where_the_machines_clock_jumps(monkeypatch: pytest.MonkeyPatch, jump: int):
    clock, before = SteadyClock(), time.time()
    assert clock() == pytest.approx(before, abs=1)
    monkeypatch.setattr(time, "time", lambda: before + jump)
    assert clock() == pytest.approx(before, abs=1)
