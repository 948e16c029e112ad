"""Lines as they are seen, written left to right, and the text that people read in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ops.bidi import has_right_to_left, logical_order, logical_text, reads_right_to_left


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("", ""),
        ("Gate 7", "Gate 7"),
        ("(a) 50%", "(a) 50%"),
        ("ملاعلاب ابحرم", "مرحبا بالعالم"),
        ("لاير 12.50 رعسلا", "السعر 12.50 ريال"),
        ("ديدج Windows 11 مقر", "رقم Windows 11 جديد"),
        ("حيحص (2024) خيراتلا", "التاريخ (2024) صحيح"),
        ("مث «معن» لاق", "قال «نعم» ثم"),
        ("مويلا %50 مصخ", "خصم 50% اليوم"),
        ("ةنس ٢٠٢٤", "٢٠٢٤ سنة"),
        ("INV-2024/17 مقر ةروتاف", "فاتورة رقم INV-2024/17"),
        ("Hello ابحرم World", "Hello مرحبا World"),
        ("12-05-2024 خيراتلا", "التاريخ 12-05-2024"),
    ],
)
def test_a_line_is_read_from_its_right_end(seen: str, read: str) -> None:
    assert logical_text(seen) == read


def test_the_order_tells_where_each_character_was_seen() -> None:
    seen = "12 ب ا"
    assert [seen[index] for index in logical_order(seen)] == ["ا", " ", "ب", " ", "1", "2"]


@given(st.text(alphabet="ab12 .,:%()«»ابت٣", max_size=30))
def test_no_character_is_lost_or_invented(text: str) -> None:
    assert sorted(logical_order(text)) == list(range(len(text)))
    assert len(logical_text(text)) == len(text)


@given(st.text(alphabet="ab12 .,:%()é中", max_size=30))
def test_text_without_right_to_left_letters_stays(text: str) -> None:
    assert logical_text(text) == text
    assert not reads_right_to_left(text)


def test_a_dictionary_with_arabic_or_hebrew_letters_is_told() -> None:
    assert has_right_to_left(["a", "ب"])
    assert has_right_to_left(["a", "ש"])
    assert not has_right_to_left(["a", "中", "é", "٣"])
