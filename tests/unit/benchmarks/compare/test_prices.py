from pathlib import Path

import pytest

from benchmarks.compare.errors import WrongPlan
from benchmarks.compare.prices import read_prices
from benchmarks.compare.registry import provider_names


def test_every_price_of_our_table_has_a_date_and_a_source_and_says_that_it_is_to_be_checked() -> None:
    table = read_prices()
    assert table.currency == "USD"
    for name, price in table.prices.items():
        assert price.date[:4].isdecimal()
        assert price.source
        assert "check before use" in price.note or name == "own_hardware"


def test_a_price_has_the_name_of_a_provider_or_stands_for_a_kind_of_one() -> None:
    further = {"azure_layout", "aistudio", "own_hardware"}
    assert set(read_prices().prices) - further <= set(provider_names())


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("currency: USD", "prices"),
        ("currency: USD\nprices: {x: {per_1000_pages: -1, date: a, source: b}}", "prices.*per_1000_pages|prices"),
        ("currency: USD\nprices: {x: {per_1000_pages: 1}}", "date"),
        ("currency: USD\ncurrency: EUR", "currency"),
        ("[", "YAML"),
    ],
)
def test_a_wrong_table_is_told_in_one_line(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(WrongPlan, match=named) as refused:
        read_prices(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)
