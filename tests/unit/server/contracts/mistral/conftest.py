"""Applications with Mistral's contract around a stub pipeline."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from litestar.testing import TestClient

from tests.unit.server.apps import CLIENT_HOST, application, png
from tests.unit.server.stub_pipeline import StubPipeline

BASE = f"http://{CLIENT_HOST}"
ANN, BOB = {"Authorization": "Bearer key-of-ann"}, {"Authorization": "bearer key-of-bob"}
KEYS = {"ann": "key-of-ann", "bob": "key-of-bob"}


@contextmanager
def serving(
    pipeline: StubPipeline | None = None, *, settings: dict | None = None, **contract: object
) -> Iterator[TestClient]:
    sections = {**(settings or {}), "contracts": {"mistral": contract}}
    with TestClient(application(pipeline or StubPipeline(), **sections), base_url=BASE) as http:
        yield http


@pytest.fixture
def client() -> Iterator[TestClient]:
    with serving() as http:
        yield http


@pytest.fixture
def keyed() -> Iterator[TestClient]:
    """With the keys of two callers."""
    with serving(keys=KEYS) as http:
        yield http


def data_uri(data: bytes, media_type: str = "application/pdf") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def document(data: bytes | None = None) -> dict:
    return {"type": "document_url", "document_url": data_uri(png() if data is None else data)}


def upload(client: TestClient, data: bytes | None = None, name: str = "a.pdf", headers: dict | None = None, **fields):
    files = {"file": (name, png() if data is None else data)}
    return client.post("/v1/files", files=files, data={"purpose": "ocr", **fields}, headers=headers)


def details(answer) -> list[dict]:
    assert answer.status_code == 422, answer.text
    found = answer.json()["detail"]
    assert isinstance(found, list)
    return found
