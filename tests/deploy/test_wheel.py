"""The wheel holds what `ppocr-server compare` imports, and an image is built from a folder that has it."""

import ast
import tomllib

from tests.evaluation_data import REPOSITORY

BUILD = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
FORCED = BUILD["targets"]["wheel"]["force-include"]


def imported() -> set[str]:
    """Modules of this source tree that the comparison imports, as paths."""
    found = set()
    for file in (REPOSITORY / "benchmarks" / "compare").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            found |= {name.replace(".", "/") for name in names}
    return {name for name in found if (REPOSITORY / name.partition("/")[0]).is_dir()}


def test_the_wheel_has_all_that_the_comparison_imports() -> None:
    there = ("server", "models", *(name.removesuffix(".py") for name in FORCED))
    paths = imported()
    assert "benchmarks/compare/model" in paths
    assert [path for path in paths if not path.startswith(there)] == []


def test_the_image_is_built_from_all_that_the_wheel_includes() -> None:
    copied = (REPOSITORY / "Dockerfile.cuda").read_text(encoding="utf-8")
    let_through = (REPOSITORY / "Dockerfile.cuda.dockerignore").read_text(encoding="utf-8").splitlines()
    for name in FORCED:
        assert name in copied, f"Dockerfile.cuda does not copy {name}"
        assert f"!{name}" in let_through, f"Dockerfile.cuda.dockerignore leaves {name} out"
