"""The examples of `docs/adding.md` work as they are written, and touch no file that it does not list."""

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from server.contracts.front_desk import FrontDesk, Visit
from server.service import Reading
from tests.docs.additions import (
    ADDING,
    RUFF,
    Change,
    changes,
    copy_with,
    is_listed,
    python,
    run,
    section,
    taken_anew,
)

PARTS = ("A contract", "An engine", "An export format", "A model", "A setting")
MANUAL = "tests/unit/server/config/test_load.py::test_manual_names_every_setting_with_its_default"

CONTRACT = """
from litestar.testing import TestClient
from tests.unit.server.apps import application, png

with TestClient(application(contracts={"tiny": {"keys": {"tests": "secret"}}})) as client:
    for key, body in (("secret", png()), ("wrong", png()), ("secret", b""), ("secret", b"no picture")):
        answer = client.post("/tiny", content=body, headers={"X-Tiny-Key": key, "Content-Type": "image/png"})
        print(answer.status_code, answer.json())
    print(client.get("/tiny").status_code, client.get("/tiny").json())
    print("/tiny" in client.get("/schema/openapi.json").json()["paths"])
"""
ENGINE = """
from pathlib import Path
import numpy as np
import onnx
from onnx import TensorProto, helper
from models.engines.base import EngineOptions, open_engine
from models.errors import EngineUnavailable
from server.config.load import load_configuration

shape = ["n", 3, "h", "w"]
value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "y")]
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", value[:1], value[1:])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), "inference.onnx")
engine = open_engine("opencv", Path(), EngineOptions())
batch = np.linspace(-1, 1, 96, dtype=np.float32).reshape(2, 3, 4, 4)
print(np.array_equal(engine.run(batch), np.maximum(batch, 0)))
try:
    open_engine("opencv", Path(), EngineOptions(device="gpu:0"))
except EngineUnavailable as error:
    print(error)
print(load_configuration(None, {}, ["engine.name=opencv"]).settings.engine.name)
"""
EXPORT_FORMAT = """
from server.export.files.result_file import RESULT_FORMATS
from server.cli.documents.forms import Forms
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, file_page, text_line

pages = (file_page(text_line("one, two", 10, 10, 200, 40)), file_page(text_line("three", 10, 10, 200, 40)))
print(RESULT_FORMATS["csv"].write(pages, IMAGE_SOURCE))
print(Forms.parse("csv").ends)
"""
SETTING = """
from server.app import create_app
from server.cli.serve import _uvicorn_config
from server.config.load import load_configuration
from tests.unit.server.stub_pipeline import StubPipeline

for settings in ([], ["server.backlog=5"]):
    configuration = load_configuration(None, {}, settings)
    print(_uvicorn_config(configuration, create_app(configuration, StubPipeline())).backlog)
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory):
    made: dict[str, Path] = {}

    def _copy(part: str) -> Path:
        if part not in made:
            made[part] = copy_with(part, tmp_path_factory.mktemp("copy"))
        return made[part]

    return _copy


@pytest.mark.parametrize("part", PARTS)
def test_an_example_changes_the_files_of_its_list_and_no_other(part: str) -> None:
    changed = [change.path for change in changes(part)]
    assert changed
    assert [path for path in changed if not is_listed(path, part)] == []


@pytest.mark.parametrize("part", PARTS)
def test_an_example_passes_the_linter(part: str, copy) -> None:
    example = copy(part)
    files = [change.path for change in changes(part) if change.path.endswith(".py")]
    if files:
        run(example, (RUFF, "check", *files))
        run(example, (RUFF, "format", "--check", *files))


def test_a_contract_can_be_added_so(copy) -> None:
    example = copy("A contract")
    assert python(example, "-c", CONTRACT).splitlines() == [
        "200 {'ok': True, 'lines': ['门 Gate 7']}",
        "401 {'ok': False, 'why': 'key'}",
        "422 {'ok': False, 'why': 'unreadable'}",
        "422 {'ok': False, 'why': 'unreadable'}",
        "405 {'ok': False, 'why': 'refused'}",
        "True",
    ]
    python(
        example, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/server/contracts/test_registry.py", MANUAL
    )


def test_the_example_contract_is_the_one_that_goes_through_the_shared_tests() -> None:
    assert taken_anew(ADDING.text) == ADDING.text, "take it anew: python -m tests.docs.additions"


def test_the_walls_stand_with_one_contract_more(copy) -> None:
    run(copy("A contract"), (str(Path(sys.executable).parent / "lint-imports"), "--no-cache"))


def test_an_engine_can_be_added_so(copy) -> None:
    assert python(copy("An engine"), "-c", ENGINE).splitlines() == [
        "True",
        "Engine 'opencv' runs on the CPU; engine.device asks for gpu:0.",
        "opencv",
    ]


def test_an_export_format_can_be_added_so(copy) -> None:
    example = copy("An export format")
    assert python(example, "-c", EXPORT_FORMAT).splitlines() == [
        repr(b'1,"one, two",0.9\r\n2,three,0.9\r\n'),
        "('.csv',)",
    ]
    formats = "tests/unit/server/export/files/test_result_file.py"
    python(example, "-m", "pytest", "-q", "-p", "no:cacheprovider", formats, "-k", "not libreoffice")


def test_a_model_can_be_added_so(copy) -> None:
    program = "from server.cli import main; main()"
    told = python(copy("A model"), "-c", program, "models", "list", "--set", "models.offline=true")
    (line,) = [line for line in told.splitlines() if "archive_rec" in line]
    assert re.search(r"not_installed .* text_recognition .* Hugging Face example/archive_rec at 0d63e78e2b68", line)


def test_a_setting_can_be_added_so(copy) -> None:
    example = copy("A setting")
    assert python(example, "-c", SETTING).split() == ["2048", "5"]
    python(example, "-m", "pytest", "-q", "-p", "no:cacheprovider", MANUAL)


def _is_there(file: str, name: str) -> bool:
    """Whether a module has this name, which may be an attribute of a class."""
    first, _, attribute = name.partition(".")
    found = getattr(import_module(file.removesuffix(".py").replace("/", ".")), first, None)
    return found is not None and (not attribute or hasattr(found, attribute))


def test_what_a_contract_may_take_is_where_the_table_says() -> None:
    table = section("A contract").partition("\n| you need | take | file |\n")[2].partition("\n\n")[0].splitlines()[1:]
    cells = [re.fullmatch(r"\| .+ \| `([\w.]+)` \| `([\w/]+\.py)` \|", row) for row in table]
    assert None not in cells
    offered = [(file, name) for name, file in (cell.groups() for cell in cells if cell)]
    assert [place for place in offered if not _is_there(*place)] == []
    desk = [("Reading", Reading), ("FrontDesk", FrontDesk), ("Visit", Visit)]
    public = {f"{name}.{one}" for name, kind in desk for one in vars(kind) if not one.startswith("_")}
    assert public - {name for _, name in offered} == set()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change("a.py", "python", "x = 1\n"), "a.py is there already"),
        (Change("a.py", "diff", " z = 3\n+x = 1\n"), "a.py has 0 times: z = 3"),
        (Change("a.py", "diff", "-y = 2\n"), "a.py has 2 times: y = 2"),
    ],
)
def test_an_example_that_no_longer_fits_is_found_out(change: Change, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("y = 2\ny = 2\n")
    with pytest.raises(ValueError, match=re.escape(told)):
        change.apply(tmp_path)


def test_a_hunk_adds_and_takes_away(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a\nb\nc\nd\n")
    Change("a.py", "diff", " a\n-b\n+B\n c\n@@\n d\n+e\n").apply(tmp_path)
    assert (tmp_path / "a.py").read_text() == "a\nB\nc\nd\ne\n"
