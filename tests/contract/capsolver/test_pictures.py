"""A picture can be wrong in these ways, and many can come at once: section 7 of the contract."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from tests.contract.capsolver.calls import CODE, CREATE_TASK, TEXT, b64, create, failure
from tests.contract.conftest import encoded, picture, transparent
from tests.unit.server.apps import pdf


@CREATE_TASK
@pytest.mark.parametrize(
    "data",
    [
        b"not a picture",
        b"\x89PNG\r\n\x1a\n",
        encoded(picture())[:60],
        b"\xff\xd8\xff",
        b"GIF89a",
        pdf(1),
        encoded(picture(), ".tiff"),
        encoded(picture(), ".ppm"),
        b"\0" * 100,
    ],
)
def test_pictures_that_cannot_be_read(server, data):
    content = failure(create(server, body=b64(data)), 400, "ERROR_PARSE_IMAGE_FAIL")
    assert uuid.UUID(content["taskId"])


@CREATE_TASK
@pytest.mark.parametrize("text", ["!!!", "a", "abc", "门", CODE + "!", "http://127.0.0.1/a.png"])
def test_a_body_that_is_not_base64(server, text):
    failure(create(server, body=text), 400, "ERROR_PARSE_IMAGE_FAIL")


@CREATE_TASK
def test_pictures_too_large(server):
    wide = encoded(np.full((20, 8193, 3), 255, np.uint8))
    failure(create(server, body=b64(wide)), 400, "ERROR_INVALID_IMAGE", "Image size does not meet the requirements")
    bomb = bytearray(encoded(picture()))
    bomb[16:24] = (100_000).to_bytes(4, "big") * 2
    failure(create(server, body=b64(bytes(bomb))), 400, "ERROR_INVALID_IMAGE")
    failure(create(server, body=CODE + "A" * 10_000_000), 400, "ERROR_INVALID_IMAGE")
    failure(create(server, body="A" * 25_000_000), 400, "ERROR_INVALID_IMAGE")


@CREATE_TASK
@pytest.mark.parametrize("size", [(1, 1), (8192, 10), (3, 400)])
def test_pictures_within_the_limits_are_read(server, size):
    data = encoded(np.full((size[1], size[0], 3), 255, np.uint8))
    failure(create(server, body=b64(data)), 400, "ERROR_CAPTCHA_UNSOLVABLE")


@CREATE_TASK
def test_dark_text_on_transparent_pixels_is_read(server):
    data = transparent(picture(TEXT, 320, 120))
    assert create(server, body=b64(data)).json()["solution"] == {"text": TEXT}


@CREATE_TASK
def test_a_score_that_is_not_reached(server):
    noise = cv2.GaussianBlur(picture("1lI0O", 130, 40), (0, 0), 3)
    failure(create(server, body=b64(encoded(noise)), score=1), 400, "ERROR_CAPTCHA_UNSOLVABLE")


@CREATE_TASK
def test_50_clients_at_once_get_their_own_text(server):
    def solve(number: int) -> str:
        body = b64(encoded(picture(f"Bus {number + 11}", 260, 120)))
        return create(server, body=body).json()["solution"]["text"]

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(solve, range(50))) == [f"Bus {number + 11}" for number in range(50)]
