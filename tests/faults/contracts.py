"""The same page asked about by each of the five contracts."""

import base64
from collections.abc import Callable, Mapping
from functools import cache

import requests

from tests.faults.pages import Answer, ocr, page

Ask = Callable[[requests.Session, str, int, float], Answer]


def _encoded(number: int) -> str:
    return base64.b64encode(page(number)).decode()


@cache
def _token(url: str) -> str:
    """A token of a server without keys, which gives one for any."""
    query = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    token: str = requests.get(f"{url}/oauth/2.0/token", params=query, timeout=60).json()["access_token"]
    return token


def baidu(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """Baidu AI; its errors come with HTTP status 200."""
    api = f"{url}/rest/2.0/ocr/v1/general_basic"
    form = {"image": _encoded(number), "access_token": _token(url)}
    answer = session.post(api, data=form, timeout=timeout)
    content = answer.json()
    if "error_code" in content:
        return Answer(answer.status_code, None, f"baidu {content['error_code']}")
    return Answer(200, " ".join(line["words"] for line in content["words_result"]))


def complex_document(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """China Mobile complexDOcr; most of its errors come with HTTP status 200."""
    content = {"seqid": str(number), "image": _encoded(number)}
    answer = session.post(f"{url}/aipaas/ocr/v1/identify/complexDOcr", json=content, timeout=timeout)
    content = answer.json()
    if content["code"] != "10000":
        return Answer(answer.status_code, None, f"complexDOcr {content['code']}")
    assert content["seqid"] == str(number)
    return Answer(200, " ".join(content["data"]["words_result"]).strip())


def cap_solver(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """CapSolver's ImageToTextTask."""
    task = {"type": "ImageToTextTask", "body": _encoded(number)}
    answer = session.post(f"{url}/createTask", json={"clientKey": "a", "task": task}, timeout=timeout)
    content = answer.json()
    if content["errorId"]:
        return Answer(answer.status_code, None, f"capsolver {content['errorCode']}")
    return Answer(200, content["solution"]["text"])


def file_task(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """A file task, waited for and downloaded."""
    files = {"image_file": ("page.png", page(number)), "format": (None, "txt")}
    answer = session.post(f"{url}/task/pic/ocr", files=files, timeout=timeout)
    if answer.status_code != 200:
        return Answer(answer.status_code, None, f"task {answer.status_code}")
    task = answer.json()["data"]
    if task["state"] != 1:
        return Answer(200, None, f"task state {task['state']}")
    result = session.get(task["file"], timeout=timeout)
    return Answer(result.status_code, result.text.strip() if result.status_code == 200 else None)


ASKS: Mapping[str, Ask] = {
    "ocr": ocr,
    "baidu": baidu,
    "complexdocr": complex_document,
    "capsolver": cap_solver,
    "file_task": file_task,
}
