"""Rule 4: what a call that succeeds answers."""

import re

import cv2
import numpy as np
import pytest

from tests.contract.baidu.client import ALL, BASIC, BLANK, IMAGE, LINES, LOCATED, PAGE, b64, pdf, two_lines, words
from tests.contract.conftest import encoded, picture, transparent

FLAGS = ("detect_direction", "detect_language", "paragraph", "probability")
REQUIRED = {"log_id", "words_result_num", "words_result"}
VERTEXES = ("vertexes_location", "finegrained_vertexes_location", "min_finegrained_vertexes_location")


@pytest.mark.parametrize("api", BASIC)
@pytest.mark.operation("Baidu AI", "general_basic, accurate_basic")
def test_4_words_alone(client, api):
    content = client.read(api, image=PAGE, vertexes_location="true", recognize_granularity="small")
    assert set(content) == REQUIRED
    assert content["words_result"] == [{"words": text} for text in LINES]


def test_4_dark_text_on_transparent_pixels_is_read(client):
    assert words(client.read(BASIC[0], image=b64(transparent(two_lines())))) == LINES


@pytest.mark.parametrize("api", LOCATED)
@pytest.mark.operation("Baidu AI", "general, accurate")
def test_4_words_with_positions(client, api):
    content = client.read(api, image=PAGE)
    assert set(content) == REQUIRED
    assert [set(line) for line in content["words_result"]] == [{"words", "location"}] * 2
    first, second = (line["location"] for line in content["words_result"])
    assert all(type(value) is int for value in first.values())
    assert set(first) == {"top", "left", "width", "height"}
    assert (first["left"], second["left"]) == pytest.approx((40, 40), abs=6)
    assert first["top"] < 90 < first["top"] + first["height"] < second["top"] + second["height"]


@pytest.mark.parametrize("api", ALL)
def test_4_every_flag_false_is_as_if_none_were_given(client, api):
    content = client.read(api, image=PAGE, **dict.fromkeys(FLAGS, "False"))
    assert set(content) == REQUIRED


@pytest.mark.parametrize("api", ALL)
@pytest.mark.parametrize("value", ["true", "True", "TRUE"])
def test_4_every_flag_true(client, api, value):
    content = client.read(api, image=PAGE, **dict.fromkeys(FLAGS, value))
    optional = {"direction", "language", "paragraphs_result", "paragraphs_result_num"}
    assert set(content) == REQUIRED | optional
    assert (content["direction"], content["language"]) == (0, 0)


@pytest.mark.parametrize("api", ALL)
def test_4_no_text_is_a_success(client, api):
    content = client.read(api, image=b64(encoded(BLANK)), **dict.fromkeys(FLAGS, "true"))
    assert (content["words_result"], content["words_result_num"]) == ([], 0)
    assert (content["paragraphs_result"], content["paragraphs_result_num"]) == ([], 0)
    assert content["language"] == -1
    assert -1 <= content["direction"] <= 3


def test_4_log_ids(client):
    ids = [client.read("general_basic", image=IMAGE)["log_id"] for _ in range(5)]
    ids.append(client.fail("general_basic", 216101)["log_id"])
    assert len(set(ids)) == 6
    assert all(type(each) is int and 0 < each <= 2**53 - 1 for each in ids)


@pytest.mark.parametrize("api", ALL)
@pytest.mark.operation("Baidu AI", "probability")
def test_4_probability(client, api):
    for line in client.read(api, image=PAGE, probability="true")["words_result"]:
        probability = line["probability"]
        assert set(probability) == {"average", "variance", "min"}
        assert 0 < probability["min"] <= probability["average"] <= 1
        assert 0 <= probability["variance"] < 0.25


def test_4_probability_is_over_the_characters(client):
    content = client.read(
        "general",
        image=PAGE,
        probability="true",
        recognize_granularity="small",
        eng_granularity="letter",
        char_probability="true",
    )
    for line in content["words_result"]:
        scores = [entry["char_prob"] for entry in line["chars"]]
        blanks = line["words"].count(" ")
        assert len(scores) == len(line["words"]) - blanks
        assert line["probability"]["min"] <= min(scores)
        if not blanks:
            assert line["probability"]["average"] == pytest.approx(np.mean(scores))
            assert line["probability"]["variance"] == pytest.approx(np.var(scores), abs=1e-9)


def test_4_the_probability_of_one_character(client):
    (line,) = client.read("general_basic", image=b64(encoded(picture("8", 200, 200))), probability="true")[
        "words_result"
    ]
    assert len(line["words"]) == 1
    assert line["probability"]["variance"] == 0


