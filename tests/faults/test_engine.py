"""Engines that fail, and engines that do not come back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.contract.conftest import wait_until
from tests.faults.conftest import FaultyServer, Start
from tests.faults.load import Tally, post_all


@pytest.mark.parametrize("stage", ["det", "rec"])
@pytest.mark.parametrize("fault", ["raise", "crash", "nan", "count", "end"])
def test_an_engine_that_fails_costs_those_alone_whose_batch_it_was(faulty: FaultyServer, stage: str, fault: str):
    tally, faults = Tally(), 3
    faulty.inject(stage, fault, faults)
    post_all(faulty.url, range(16), 8, tally)
    assert not list(faulty.faults.glob(f"{stage}.*"))
    tally.check(f"{stage} {fault}")
    # At most as many as batches were spoiled; a batch of several is tried again in halves, and may fail nobody.
    assert sum(tally.failed.values()) <= faults
    assert set(tally.failed) <= {"paddlex 500"}


def test_an_engine_that_hangs_is_reported_and_costs_time_alone(start: Start):
    server = start(limits={"request_timeout_seconds": 3.0}, engine={"hang_seconds": 1.0})
    tally = Tally()
    post_all(server.url, range(4), 2, tally)
    assert tally.answered == 4

    server.inject("rec", "hang")
    with ThreadPoolExecutor(1) as pool:
        hung = pool.submit(post_all, server.url, range(8), 8, tally)
        wait_until(lambda: requests.get(f"{server.url}/health/ready", timeout=10).status_code == 503)
        refused = Tally()
        post_all(server.url, range(4), 2, refused)
        hung.result()
    refused.check("while it hangs")
    assert refused.failed == {"paddlex 503": 4}
    tally.check("hang")
    assert set(tally.failed) == {"paddlex 503"}

    (server.faults / "release").touch()
    wait_until(lambda: requests.get(f"{server.url}/health/ready", timeout=10).status_code == 200)
    after = Tally()
    post_all(server.url, range(4), 2, after)
    after.check("after it")
    assert after.answered == 4
