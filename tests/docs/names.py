"""Whether what documents name is there: files, modules, settings, commands, addresses, metrics.

Each function takes one code span or command line and returns what is wrong with it, or None. A span that is none of its
business is right.
"""

import importlib
import importlib.util
import re
import shlex
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from itertools import pairwise
from pathlib import Path

import click
import yaml
from pydantic import BaseModel

from models.batching import BatcherStats
from server.cli import main
from server.config.base import ConfigurationError
from server.config.load import load_configuration
from server.config.settings import Settings
from tests.docs.markdown import ROOT, Markdown
from tests.unit.server.apps import application

Check = Callable[[str, Path], str | None]

FOLDERS = ("server", "models", "tests", "benchmarks", "configs", "deploy", "docs", ".ci")
FILE_ENDINGS = (".py", ".md", ".sh", ".toml", ".yaml", ".json", ".svg", ".service", ".txt", ".in", ".ttf", ".cuda")
NOT_IN_THE_REPOSITORY = {
    "build/sbom.cdx.json": "`make sbom` writes it",
    "nvidia-persistenced.service": "NVIDIA's driver brings it",
    "OCR.yaml": "a file of the reader",
    "my.yaml": "a file of the reader",
    "results/gpu.json": "the GPU benchmark writes it",
    "results/gpu.md": "the GPU benchmark writes it",
}
SYSTEM_FOLDERS = ("dev", "etc", "lib", "opt", "tmp", "usr", "var")


def unknown_file(span: str, folder: Path) -> str | None:
    path = span.removeprefix("./")
    if not re.fullmatch(r"[\w./<>*-]+", path) or path in NOT_IN_THE_REPOSITORY:
        return None
    first = path.removeprefix("../").split("/")[0]
    if not (
        ("/" in path and first in FOLDERS) or (path.endswith(FILE_ENDINGS) and not path.startswith((".", "/", "*")))
    ):
        return None
    pattern = re.sub(r"<[^>]*>", "*", path).rstrip("/")
    return None if any(_found(pattern, folder)) else f"there is no file {span}"


def _found(pattern: str, folder: Path) -> Iterator[Path]:
    """Paths start from the repository or from the document's folder; a bare name may lie anywhere below the latter."""
    if pattern.startswith("../"):
        yield from folder.parent.glob(pattern.removeprefix("../"))
        return
    yield from ROOT.glob(pattern)
    yield from folder.glob(pattern)
    if "/" not in pattern and folder != ROOT:
        yield from folder.rglob(pattern)


def unknown_module(command: str, _folder: Path) -> str | None:
    found = re.match(r"(?:\S+=\S+ )*(?:\S*/)?python3? -m ([\w.]+)", command)
    if not found or found.group(1) in ("venv", "json.tool", "pip", "pytest"):
        return None
    return None if _is_module(found.group(1)) else f"there is no module {found.group(1)}"


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def unknown_setting(span: str, _folder: Path) -> str | None:
    """`section.key`, with or without ``ppocr_server.`` before it and a value behind it; also modules, by that name."""
    found = re.fullmatch(r"((?:ppocr_server\.)?(\w+)\.[\w.<>*]+)(?:: (.+))?", span)
    if not found or found.group(2) not in Settings.model_fields or span.endswith(FILE_ENDINGS):
        return None
    name, value = found.group(1).removeprefix("ppocr_server."), found.group(3)
    if value is not None and "<" not in name:
        return _refused(name, value)
    if any(fnmatch(key, re.sub(r"<[^>]*>", "*", name)) for key in setting_names()) or _is_object(name):
        return None
    return f"there is no setting {name}"


def wrong_override(command: str, _folder: Path) -> str | None:
    """``--set section.key=value`` and ``PPOCR_SERVER__SECTION__KEY=value``."""
    words = shlex.split(command) if "--set " in command else []
    by_line = [word for option, word in pairwise(words) if option == "--set" and "=" in word]
    by_variable = re.findall(r"(PPOCR_SERVER__\w+)=(\S+)", command)
    try:
        load_configuration(None, dict(by_variable), by_line)
    except ConfigurationError as error:
        return str(error)
    return None


def _refused(name: str, value: str) -> str | None:
    try:
        load_configuration(None, {}, [f"{name}={value}"])
    except ConfigurationError as error:
        return str(error)
    return None


