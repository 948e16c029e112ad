"""Tests of server/storage/base.py: only keys of our own making are keys."""

import pytest

from server.storage.base import checked_key, new_document_id, picture_key

DOCUMENT = "0123456789abcdef0123456789abcdef"


def test_ids_are_random_and_make_keys() -> None:
    one, other = new_document_id(), new_document_id()
    assert one != other
    assert picture_key(one, "ocr_img_0.jpg") == f"{one}/ocr_img_0.jpg"
    for part in ("img_in_image_box_0_12_300_4000.jpg", "img_in_header_image_box_0_12_300_4000_p12.jpg"):
        assert picture_key(one, part) == f"{one}/{part}"
    assert picture_key(one, "a" * 64 + ".png") == f"{one}/{'a' * 64}.png"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "ocr_img_0.jpg",
        f"{DOCUMENT}/../ocr_img_0.jpg",
        f"../{DOCUMENT}/ocr_img_0.jpg",
        f"/{DOCUMENT}/ocr_img_0.jpg",
        f"{DOCUMENT}/ocr_img_0.jpg\n",
        f"{DOCUMENT}/ocr_img_0.jpg\x00",
        f"{DOCUMENT}/OCR_img_0.jpg",
        f"{DOCUMENT}/ocr_img_٣.jpg",
        f"{DOCUMENT}/ocr_img_0.png",
        f"{DOCUMENT}/{'a' * 64}.jpg",
        f"{DOCUMENT}/{'a' * 63}.png",
        f"{DOCUMENT}/{'A' * 64}.png",
        f"{DOCUMENT}/.jpg",
        f"{DOCUMENT}/img_in_image_box_0_12_300.jpg",
        f"{DOCUMENT}/img_in_image_box_0_12_300_4_5.jpg",
        f"{DOCUMENT}/imgs/img_in_image_box_0_12_300_4.jpg",
        f"{DOCUMENT}/img_in_image_box_0_12_300_4_p.jpg",
        f"{DOCUMENT.upper()}/ocr_img_0.jpg",
        f"{DOCUMENT[:-1]}/ocr_img_0.jpg",
    ],
)
def test_anything_else_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not a picture key"):
        checked_key(key)
