"""Wrong values of every key, generated: each is refused in one line that names the key, or it works.

The keys are those of `configs/default.yaml` and of the schemas, so that a new one is tested without a line here.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from server.cli.start import check_manifest
from server.config import load as load_module
from server.config.allowed import allowed_in, markers
from server.config.base import ConfigurationError
from server.config.effective import effective_yaml
from server.config.files import DEFAULT_FILE, packaged_file, read_mapping
from server.config.load import SECTION, Configuration, load_configuration
from server.config.lookup import merge, section_of
from server.config.paddlex_schema import PipelineFile, ServingFile
from server.config.settings import Settings
from server.contracts.registry import build_contracts
from server.runtime import build_runtime
from tests.unit.server.stub_pipeline import StubPipeline

Keys = tuple[str, ...]
NAME = "made-up"
"""The name of a section whose name the operator chooses."""

DEFAULT = yaml.safe_load(packaged_file(DEFAULT_FILE).read_text(encoding="utf-8"))
LONG = "/".join(["x" * 200] * 50)
VALUES: tuple[object, ...] = (
    None, True, False, -1, 0, 1, 99_999, 10**10, 10**25, 10**4000, -(10**300), 0.5, 1.5, 1e-300, 1e300, math.inf,
    math.nan, "", " ", "a", "1e10", "0x7f", "a\0b", "a\nb", "\x1b[31m", "\u202e", "~nosuchuser/x", "~",
    "x" * 5000, LONG, "/nowhere/at/all", "/dev/zero", "/dev/zero/below", "/", "127.0.0.1:*", "h:99999", "a..b", "[::1",
    "x" * 64 + ".example", "münchen.example", "999.1.1.1", "http://", "http://h:99999", "http://u:p@h", "http://a b",
    "http://[::1", "gpu:99999999999", "10.0.0.1/8", date(2024, 2, 29), [], [[]], [None], ["a\0b", 1], ["127.0.0.1:*"],
    ["/dev/zero"], [True], [10**10, 10**10], {}, {"a": 1}, {"a": None}, {"a\0b": "x"}, {1: {}}, {True: [1]}, {"": ""},
)  # fmt: skip
TEXTS = (
    "", "null", "true", "-1", "0", "1e10", ".inf", "nan", "9" * 5000, "[", "[1", "{a: 1, a: 2}", "{a: 1}", "a\nb",
    "\x1b[2J", "~nosuchuser", "x" * 5000, "\udc80", "2024-99-99", "!!int x", "[" * 3000, "*a", "127.0.0.1:*", "99999",
    "/dev/zero",
)  # fmt: skip


def in_default(part: Mapping[str, Any], above: Keys = ()) -> Iterator[Keys]:
    """Every key of the manual: the single values, and the sections that hold them."""
    for name, value in part.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from in_default(value, (*above, name))


def in_schema(model: type[BaseModel], above: Keys = ()) -> Iterator[Keys]:
    """Every key that a schema knows, as it is written in a file."""
    for name, field in model.model_fields.items():
        key = (*above, field.alias or name)
        yield key
        inner, named = section_of(field), get_args(field.annotation)
        if get_origin(field.annotation) is dict and isinstance(named[1], type) and issubclass(named[1], BaseModel):
            key, inner = (*key, NAME), named[1]
        if inner is not None:
            yield from in_schema(inner, key)


ALL = sorted(
    {*in_default(DEFAULT), *in_schema(PipelineFile), *in_schema(ServingFile, ("Serving",))}
    | {(SECTION,), *((SECTION, *key) for key in in_schema(Settings))}
)
OURS = list(in_schema(Settings))
SINGLE = [key for key in OURS if not any(other[:-1] == key for other in OURS)]
STORAGE = ("Serving", "extra", "file_storage", "directory")
"""It counts only with a type beside it."""
SMALLEST = {
    "use_doc_preprocessor": False,
    "use_textline_orientation": False,
    "SubModules": {"TextDetection": {"model_name": "d"}, "TextRecognition": {"model_name": "r"}},
}


def test_there_are_enough_wrong_values() -> None:
    assert len(ALL) > 100
    assert len(ALL) * len(VALUES) > 6000
    assert len(SINGLE) * len(TEXTS) > 1500


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own, and with the packaged file read once."""
    monkeypatch.chdir(tmp_path)
    packaged = packaged_file(DEFAULT_FILE)
    cached = lru_cache(read_mapping)
    monkeypatch.setattr(load_module, "read_mapping", lambda file: (cached if file == packaged else read_mapping)(file))


def outcome(
    path: Path | None, environ: Mapping[str, str], overrides: Sequence[str], named: Sequence[str]
) -> str | None:
    """None if a configuration works, or is refused as it should be. Otherwise what is wrong about that."""
    try:
        configuration = load_configuration(path, environ, overrides)
        check_manifest(configuration)
    except ConfigurationError as error:
        lines = str(error).split("\n")  # of a mapping, each wrong key has a line
        wrong = [line for line in lines if not line.isprintable() or not any(name in line for name in named)]
        return f"cannot be printed, or names none of {named}: {wrong}" if wrong else None
    except Exception as error:  # noqa: BLE001 - the point of the test
        return f"{type(error).__name__}: {error}"[:300]
    return what_breaks(configuration)


def what_breaks(configuration: Configuration) -> str | None:
    """What an accepted configuration breaks: the parts of a server that are made of it, or its own print."""
    try:
        build_contracts(build_runtime(configuration, StubPipeline(), None))
        yaml.safe_load(effective_yaml(configuration))
    except Exception as error:  # noqa: BLE001 - the point of the test
        return f"accepted, and then {type(error).__name__}: {error}"[:300]
    return None


