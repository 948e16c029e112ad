from pathlib import Path

import pytest

from tests.contract.client_table import TABLE, rows

HERE = Path(__file__).parent


def test_the_document_has_the_table_that_the_tests_make(request: pytest.FixtureRequest) -> None:
    """With a part of the tests selected, only that part is compared."""
    collected = [str(row) for row in rows(request.session.items)]
    selected = bool(request.config.getoption("keyword") or request.config.getoption("markexpr"))
    if {item.path for item in request.session.items} >= set(HERE.rglob("test_*.py")) and not selected:
        assert TABLE.written() == collected
    else:
        assert {line.split("|")[1] for line in collected} <= {line.split("|")[1] for line in TABLE.written()}
