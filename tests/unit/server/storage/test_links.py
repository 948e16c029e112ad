"""Tests of server/storage/links.py: what a signed link answers, and that no other address answers anything."""

from collections.abc import Iterator

import pytest
from litestar import Litestar, Request, Response
from litestar.testing import TestClient

from server.admission.requests import Admission
from server.config.serving_settings import MemoryStorage, ServingSettings
from server.config.settings import StorageSettings
from server.errors import RequestError
from server.storage.base import new_document_id, picture_key
from server.storage.links import files_handler
from server.storage.memory import MemoryStore
from server.storage.publisher import build_publisher
from server.storage.signing import UrlSigner
from tests.unit.server.storage.clock import Clock

JPEG = b"\xff\xd8\xff\xe0 picture"
NAME = "ocr_img_0.jpg"


def _refuse(_: Request, error: RequestError) -> Response[str]:
    return Response(error.message, status_code=error.status)


class Site:
    """A served store with one picture in it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(10_000)
        self.signer = UrlSigner(None, 60, self.clock)
        self.document = new_document_id()
        self.store.put(picture_key(self.document, NAME), JPEG)
        self.path = self.signer.path(self.document, NAME)
        self.downloads = Admission(1, 10)
        handler = files_handler(self.store, self.signer, self.downloads)
        self.app = Litestar([handler], exception_handlers={RequestError: _refuse})


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(site.app) as client:
        yield client


def test_a_link_gives_the_picture_without_credentials(site: Site, client: TestClient) -> None:
    answer = client.get(site.path)
    assert (answer.status_code, answer.content) == (200, JPEG)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert answer.headers["content-disposition"] == "attachment"


def test_head_tells_the_length_and_sends_no_body(site: Site, client: TestClient) -> None:
    answer = client.head(site.path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(JPEG))


def test_an_expired_link_is_not_found(site: Site, client: TestClient) -> None:
    site.clock.now += 60
    assert client.get(site.path).status_code == 404


def test_a_picture_that_is_gone_is_not_found(site: Site, client: TestClient) -> None:
    assert client.get(site.signer.path(site.document, "ocr_img_1.jpg")).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.replace(NAME, "ocr_img_1.jpg"),
        lambda path: path.replace(NAME, "..%2f..%2fetc%2fpasswd"),
        lambda path: path.replace(NAME, "%00"),
        lambda path: path.replace(NAME, ""),
        lambda path: path.replace("/files/", "/files/0"),
        lambda path: "/files/x/" + NAME,
        lambda path: "/files/",
        lambda path: "/files",
        lambda path: path.rpartition("/")[0],
    ],
)
def test_no_other_address_answers(site: Site, client: TestClient, change) -> None:  # type: ignore[no-untyped-def]
    assert client.get(change(site.path)).status_code == 404


def test_other_methods_are_refused(site: Site, client: TestClient) -> None:
    assert client.post(site.path).status_code == 405
    assert client.delete(site.path).status_code == 405


def test_a_published_link_is_an_address_of_this_route() -> None:
    publisher = build_publisher(ServingSettings(return_urls=True, file_storage=MemoryStorage()), StorageSettings())
    assert publisher.store is not None
    assert publisher.signer is not None
    document = new_document_id()
    publisher.store.put(picture_key(document, NAME), JPEG)
    with TestClient(Litestar([files_handler(publisher.store, publisher.signer, Admission(1, 10))])) as client:
        assert client.get(publisher.signer.path(document, NAME)).content == JPEG


def test_a_disk_that_refuses_is_503(site: Site, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def get(_key: str) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(site.store, "get", get)
    assert client.get(site.path).status_code == 503
    monkeypatch.undo()
    assert client.get(site.path).status_code == 200


def test_where_too_much_is_being_taken_the_next_download_is_refused(site: Site, client: TestClient) -> None:
    with site.downloads.holding(10):
        assert client.get(site.path).status_code == 503
    assert client.get(site.path).status_code == 200