def written(key: Keys, value: object) -> str:
    """A file that has this value in place of a key's own."""
    nested: object = value
    for name in reversed(key):
        nested = {name: nested}
    assert isinstance(nested, dict)
    if key == STORAGE:
        nested["Serving"]["extra"]["file_storage"]["type"] = "file_system"
    if key[0] == "pipeline_name" or key[-1] == "model_name":  # with one of these, a file is a pipeline of its own
        nested = merge(SMALLEST, nested)
    return yaml.dump(nested, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True)


@pytest.mark.parametrize("key", ALL, ids=".".join)
def test_a_wrong_value_in_the_file_is_refused_in_one_line_or_works(key: Keys) -> None:
    file, wrong = Path("my.yaml"), dict[str, str]()
    for value in VALUES:
        file.write_text(written(key, value), encoding="utf-8")
        named = (".".join(key), ".".join(key[1:]) or key[0])
        if found := outcome(file, {}, (), named):
            wrong[repr(value)[:60]] = found
    assert wrong == {}


@pytest.mark.parametrize("key", SINGLE, ids=".".join)
def test_a_wrong_text_outside_the_file_is_refused_in_one_line_or_works(key: Keys) -> None:
    variable, name = "PPOCR_SERVER__" + "__".join(key).upper(), ".".join(key)
    wrong = dict[str, str]()
    for number, text in enumerate(TEXTS):
        environ, overrides = ({variable: text}, ()) if number % 2 else ({}, (f"{name}={text}",))
        if found := outcome(None, environ, overrides, (variable, f"--set {name}", f"{SECTION}.{name}")):
            wrong[text[:60]] = found
    assert wrong == {}


FILES: dict[str, bytes] = {
    "brackets": b"[" * 200_000,
    "braces": b"{a: " * 200_000,
    "laughs": b"a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
    + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 10)) for c in range(ord("c"), ord("i"))),
    "itself": b"ppocr_server: &a {server: *a}\n",
    "number as a key": b"SubModules: {1: {}}\n",
    "number as a section": b"ppocr_server: {1: {}}\n",
    "date as a key": b"SubModules: {2024-02-29: {}}\n",
    "date at the top": b"2024-02-29: 1\n",
    "list as a key": b"? [a]\n: b\n",
    "no date": b"a: 2024-99-99\n",
    "huge number": b"a: 1" + b"0" * 5000,
    "odd tags": b"a: !!bool x\n",
    "odd tag": b"a: !!python/object/apply:os.system [x]\n",
    "not utf-8": b"a: \xff\xfe\xff\n",
    "utf-16 without its mark": "a: 1\n".encode("utf-16-le"),
    "nul": b"a: \0\n",
    "tabs": b"ppocr_server:\n\tserver: {}\n",
    "two documents": b"a: 1\n---\nb: 1\n",
    "twice": b"ppocr_server: {}\nppocr_server: {}\n",
    "no mapping": b"- a\n",
    "text": b"a",
    "controls": b'"\\e[31mserver": {a: 1}\n',
    "almost ours": b'"ppocr\\e_server": {a: 1}\n',
}


@pytest.mark.parametrize("name", FILES)
def test_odd_files_are_refused_in_one_line(name: str) -> None:
    Path("my.yaml").write_bytes(FILES[name])
    if name in ("itself", "controls", "utf-16 without its mark"):
        assert outcome(Path("my.yaml"), {}, (), ("my.yaml: ",)) is None
        return
    with pytest.raises(ConfigurationError, match=r"^my\.yaml: ") as caught:
        load_configuration(Path("my.yaml"), {})
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfppocr_server: {server: {port: 1}}\n", "server: 1".encode("utf-16")])
def test_a_byte_order_mark_is_read(content: bytes) -> None:
    Path("my.yaml").write_bytes(content)
    load_configuration(Path("my.yaml"), {})


def test_variables_that_differ_only_in_case_are_refused_and_both_named() -> None:
    environ = {"PPOCR_SERVER__SERVER__PORT": "1", "ppocr_server__server__port": "2"}
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(None, environ)
    assert all(name in str(caught.value) for name in environ)


def test_the_variable_that_names_the_file_is_named_with_it() -> None:
    with pytest.raises(ConfigurationError, match=r"^PPOCR_SERVER_CONFIG: nowhere\.yaml: cannot be read"):
        load_configuration(None, {"PPOCR_SERVER_CONFIG": "nowhere.yaml"})


def numbers(annotation: object) -> bool:
    """Whether a type takes numbers, at any depth."""
    return annotation in (int, float) or any(map(numbers, get_args(annotation)))


@pytest.mark.parametrize("schema", [Settings, PipelineFile, ServingFile])
def test_every_number_has_a_lowest_and_a_highest_value_and_no_number_is_true(schema: type[BaseModel]) -> None:
    for model in {schema, *sections(schema)}:
        for name, field in model.model_fields.items():
            if numbers(field.annotation):
                found = list(markers(field))
                assert any(isinstance(marker, Ge | Gt) for marker in found), (model, name)
                assert any(isinstance(marker, Le | Lt) for marker in found), (model, name)


def sections(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        inner = section_of(field)
        if inner is not None:
            yield inner
            yield from sections(inner)


@pytest.mark.parametrize("schema", [Settings, PipelineFile, ServingFile])
def test_what_is_allowed_is_said_of_every_setting(schema: type[BaseModel]) -> None:
    for model in {schema, *sections(schema)}:
        for field in model.model_fields.values():
            assert allowed_in(field).isprintable()
