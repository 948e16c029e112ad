"""`docs/architecture.md` names every room and every wall, and the way of a request is the one that a request takes."""

import re
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from litestar.testing import TestClient

from models.options import OcrDefaults
from server.app import create_app
from server.pipelines.local import LocalPipeline
from tests.docs.markdown import ROOT, Markdown
from tests.unit.models.fake_pipeline import FakeModels, fake_pipeline
from tests.unit.server.apps import base64_of, configuration, png

ARCHITECTURE = Markdown.of("docs/architecture.md")
NOT_SEEN = ("connection", "in the worker")
"""Steps that a request to the application itself does not show: uvicorn's part, and another process."""
BESIDE = {
    "models/engines/fake.py": "in the place of an engine",
    "server/telemetry/loop_lag.py": "runs all the time, request or not",
    "server/storage/sweeping.py": "runs all the time, request or not",
}


def section(title: str) -> str:
    return re.split(r"\n##+ ", ARCHITECTURE.text.partition(f" {title}\n")[2])[0]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def paths(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_room_is_described() -> None:
    for package in ("server", "models"):
        described = [path for row in rows(f"Rooms of {package}") for path in paths(row[0])]
        entries = {path for path in (ROOT / package).iterdir() if path.name not in ("__init__.py", "__pycache__")}
        assert sorted(described) == sorted(f"{package}/{path.name}" for path in entries)


def test_every_wall_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    walls = [contract["name"] for contract in project["tool"]["importlinter"]["contracts"]]
    assert re.findall(r"^- (.+)$", section("Walls"), re.MULTILINE) == walls


def test_data_types_are_where_the_table_says() -> None:
    for what, where in rows("Data types"):
        (name,), (path,) = paths(what), paths(where)
        assert f"\nclass {name}" in (ROOT / path).read_text(encoding="utf-8")


class Way:
    """The files of ours whose code runs, in the order in which it first does."""

    def __init__(self) -> None:
        self.files: dict[str, None] = {}
        self.watching = False
        self._packages = tuple(f"{ROOT / package}/" for package in ("server", "models"))

    def see(self, frame: FrameType, event: str, _argument: object) -> None:
        if self.watching and event == "call" and frame.f_code.co_filename.startswith(self._packages):
            self.files.setdefault(str(Path(frame.f_code.co_filename).relative_to(ROOT)))


@contextmanager
def watched() -> Iterator[Way]:
    """Watch the threads that are started inside."""
    way = Way()
    threading.setprofile(way.see)
    try:
        yield way
    finally:
        threading.setprofile(None)


def way_of_a_request(folder: Path) -> list[str]:
    body = {"file": base64_of(png(400, 300)), "fileType": 1, "visualize": True, "outputFormats": ["markdown"]}
    with fake_pipeline(folder, FakeModels()) as pipeline, watched() as way:
        app = create_app(configuration(), LocalPipeline(OcrDefaults(), lambda: pipeline, lambda _module: None))
        with TestClient(app) as client:
            way.watching = True
            answer = client.post("/ocr", json=body)
            way.watching = False
    assert answer.status_code == 200
    assert len(answer.json()["result"]["ocrResults"][0]["prunedResult"]["rec_texts"]) == 2
    return [file for file in way.files if file not in BESIDE]


def test_the_way_of_a_request_is_the_one_that_is_described(tmp_path: Path) -> None:
    steps = [(step, paths(files)) for step, files, _ in rows("The way of one request") if step not in NOT_SEEN]
    described = [path for _, files in steps for path in files]
    taken = way_of_a_request(tmp_path)
    assert [file for file in taken if not file.startswith(tuple(described))] == []
    assert [path for path in described if not any(file.startswith(path) for file in taken)] == []

    first = {path: next(index for index, file in enumerate(taken) if file.startswith(path)) for path in described}
    begins = [first[files[0]] for _, files in steps]
    assert [steps[place][0] for place in range(1, len(steps)) if begins[place] < begins[place - 1]] == []
