from pathlib import Path

import pytest

from benchmarks.compare.conditions import check_budget, price_of_page, rate_of
from benchmarks.compare.destinations import Destination
from benchmarks.compare.errors import WrongPlan
from benchmarks.compare.plan import Plan, read_plan

INSIDE = Destination("127.0.0.1", ("127.0.0.1",), ())
OUTSIDE = Destination("192.0.2.1", ("192.0.2.1",), ("192.0.2.1",))
PRICES = """
currency: USD
prices:
  ppocrv5: {per_1000_pages: 2000, requests_per_second: 3, date: "2025-06", source: a test}
  other: {per_1000_pages: 500, date: "2025-06", source: a test}
"""


def plan(folder: Path, further: str = "", rest: str = "") -> Plan:
    (folder / "prices.yaml").write_text(PRICES, encoding="utf-8")
    path = folder / "plan.yaml"
    path.write_text(
        f"documents: [{{}}]\nprices: {folder / 'prices.yaml'}\n{rest}\n"
        f'providers: {{one: {{use: ppocrv5, endpoint: "http://192.0.2.1"{further}}}}}',
        encoding="utf-8",
    )
    return read_plan(path)


@pytest.mark.parametrize(
    ("further", "inside", "outside"),
    [
        ("", (0.0, None), (2.0, 3.0)),
        (", price: other", (0.5, None), (0.5, None)),
        (", requests_per_second: 7", (0.0, 7.0), (2.0, 7.0)),
    ],
)
def test_what_runs_here_asks_nothing_by_itself(
    tmp_path: Path, further: str, inside: tuple[float, float | None], outside: tuple[float, float | None]
) -> None:
    (contender,) = plan(tmp_path, further).contenders
    assert (price_of_page(contender, INSIDE), rate_of(contender, INSIDE)) == inside
    assert (price_of_page(contender, OUTSIDE), rate_of(contender, OUTSIDE)) == outside


def test_without_a_price_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(
        'documents: [{}]\nbudget: 1\nproviders: {one: {use: complexdocr, endpoint: "http://192.0.2.1"}}',
        encoding="utf-8",
    )
    found = read_plan(tmp_path / "plan.yaml")
    assert price_of_page(found.contenders[0], OUTSIDE) is None
    with pytest.raises(WrongPlan, match="budget: no budget can be kept without a price for one"):
        check_budget(found, {"one": OUTSIDE})
    check_budget(found, {"one": INSIDE})
