"""Files: what may be sent, and within which limits. Section 3."""

import io
import json

import numpy as np
import pikepdf
import pytest

from tests.contract.complexdocr.calls import (
    FILES,
    IMAGE,
    LINE,
    OUT_OF_RANGE,
    SEQID,
    WRONG_TYPE,
    ask,
    b64,
    only,
    refused,
    report,
    send,
    words,
)
from tests.contract.conftest import encoded, picture
from tests.unit.server.apps import pdf


def encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(report(1))) as file:
        file.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


@FILES
@pytest.mark.parametrize("extension", [".png", ".jpg"])
def test_image_formats(server, extension):
    assert only(ask(server, encoded(picture(), extension))) == LINE


@FILES
@pytest.mark.parametrize(
    ("image_type", "data"),
    [
        (0, b"no picture"),
        (0, b"\x89PNG\r\n\x1a\n"),
        (0, IMAGE[:60]),
        (0, b"\xff\xd8\xff"),
        (0, encoded(picture(), ".bmp")),
        (0, encoded(picture(), ".webp")),
        (0, encoded(picture(), ".tiff")),
        (0, encoded(picture(), ".gif")),
        (0, report(1)),
        (2, IMAGE),
        (2, b"%PDF-1.7\n"),
        (2, report(1)[:200]),
        (2, encrypted()),
        (2, pdf(0)),
        (2, b"PK\x03\x04"),
    ],
)
def test_files_that_cannot_be_read(server, image_type, data):
    refused(ask(server, data, image_type=image_type), WRONG_TYPE)


@FILES
@pytest.mark.parametrize("image", ["!!!!", "a", "abc", "门", "YWJj!", "http://127.0.0.1/a.png"])
def test_an_image_that_is_not_base64(server, image):
    refused(send(server, {"seqid": SEQID, "image": image}), WRONG_TYPE)


@FILES
def test_sides(server):
    refused(ask(server, encoded(np.zeros((14, 200, 3), np.uint8))), OUT_OF_RANGE)
    refused(ask(server, encoded(np.zeros((200, 14, 3), np.uint8))), OUT_OF_RANGE)
    assert words(ask(server, encoded(np.full((15, 200, 3), 255, np.uint8)))) == []
    wide = np.full((120, 5000, 3), 255, np.uint8)
    wide[:, :640] = picture(height=120)
    assert only(ask(server, encoded(wide))) == LINE
    bomb = bytearray(IMAGE)
    bomb[16:24] = (100_000).to_bytes(4, "big") * 2
    refused(ask(server, bytes(bomb)), OUT_OF_RANGE)


@FILES
def test_files_too_large(server):
    most = 10_485_760 // 4 * 3  # the limit counts the base64
    refused(ask(server, IMAGE + b"\0" * (most + 1 - len(IMAGE))), OUT_OF_RANGE)
    assert only(ask(server, IMAGE + b"\0" * (most - len(IMAGE)))) == LINE
    refused(ask(server, IMAGE + b"\0" * 40_000_000), OUT_OF_RANGE, "")


@FILES
def test_24_pages_are_read_and_25_are_not(server):
    pages = json.loads(only(ask(server, report(1), image_type=2, output_format=3)))["result"]["pages"]
    assert len(pages) == 1
    words(ask(server, pdf(24), image_type=2))
    refused(ask(server, pdf(25), image_type=2), OUT_OF_RANGE)


@FILES
@pytest.mark.parametrize("noisy", [lambda text: f" {text[:50]}\r\n{text[50:]}\n", "data:image/png;base64,{}".format])
def test_white_space_and_data_uris_are_tolerated(server, noisy):
    assert only(send(server, {"seqid": SEQID, "image": noisy(b64(IMAGE))})) == LINE
