"""Every contract as its clients see it: how a file is sent, and what the answer says in the contract's own words."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer.

    Attributes:
        status: of HTTP.
        code: what the contract calls the outcome: an HTTP status, an error code, a state.
        text: what was read, everything in one string.
    """

    status: int
    code: int | str
    text: str


class Caller:
    """A client of one server that speaks all contracts."""

    def __init__(self, url: str) -> None:
        self._url = url
        query = {"grant_type": "client_credentials", "client_id": "key", "client_secret": "secret"}
        answer = requests.get(f"{url}/oauth/2.0/token", params=query, timeout=PATIENCE_SECONDS)
        self._token = answer.json()["access_token"]

    def ask(self, contract: str, name: str, data: bytes) -> Verdict:
        """Send a file as its name says that it is."""
        return CONTRACTS[contract](self, name, data)

    def _ocr(self, name: str, data: bytes) -> Verdict:
        body = {"file": _base64(data), "fileType": int(not name.endswith(".pdf")), "visualize": False}
        answer = self._post("/ocr", json=body)
        content = answer.json()
        if content["errorCode"] != (0 if answer.ok else answer.status_code):
            return Verdict(answer.status_code, "envelope and status differ", "")
        pages = content.get("result", {}).get("ocrResults", [])
        lines = [line for page in pages for line in page["prunedResult"]["rec_texts"]]
        return Verdict(answer.status_code, answer.status_code, " ".join(lines))

    def _baidu(self, name: str, data: bytes) -> Verdict:
        source = "pdf_file" if name.endswith(".pdf") else "image"
        path = f"/rest/2.0/ocr/v1/general_basic?access_token={self._token}"
        answer = self._post(path, data={source: _base64(data)})
        content = answer.json()
        lines = [line["words"] for line in content.get("words_result", [])]
        return Verdict(answer.status_code, content.get("error_code", 0), " ".join(lines))

    def _complex_document(self, name: str, data: bytes) -> Verdict:
        body = {"seqid": "1", "image": _base64(data), "image_type": 2 if name.endswith(".pdf") else 0}
        answer = self._post("/aipaas/ocr/v1/identify/complexDOcr", json=body)
        content = answer.json()
        return Verdict(answer.status_code, content["code"], " ".join(content["data"]["words_result"]))

    def _file_task(self, name: str, data: bytes) -> Verdict:
        task = self._post("/task/pic/ocr", files={"image_file": (name, data)})
        content = task.json()["data"] or {"state": "no task", "file": ""}
        text = requests.get(content["file"], timeout=PATIENCE_SECONDS).text if content["file"] else ""
        return Verdict(task.status_code, content["state"], text)

    def _capsolver(self, _name: str, data: bytes) -> Verdict:
        task = {"type": "ImageToTextTask", "body": _base64(data)}
        answer = self._post("/createTask", json={"clientKey": "key", "task": task})
        content = answer.json()
        return Verdict(answer.status_code, content["errorCode"], content.get("solution", {}).get("text", ""))

    def _post(self, path: str, **body: object) -> requests.Response:
        return requests.post(self._url + path, timeout=PATIENCE_SECONDS, **body)  # type: ignore[arg-type]


CONTRACTS: Mapping[str, Callable[[Caller, str, bytes], Verdict]] = {
    "ocr": Caller._ocr,
    "baidu": Caller._baidu,
    "complexdocr": Caller._complex_document,
    "file_task": Caller._file_task,
    "capsolver": Caller._capsolver,
}
HTTP_STATUSES: Mapping[str, frozenset[int]] = {
    "ocr": frozenset({200, 422}),
    "baidu": frozenset({200}),
    "complexdocr": frozenset({200}),
    "file_task": frozenset({200}),
    "capsolver": frozenset({200, 400}),
}
"""What a contract answers a file with, good or bad."""


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
