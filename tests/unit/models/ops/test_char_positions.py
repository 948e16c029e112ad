import pytest

from models.ops.char_positions import char_positions
from models.ops.ctc import DecodedLine

LINE = DecodedLine("abc", 0.5, (0.5,) * 3, (0, 4, 9), 20)


def test_a_position_is_the_middle_of_its_step() -> None:
    assert char_positions(LINE, 1.0, upside_down=False) == pytest.approx((0.025, 0.225, 0.475))


def test_padding_is_no_part_of_the_line() -> None:
    assert char_positions(LINE, 0.5, upside_down=False) == pytest.approx((0.05, 0.45, 0.95))


def test_a_line_read_upside_down_runs_from_its_right_end() -> None:
    assert char_positions(LINE, 0.5, upside_down=True) == pytest.approx((0.95, 0.55, 0.05))


def test_what_was_read_in_the_padding_is_at_the_end() -> None:
    assert char_positions(LINE, 0.2, upside_down=False)[2] == 1.0


def test_an_empty_line_has_no_positions() -> None:
    assert char_positions(DecodedLine("", 0.0, (), (), 40), 1.0, upside_down=False) == ()
