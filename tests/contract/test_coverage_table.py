from pathlib import Path

import pytest

from tests.contract.coverage_table import TABLE, rows

HERE = Path(__file__).parent


def test_the_document_has_the_table_that_the_tests_make(request: pytest.FixtureRequest) -> None:
    """With a part of the tests selected, only that part is compared."""
    collected = [str(row) for row in rows(request.session.items)]
    selected = bool(request.config.getoption("keyword") or request.config.getoption("markexpr"))
    complete = {item.path for item in request.session.items} >= set(HERE.rglob("test_*.py")) and not selected
    if complete:
        assert TABLE.written() == collected
    else:
        assert set(collected) <= set(TABLE.written())
