"""A font is fetched from its wheel, compared with its sum, and found beside the models."""

import hashlib
from pathlib import Path

import pytest
import yaml

from models.errors import WeightsMismatch
from models.store.downloads import Downloads
from models.store.fonts import FontNotInstalled
from models.store.manifest import load_manifest
from models.store.weights import ModelStore
from server.config.files import MANIFEST_FILE, packaged_file
from tests.unit.models.model_files import write_wheel

FONT = b"shapes of letters"


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest with one font, from a wheel in a folder that is pip's only index."""
    write_wheel(tmp_path / "wheels", "carrier", "1.0", {"carrier/a.otf": FONT})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return write(tmp_path / "models.yaml", FONT)


def write(file: Path, content: bytes, wheel: str = "carrier==1.0", member: str = "carrier/a.otf") -> Path:
    about = {"member": member, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    entry = {"licence": "OFL-1.1", "wheel": wheel, "file": about}
    file.write_text(yaml.safe_dump({"models": {}, "fonts": {"A.otf": entry}}), encoding="utf-8")
    return file


def pull(store: ModelStore) -> list[str]:
    said: list[str] = []
    with Downloads() as downloads:
        store.fonts.pull(said.append, downloads)
    return said


def test_a_font_is_pulled_once_and_found(tmp_path: Path, manifest: Path) -> None:
    store = ModelStore(tmp_path / "cache", manifest_path=manifest)
    assert store.fonts.find() is None
    folder = store.directory / "fonts"
    assert pull(store) == ["A.otf: fetching from PyPI wheel carrier==1.0", f"A.otf: installed in {folder}"]
    assert pull(store) == []
    assert store.fonts.find() == folder / "A.otf"
    assert [file.read_bytes() for file in folder.iterdir()] == [FONT]


def test_a_local_directory_comes_first_and_is_enough(tmp_path: Path, manifest: Path) -> None:
    (tmp_path / "local" / "fonts").mkdir(parents=True)
    (tmp_path / "local" / "fonts" / "A.otf").write_bytes(FONT)
    store = ModelStore(tmp_path / "cache", [tmp_path / "local"], offline=True, manifest_path=manifest)
    assert pull(store) == []
    assert store.fonts.find() == tmp_path / "local" / "fonts" / "A.otf"


def test_a_damaged_font_is_not_used_and_is_pulled_again(tmp_path: Path, manifest: Path) -> None:
    store = ModelStore(tmp_path / "cache", manifest_path=manifest)
    pull(store)
    (store.directory / "fonts" / "A.otf").write_bytes(b"other shapes!")
    with pytest.raises(WeightsMismatch, match="It is not used"):
        store.fonts.find()
    assert len(pull(store)) == 2
    assert store.fonts.find() is not None


@pytest.mark.parametrize(("content", "words"), [(b"SHAPES of letters", "SHA-256"), (b"shapes", "has not the 6 bytes")])
def test_a_wheel_with_another_font_is_refused(tmp_path: Path, manifest: Path, content: bytes, words: str) -> None:
    store = ModelStore(tmp_path / "cache", manifest_path=write(manifest, content))
    with pytest.raises(WeightsMismatch, match=words):
        pull(store)
    assert list((store.directory / "fonts").iterdir()) == []


@pytest.mark.parametrize(
    ("wheel", "member", "words"), [("absent==1.0", "a", "could not download absent"), ("carrier==1.0", "b", "no item")]
)
def test_a_font_that_cannot_be_had_is_one_line(
    tmp_path: Path, manifest: Path, wheel: str, member: str, words: str
) -> None:
    store = ModelStore(tmp_path / "cache", manifest_path=write(manifest, FONT, wheel, member))
    with pytest.raises(FontNotInstalled, match=words):
        pull(store)


def test_an_offline_store_says_how_to_get_it(tmp_path: Path, manifest: Path) -> None:
    store = ModelStore(tmp_path / "cache", offline=True, manifest_path=manifest)
    with pytest.raises(FontNotInstalled, match=r"copy fonts/A\.otf from its cache"):
        pull(store)


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, manifest: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = ModelStore(tmp_path / "file", manifest_path=manifest)
    with pytest.raises(FontNotInstalled, match="cannot be written to"):
        pull(store)


def test_the_shipped_font_is_pinned_and_free() -> None:
    (entry,) = load_manifest(packaged_file(MANIFEST_FILE)).fonts.values()
    assert entry.licence == "OFL-1.1"
    assert "==" in entry.wheel