def _is_object(name: str) -> bool:
    """Whether a dotted name is a module or something in one."""
    if _is_module(name):
        return True
    module, _, attribute = name.rpartition(".")
    return _is_module(module) and hasattr(importlib.import_module(module), attribute)


@cache
def setting_names() -> frozenset[str]:
    """Every section and key under ``ppocr_server``, dotted."""
    return frozenset(_keys(Settings))


def _keys(section: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in section.model_fields.items():
        yield before + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, f"{before}{name}.")


def unknown_pipeline_key(span: str, _folder: Path) -> str | None:
    """Keys of PaddleX's part of the configuration, as `configs/default.yaml` has them."""
    found = re.fullmatch(r"((?:Serving|SubModules|SubPipelines)(?:\.\w+)*)(?:: .+)?", span)
    if not found:
        return None
    manual = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    missing = [key for key in found.group(1).split(".") if not re.search(rf"^[ #]*{key}:", manual, re.MULTILINE)]
    if not missing and span.startswith("SubModules: "):
        known = yaml.safe_load(manual)["SubModules"]
        missing = [key for key in yaml.safe_load(span)["SubModules"] if key not in known]
    return f"configs/default.yaml has no key {missing[0]}" if missing else None


def unknown_target(command: str, _folder: Path) -> str | None:
    """``make target VARIABLE=value``."""
    found = re.fullmatch(r"make((?: [\w-]+| [A-Z]+=\S*)+)", command)
    if not found:
        return None
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in found.group(1).split():
        name, assignment, _ = word.partition("=")
        pattern = rf"^{name} \?=" if assignment else rf"^{name}:"
        if not re.search(pattern, makefile, re.MULTILINE):
            return f"the Makefile has no {word}"
    return None


def unknown_command(command: str, _folder: Path) -> str | None:
    """``ppocr-server COMMAND --option``, also with variables or a path before it."""
    found = re.match(r"(?:sudo )?(?:[A-Z_]+=\S+ )*(?:\S*/)?ppocr-server ([a-z-].*)", command)
    if not found:
        return None
    words = shlex.split(found.group(1).replace("...", ""))
    at: click.Command = main
    names = []
    while isinstance(at, click.Group) and words and not words[0].startswith("-"):
        names.append(words.pop(0))
        if names[-1] not in at.commands:
            return f"there is no command {' '.join(names)}"
        at = at.commands[names[-1]]
    options = {name for parameter in at.params for name in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words if word.startswith("-") and word not in options | {"--version", "--help"}]
    return f"'{' '.join(names)}' has no option {unknown[0]}" if unknown else None


def unknown_address(span: str, _folder: Path) -> str | None:
    """``/path`` or ``GET /path`` of this server."""
    found = re.fullmatch(r"(?:(?:GET|POST) )?(/[\w{}/*.-]*)", span)
    if not found or found.group(1).split("/")[1] in SYSTEM_FOLDERS:
        return None
    return (
        None if any(fnmatch(path, found.group(1)) for path in _addresses()) else f"nothing answers at {found.group(1)}"
    )


@cache
def _addresses() -> frozenset[str]:
    return frozenset(re.sub(r":\w+\}", "}", route.path) for route in application().routes)


def unknown_metric(span: str, _folder: Path) -> str | None:
    """``ppocr_name`` or ``ppocr_group_*``."""
    if not re.fullmatch(r"ppocr_(?!server)[a-z_*]+", span):
        return None
    return None if any(fnmatch(name, span) for name in _metrics()) else f"there is no metric {span}"


@cache
def _metrics() -> frozenset[str]:
    metrics = application().state.runtime.metrics
    metrics.watch_stages(lambda: {"text_detection": (BatcherStats(), 0)})
    return frozenset(re.findall(r"^(?:# TYPE )?(ppocr_\w+)", metrics.render().decode(), re.MULTILINE))


SPAN_CHECKS: tuple[Check, ...] = (
    unknown_file,
    unknown_setting,
    unknown_pipeline_key,
    unknown_address,
    unknown_metric,
)
COMMAND_CHECKS: tuple[Check, ...] = (unknown_module, unknown_target, unknown_command, wrong_override)


def problems(document: Markdown) -> list[str]:
    """Everything that a document names and that is not there."""
    found = [check(span, document.folder) for span in document.spans for check in SPAN_CHECKS]
    found += [check(command, document.folder) for command in document.commands for check in COMMAND_CHECKS]
    return [problem for problem in found if problem]