@pytest.mark.parametrize("api", LOCATED)
@pytest.mark.operation("Baidu AI", "vertexes_location")
def test_4_vertexes(client, api):
    turned = cv2.warpAffine(
        two_lines(), cv2.getRotationMatrix2D((320, 200), 8, 1), (640, 400), borderValue=(255, 255, 255)
    )
    for line in client.read(api, image=b64(encoded(turned)), vertexes_location="true")["words_result"]:
        assert set(line) == {"words", "location", *VERTEXES}
        for name in VERTEXES:
            assert [set(point) for point in line[name]] == [{"x", "y"}] * 4
            assert all(type(value) is int for point in line[name] for value in point.values())
        xs, ys = zip(*((point["x"], point["y"]) for point in line["vertexes_location"]), strict=True)
        location = line["location"]
        assert (min(xs), min(ys)) == (location["left"], location["top"])
        assert (max(xs) - min(xs), max(ys) - min(ys)) == (location["width"], location["height"])
        assert ys[0] > ys[1] + 5  # the text rises


@pytest.mark.parametrize("api", LOCATED)
@pytest.mark.operation("Baidu AI", "recognize_granularity, eng_granularity")
def test_4_characters(client, api):
    for line in client.read(api, image=PAGE, recognize_granularity="small")["words_result"]:
        assert [entry["char"] for entry in line["chars"]] == re.findall(r"\w+", line["words"])
        assert all(set(entry) == {"char", "location"} for entry in line["chars"])
    letters = client.read(api, image=PAGE, recognize_granularity="small", eng_granularity="letter")
    for line in letters["words_result"]:
        assert "".join(entry["char"] for entry in line["chars"]) == line["words"].replace(" ", "")
        lefts = [entry["location"]["left"] for entry in line["chars"]]
        assert lefts == sorted(lefts)
        outer = line["location"]
        for entry in line["chars"]:
            inner = entry["location"]
            assert outer["left"] <= inner["left"]
            assert outer["top"] <= inner["top"]
            assert inner["left"] + inner["width"] <= outer["left"] + outer["width"]
            assert inner["top"] + inner["height"] <= outer["top"] + outer["height"]
            assert inner["width"] > 0


def test_4_no_characters_unless_asked_for(client):
    for fields in ({}, {"recognize_granularity": "big", "char_probability": "true", "eng_granularity": "letter"}):
        assert all("chars" not in line for line in client.read("general", image=PAGE, **fields)["words_result"])


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.operation("Baidu AI", "detect_direction")
def test_4_direction(client, turns):
    """A page that is turned counter-clockwise by so many quarters; positions are those of the page as it came."""
    upright, submitted = two_lines(), np.rot90(two_lines(), turns)
    content = client.read("general", image=b64(encoded(submitted)), detect_direction="true", vertexes_location="true")
    assert (content["direction"], words(content)) == (turns, LINES)
    reference = client.read("general", image=b64(encoded(upright)))
    for line, expected in zip(content["words_result"], reference["words_result"], strict=True):
        assert box(line["location"]) == pytest.approx(rotated(box(expected["location"]), turns), abs=8)
        corners = [(point["x"], point["y"]) for point in line["vertexes_location"]]
        assert corners[0] == pytest.approx(rotated_point(40, expected["location"]["top"], turns), abs=12)


def rotated_point(x: float, y: float, turns: int) -> tuple[float, float]:
    return [(x, y), (y, 640 - x), (640 - x, 400 - y), (400 - y, x)][turns]


def box(location: dict[str, int]) -> tuple[int, int, int, int]:
    left, top = location["left"], location["top"]
    return left, top, left + location["width"], top + location["height"]


def rotated(edges: tuple[int, int, int, int], turns: int) -> tuple[float, float, float, float]:
    (x0, y0), (x1, y1) = (rotated_point(*corner, turns) for corner in (edges[:2], edges[2:]))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


@pytest.mark.operation("Baidu AI", "paragraph")
def test_4_paragraphs(client):
    image = np.full((700, 900, 3), 255, np.uint8)
    for y, text in [
        (60, "The first part begins"),
        (100, "and ends here."),
        (420, "The second part too."),
        (460, "Really."),
    ]:
        cv2.putText(image, text, (40, y), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    content = client.read("accurate_basic", image=b64(encoded(image)), paragraph="true")
    paragraphs = content["paragraphs_result"]
    assert content["paragraphs_result_num"] == len(paragraphs) == 2
    assert all(set(paragraph) == {"words_result_idx"} for paragraph in paragraphs)
    order = [index for paragraph in paragraphs for index in paragraph["words_result_idx"]]
    assert sorted(order) == list(range(content["words_result_num"]))
    assert [words(content)[index].split()[0] for index in order] == ["The", "and", "The", "Really."]


@pytest.mark.operation("Baidu AI", "detect_language")
def test_4_language(client):
    assert client.read("general_basic", image=PAGE, detect_language="true")["language"] == 0
    digits = b64(encoded(picture("2026 1845", 400, 120)))
    assert client.read("accurate_basic", image=digits, detect_language="true")["language"] == -1


def test_4_the_number_of_pages_is_a_string(client):
    content = client.read("general_basic", pdf_file=b64(pdf(two_lines(), BLANK, BLANK)))
    assert content["pdf_file_size"] == "3"
    assert "pdf_file_size" not in client.read("general_basic", image=PAGE)


def test_4_positions_on_a_pdf_page(client):
    (first, _) = client.read("general", pdf_file=b64(pdf(two_lines())))["words_result"]
    assert first["location"]["left"] == pytest.approx(40, abs=6)
