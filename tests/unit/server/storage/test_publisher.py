"""Tests of server/storage/publisher.py: base64 or links, stored or not, as configured."""

import base64
import hashlib
from contextlib import nullcontext
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.config.serving_settings import NEVER_EXPIRES, FileSystemStorage, MemoryStorage, ServingSettings
from server.config.settings import StorageSettings
from server.storage.base import Picture, PicturesNotKept, new_document_id
from server.storage.memory import MemoryStore
from server.storage.publisher import PicturePublisher, build_publisher

PICTURES = (
    Picture("ocrImage", "ocr_img_0.jpg", b"\xff\xd8one"),
    Picture("inputImage", "input_img_0.jpg", b"\xff\xd8two"),
)
BASE = "http://ocr.example:8080"


def _open(publisher: PicturePublisher, link: str) -> bytes | None:
    assert link.startswith(f"{BASE}/files/")
    token, name = link.removeprefix(f"{BASE}/files/").split("/")
    assert publisher.signer is not None
    assert publisher.store is not None
    key = publisher.signer.verify(token, name)
    return None if key is None else publisher.store.get(key)


def test_without_storage_pictures_are_base64() -> None:
    publisher = build_publisher(ServingSettings(), StorageSettings())
    assert publisher.publish(PICTURES, new_document_id(), BASE) == {
        "ocrImage": base64.b64encode(b"\xff\xd8one").decode(),
        "inputImage": base64.b64encode(b"\xff\xd8two").decode(),
    }


@pytest.mark.parametrize("kind", ["memory", "file_system"])
def test_links_lead_to_the_pictures(kind: str, tmp_path: Path) -> None:
    storage = MemoryStorage() if kind == "memory" else FileSystemStorage(tmp_path)
    publisher = build_publisher(ServingSettings(return_urls=True, file_storage=storage), StorageSettings())
    links = publisher.publish(PICTURES, new_document_id(), BASE)
    assert list(links) == ["ocrImage", "inputImage"]
    assert [_open(publisher, link) for link in links.values()] == [b"\xff\xd8one", b"\xff\xd8two"]


@pytest.mark.parametrize("kind", ["memory", "file_system"])
def test_a_part_of_a_page_is_linked_by_its_hash(kind: str, tmp_path: Path) -> None:
    storage = MemoryStorage() if kind == "memory" else FileSystemStorage(tmp_path)
    publisher = build_publisher(ServingSettings(return_urls=True, file_storage=storage), StorageSettings())
    link = publisher.link_png(b"\x89PNG", new_document_id(), BASE)
    assert link
    name = hashlib.sha256(b"\x89PNG").hexdigest()
    assert link.endswith(f"/{name}.png")
    assert _open(publisher, link) == b"\x89PNG"


def test_without_links_a_part_of_a_page_is_not_kept(tmp_path: Path) -> None:
    publisher = build_publisher(ServingSettings(file_storage=FileSystemStorage(tmp_path)), StorageSettings())
    assert publisher.link_png(b"\x89PNG", new_document_id(), BASE) is None
    assert list(tmp_path.iterdir()) == []


def test_storage_without_links_keeps_a_copy_for_good_and_answers_base64(tmp_path: Path) -> None:
    serving = ServingSettings(file_storage=FileSystemStorage(tmp_path), url_expires_in=1)
    document = new_document_id()
    values = build_publisher(serving, StorageSettings(max_bytes=1)).publish(PICTURES, document, BASE)
    assert base64.b64decode(values["ocrImage"]) == (tmp_path / document / "ocr_img_0.jpg").read_bytes()
    assert (tmp_path / document / "input_img_0.jpg").exists()


def test_a_configured_key_keeps_links_over_a_restart(tmp_path: Path) -> None:
    serving = ServingSettings(return_urls=True, file_storage=FileSystemStorage(tmp_path), url_expires_in=NEVER_EXPIRES)
    settings = StorageSettings(signing_key=SecretStr("a secret of at least sixteen bytes"))
    link = build_publisher(serving, settings).publish(PICTURES, new_document_id(), BASE)["ocrImage"]
    assert _open(build_publisher(serving, settings), link) == b"\xff\xd8one"
    assert _open(build_publisher(serving, StorageSettings()), link) is None


def test_links_need_a_storage() -> None:
    with pytest.raises(ValueError, match="storage"):
        build_publisher(ServingSettings(return_urls=True), StorageSettings())


def test_a_disk_that_refuses_is_the_servers_fault_and_passes(tmp_path: Path) -> None:
    directory, aside = tmp_path / "pictures", tmp_path / "aside"
    publisher = build_publisher(ServingSettings(file_storage=FileSystemStorage(directory)), StorageSettings())
    directory.rename(aside)
    directory.touch()
    with pytest.raises(PicturesNotKept) as refused:
        publisher.publish(PICTURES, new_document_id(), BASE)
    assert (refused.value.status, refused.value.retry_after) == (503, 30)
    directory.unlink()
    aside.rename(directory)
    assert list(publisher.publish(PICTURES, new_document_id(), BASE)) == ["ocrImage", "inputImage"]


@pytest.mark.parametrize("error", [None, OSError("full")])
def test_pictures_are_counted_while_they_are_stored(error: OSError | None) -> None:
    seen: list[int] = []

    class Store(MemoryStore):
        def put(self, key: str, picture: bytes) -> None:
            seen.append(publisher.writing)
            if error:
                raise error

    publisher = PicturePublisher(Store(1000, None), None)
    with pytest.raises(PicturesNotKept) if error else nullcontext():
        publisher.publish(PICTURES[:1], new_document_id(), BASE)
    assert (seen, publisher.writing) == ([1], 0)
