"""Pictures that the reference reads badly or not at all, through every contract that admits them, with the defaults.

`POST /ocr` is asked for the preset ``best``, because its own default keeps the reference's texts.
"""

import base64
import io
import json
from collections.abc import Callable, Mapping
from functools import partial

import pytest
import requests
from PIL import Image

from server.config.contract_settings import BaiduSettings, CapSolverSettings
from server.contracts.baidu.request import apis
from tests.contract.adapters import File, adapter
from tests.contract.conftest import PATIENCE_SECONDS, Server
from tests.evaluation_data import EVALUATION_DATA

pytestmark = pytest.mark.evaluation_data("reports")

WORDS = ("order", "ship", "paper", "river", "stone", "green", "table", "light", "mango", "cloud")


def numbered(count: int) -> str:
    return " ".join(f"{WORDS[number % len(WORDS)]}{number}" for number in range(count))


TEXTS: Mapping[str, str] = {
    "tilted_column.png": "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少床前明月光",
    "wide_strip.png": numbered(120),
    "long_lines.png": numbered(46),
    "tight_crop.png": "INVOICE 20417",
    "grouped_numbers.png": "4512 7788 9021 DOB: 17 03 2007",
    # What runs up the left side stands behind the body, and not inside it.
    "side_text.png": " ".join(
        ("Normal heading of the page", *(f"Body text line number {line} of six" for line in range(1, 7)))
    )
    + " CONFIDENTIAL COPY 2026",
}
"""What stands on each picture, with one space between two lines."""

TOO_LARGE = "too large"
Reader = Callable[[str, bytes], str]
"""Gives a server at an address a picture, and returns the text; `TOO_LARGE` where the contract says so."""


def coded(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def post(address: str, **options: object) -> dict:
    answer = requests.post(address, timeout=PATIENCE_SECONDS, **options)  # type: ignore[arg-type]
    content: dict = answer.json()
    return content


def by_ocr(url: str, picture: bytes) -> str:
    body = {"file": coded(picture), "fileType": 1, "visualize": False, "preset": "best"}
    (page,) = post(f"{url}/ocr", json=body)["result"]["ocrResults"]
    return " ".join(page["prunedResult"]["rec_texts"])


def by_baidu(url: str, picture: bytes, path: str) -> str:
    token = adapter("baidu").sign_in(url, None)
    assert token is not None
    content = post(url + path, params={"access_token": token.secret}, data={"image": coded(picture)})
    if content.get("error_code") == 216202:
        return TOO_LARGE
    return " ".join(line["words"] for line in content["words_result"])


def by_capsolver(url: str, picture: bytes) -> str:
    task = {"type": "ImageToTextTask", "body": coded(picture)}
    content = post(f"{url}/createTask", json={"clientKey": "any", "task": task})
    return TOO_LARGE if content["errorCode"] == "ERROR_INVALID_IMAGE" else content["solution"]["text"]


def by_complex_document(url: str, picture: bytes, output_format: int) -> str:
    body = {"seqid": "1", "image": coded(picture), "output_format": output_format}
    content = post(f"{url}/aipaas/ocr/v1/identify/complexDOcr", json=body)
    assert content["code"] == "10000", content
    (text,) = content["data"]["words_result"]
    return json.loads(text)["result"]["text"] if output_format == 3 else text


def by_adapter(url: str, picture: bytes, contract: str) -> str:
    return adapter(contract).ask(url, File("page.png", picture), None, PATIENCE_SECONDS).text


READERS: Mapping[str, tuple[Reader, float]] = {
    "POST /ocr": (by_ocr, float("inf")),
    **{f"Baidu {api.name}": (partial(by_baidu, path=api.path), api.max_side) for api in apis(BaiduSettings())},
    "CapSolver": (by_capsolver, CapSolverSettings().max_side),
    **{f"complexDOcr {form}": (partial(by_complex_document, output_format=form), float("inf")) for form in (0, 1, 3)},
    "file task": (partial(by_adapter, contract="file_task"), float("inf")),
    "jobs": (partial(by_adapter, contract="jobs"), float("inf")),
}
"""By the contract's operation: how a picture is read, and the longest side that the contract admits, in pixels."""


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("operation", READERS)
def test_the_picture_is_read_right_where_the_contract_admits_it(server: Server, operation: str, name: str):
    picture = (EVALUATION_DATA / "reports" / name).read_bytes()
    read, longest = READERS[operation]
    admitted = max(Image.open(io.BytesIO(picture)).size) <= longest
    text = " ".join(read(server.url, picture).split())
    assert text == (TEXTS[name] if admitted else TOO_LARGE)
