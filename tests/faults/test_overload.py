"""More requests than a server can take, by every contract: whoever is refused hears so at once and in its own words."""

import time
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.contract.adapters import File, Outcome, adapters
from tests.contract.conftest import wait_until
from tests.faults.conftest import Start
from tests.faults.contracts import ASKS, key_of
from tests.faults.load import Tally
from tests.faults.pages import page
from tests.faults.server_state import is_well, metric

PLACES, PAGES_EACH = 2, 8
PAUSE_SECONDS, MOST_SECONDS = 0.1, 180


def test_a_full_server_refuses_at_once_in_each_contracts_own_shape(start: Start):
    server = start(limits={"max_queued_requests": 1})
    keys = {contract: key_of(contract, server.url) for contract in adapters()}
    server.inject("rec", "hang")
    tally = Tally()
    with ThreadPoolExecutor(1) as pool, requests.Session() as session:
        hanging = pool.submit(tally.ask, session, server.url, 3)
        wait_until(lambda: metric(server, "ppocr_queue_requests") == 1)
        for contract, key in keys.items():
            answer = contract.call(File("page.png", page(3)), key).send(server.url, 10)
            reply = contract.reply(answer, requests.get)
            assert (contract.name, reply.said) == (contract.name, contract.says[Outcome.OVERLOADED][0]), answer.text
            assert int(answer.headers["retry-after"]) >= 1
        # Who was let in before is served as ever.
        (server.faults / "release").touch()
        hanging.result()
    tally.check("who was let in before")
    assert tally.answered == 1
    is_well(server)


def test_many_more_clients_than_places_are_each_read_or_refused(start: Start):
    """All contracts at once. Who is refused comes again, as its answer says that one should, until its page is read."""
    server = start(limits={"max_queued_requests": PLACES}, contracts={"file_task": {"max_queued_tasks": 1}})
    for contract in adapters():
        key_of(contract, server.url)
    tally, end = Tally(), time.monotonic() + MOST_SECONDS

    def patient(number: int) -> None:
        ask = list(ASKS.values())[number % len(ASKS)]
        with requests.Session() as session:
            while time.monotonic() < end:
                answer = tally.ask(session, server.url, number, ask)
                if answer is None or answer.outcome is not Outcome.OVERLOADED:
                    return
                time.sleep(PAUSE_SECONDS)

    pages = PAGES_EACH * len(ASKS)
    with ThreadPoolExecutor(pages) as pool:
        list(pool.map(patient, range(pages)))
    tally.check(f"{pages} clients and {PLACES} places")
    full = {f"{contract.name} {contract.says[Outcome.OVERLOADED][0][1]}" for contract in adapters()}
    assert tally.answered == pages
    assert set(tally.failed) <= full
    assert tally.failed
    is_well(server)
