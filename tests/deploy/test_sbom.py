"""The list of contents: packages of a lock, weights with their sums, Debian packages."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).parents[2]
STATUS = """\
Package: libgomp1
Status: install ok installed
Architecture: amd64
Version: 14.2.0-19
Description: runtime
 of OpenMP

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1
"""
SUM = "a" * 64


@pytest.fixture(scope="module")
def components(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    folder = tmp_path_factory.mktemp("sbom")
    (folder / "status").write_text(STATUS, encoding="utf-8")
    model = folder / "weights" / "tiny_det"
    model.mkdir(parents=True)
    record = {"model": "tiny_det", "source": "PyPI wheel tiny==1", "files": {"inference.onnx": {"sha256": SUM}}}
    (model / "weights.lock.yml").write_text(yaml.safe_dump(record), encoding="utf-8")
    output = folder / "sbom.cdx.json"
    command = [sys.executable, TOP / "deploy/sbom.py", "--lock", TOP / "deploy/lock/build.txt"]
    command += ["--manifest", TOP / "configs/models.yaml", "--weights", folder / "weights"]
    subprocess.run([*command, "--debian-packages", folder / "status", "--output", output], check=True)
    listed = json.loads(output.read_text(encoding="utf-8"))
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    assert listed["metadata"]["component"]["name"] == "ppocr-server"
    return {component["bom-ref"]: component for component in listed["components"]}


def sums(component: dict[str, object]) -> set[str]:
    files = component["components"]
    assert isinstance(files, list)
    return {each["content"] for file in files for each in file["hashes"]}


def test_every_published_weight_is_listed_with_its_sum(components: dict[str, dict[str, object]]) -> None:
    manifest = yaml.safe_load((TOP / "configs/models.yaml").read_text(encoding="utf-8"))["models"]
    published = {
        file.get("converted_sha256", file["sha256"])
        for entry in manifest.values()
        for source in entry["sources"]
        for file in source["files"].values()
        if "sha256" in file
    }
    models = [each for each in components.values() if each["type"] == "machine-learning-model"]
    assert published <= set().union(*(sums(model) for model in models))


def test_installed_weights_have_the_sum_of_their_pull(components: dict[str, dict[str, object]]) -> None:
    assert sums(components["model:tiny_det:PyPI wheel tiny==1"]) == {SUM}


def test_locked_packages_are_listed(components: dict[str, dict[str, object]]) -> None:
    assert any(str(each.get("purl", "")).startswith("pkg:pypi/hatchling@") for each in components.values())


def test_only_installed_debian_packages_are_listed(components: dict[str, dict[str, object]]) -> None:
    assert "pkg:deb/debian/libgomp1@14.2.0-19?arch=amd64" in components
    assert not any("gone" in reference for reference in components)
