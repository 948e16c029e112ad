"""A client of this contract, and the images and PDF files that the tests send."""

import base64
import io
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import requests
from PIL import Image

from tests.contract.conftest import Server, encoded, picture

API_KEY, SECRET_KEY = "an-api-key", "a-secret-key"
BASIC = ("general_basic", "accurate_basic")
LOCATED = ("general", "accurate")
ALL = (*BASIC, *LOCATED)
PREFIX = "/rest/2.0/ocr/v1/"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def pdf(*images: np.ndarray, dpi: float = 144) -> bytes:
    """A PDF with one page per image. At 144 dpi a page is rendered pixel by pixel."""
    pages = [Image.fromarray(image) for image in images]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return file.getvalue()


def two_lines() -> np.ndarray:
    image = np.full((400, 640, 3), 255, np.uint8)
    cv2.putText(image, "Gate 7 closes", (40, 90), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
    cv2.putText(image, "Platform 4", (40, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
    return image


LINES = ["Gate 7 closes", "Platform 4"]
PAGE = b64(encoded(two_lines()))
IMAGE = b64(encoded(picture("Platform 4")))
BLANK = np.full((60, 200, 3), 255, np.uint8)


@dataclass
class Client:
    """A client of one server."""

    server: Server

    def ask_token(self, method: str = "GET", **options) -> requests.Response:
        return requests.request(method, f"{self.server.url}/oauth/2.0/token", verify=False, timeout=60, **options)

    def new_token(self, key: str = API_KEY, secret: str = SECRET_KEY) -> str:
        query = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
        return self.ask_token(params=query).json()["access_token"]

    @cached_property
    def token(self) -> str:
        return self.new_token()

    def post(self, api: str, data=None, *, params=None, **options) -> requests.Response:
        params = {"access_token": self.token} if params is None else params
        url = f"{self.server.url}{PREFIX}{api}"
        return requests.post(url, data=data, params=params, verify=False, timeout=120, **options)

    def call(self, api: str, data=None, **options) -> dict:
        answer = self.post(api, data, **options)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
        return answer.json()

    def read(self, api: str, **fields: str) -> dict:
        """The answer to a call that must succeed."""
        content = self.call(api, fields)
        assert "error_code" not in content, content
        assert content["words_result_num"] == len(content["words_result"])
        return content

    def fail(self, api: str, code: int, message: str | None = None, **fields: str) -> dict:
        return failure(self.call(api, fields), code, message)


def failure(content: dict, code: int, message: str | None = None) -> dict:
    assert content.get("error_code") == code, content
    assert type(content["error_code"]) is int
    assert isinstance(content["error_msg"], str)
    assert set(content) == {"error_code", "error_msg"} | ({"log_id"} if code >= 216100 else set())
    if message is not None:
        assert content["error_msg"] == message
    return content


def words(content: dict) -> list[str]:
    return [line["words"] for line in content["words_result"]]
