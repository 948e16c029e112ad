import pytest

from models.languages.scripts import detect_language, detect_script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", "none"),
        ("12:30 — 50 %", "none"),
        ("Platform 4", "latin"),
        ("Übergrößenträger", "latin"),
        ("出口 4", "han"),
        ("東京駅の北口です", "kana"),
        ("カタカナ", "kana"),
        ("서울역 3번 출구", "hangul"),
        ("서울 大韓民國 안내", "hangul"),
        ("Поезд до Москвы", "cyrillic"),
        ("Σταθμός", "greek"),
        ("محطة القطار", "arabic"),
        ("สถานีรถไฟ", "thai"),
        ("रेलवे स्टेशन", "devanagari"),
        ("列车 G7 次 8:30 发 Beijing", "han"),
        ("The station 北京 is one of the largest of the country", "latin"),
        ("这是一个很长的中文句子里面只有一个の字", "han"),
    ],
)
def test_the_script_of_most_letters(text: str, script: str) -> None:
    assert detect_script(text) == script


@pytest.mark.parametrize(
    ("lines", "language"),
    [
        ((), None),
        (("2026", "18:45"), None),
        (("Gate 7 closes", "at 18:45"), "english"),
        (("A café at the station, open from six in the morning until late in the evening",), "english"),
        (("L'élève a été reçu à l'école",), None),
        (("旅客列车时刻表", "No. 12"), "chinese"),
        (("東京駅の時刻表", "こちらへ"), "japanese"),
        (("열차 시간표",), "korean"),
        (("Расписание поездов",), None),
    ],
)
def test_the_language_as_far_as_the_script_tells_it(lines: tuple[str, ...], language: str | None) -> None:
    assert detect_language(lines) == language
