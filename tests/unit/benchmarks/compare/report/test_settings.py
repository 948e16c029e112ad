"""The plan's ``report``."""

import pytest

from benchmarks.compare.report.settings import Settings, WrongReport, read_settings


def test_nothing_is_needed() -> None:
    assert read_settings(None) == Settings()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"colour": "red"}, "unknown field `colour`"),
        ({"seed": "one"}, "report.seed: expected `int`"),
        ({"usable": 120}, "report.usable: expected `float` <= 100"),
        ({"primary": "bleu"}, "report.primary: there is no metric 'bleu'"),
        ({"hardware": {"provider": "ours", "price": -1}}, r"report\.hardware\.price"),
        ({"hardware": {"price": 1}}, "report.hardware: object missing required field `provider`"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(given: dict, said: str) -> None:
    with pytest.raises(WrongReport, match=said):
        read_settings(given)
