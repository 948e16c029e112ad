"""Options of the whole suite."""

import pytest
from hypothesis import settings

from tests.contract import client_table, coverage_table
from tests.evaluation_data import reason_to_skip

# An example that takes long says more about the machine than about the code.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz-times", type=int, default=1, help="make so many times as many requests from the OpenAPI")
    parser.addoption("--write-contract-table", action="store_true", help="rewrite the table of docs/contracts.md")
    parser.addoption("--write-client-table", action="store_true", help="rewrite the table of docs/clients.md")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what reads evaluation data that is not there."""
    for item in items:
        mark = item.get_closest_marker("evaluation_data")
        if mark and (reason := reason_to_skip(*mark.args)):
            item.add_marker(pytest.mark.skip(reason=reason), append=False)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if session.config.getoption("write_contract_table") and exitstatus == pytest.ExitCode.OK:
        coverage_table.TABLE.write(coverage_table.rows(session.items))
    if session.config.getoption("write_client_table") and exitstatus == pytest.ExitCode.OK:
        client_table.TABLE.write(client_table.rows(session.items))
