"""The access log of a real server: one line for each request of each contract, with the pages that it read."""

import re

import pytest

from tests.contract.adapters import Adapter, File, Outcome, adapters
from tests.contract.conftest import IMAGE, PATIENCE_SECONDS, SharedServer, wait_until

PAGES = re.compile(r"\bpages=(\d+)")


@pytest.mark.parametrize("contract", adapters(), ids=lambda contract: contract.name)
def test_the_line_of_a_request_counts_its_page(server: SharedServer, contract: Adapter):
    before = len(server.log)
    key = contract.sign_in(server.url, None)
    reply = contract.ask(server.url, File("page.png", IMAGE), key, PATIENCE_SECONDS)
    assert contract.outcome(reply) is Outcome.READ

    def line() -> str | None:
        return next((line for line in server.log[before:] if f"route={contract.path}" in line), None)

    wait_until(lambda: line() is not None)
    assert PAGES.findall(line()) == [str(contract.pages_of_request)]
