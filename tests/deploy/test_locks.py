"""The lock files hold what pyproject.toml asks for, with sums, and nothing of the machine that made them."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parents[2]
LOCKS = TOP / "deploy" / "lock"
PYTHON_LOCKS = sorted(path.name for path in LOCKS.glob("*.txt") if not path.name.startswith("debian"))
IMAGE = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "python_version": "3.13",
    "python_full_version": "3.13.5",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
"""Images run on these machines, in the words of markers."""

REPLACED = {"onnxruntime": {"onnxruntime"}}
"""Packages that a lock leaves out because another one of it is the same module."""


def entries(name: str) -> Iterator[tuple[Requirement, list[str]]]:
    text = (LOCKS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            requirement, *sums = line.split("--hash=")
            yield Requirement(requirement.strip()), [each.strip() for each in sums]


def pins(name: str) -> dict[str, str]:
    """Version by canonical name, of what is installed in an image."""
    found = {}
    for requirement, _ in entries(name):
        if requirement.marker is None or requirement.marker.evaluate(dict(IMAGE)):
            (specifier,) = requirement.specifier
            found[canonicalize_name(requirement.name)] = specifier.version
    return found


def asked_for(extra: str | None = None) -> list[Requirement]:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [*project["dependencies"], *(project["optional-dependencies"][extra] if extra else ())]
    requirements = [Requirement(each) for each in listed]
    return [each for each in requirements if each.marker is None or each.marker.evaluate(dict(IMAGE))]


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_every_package_is_pinned_and_has_sums(name: str) -> None:
    for requirement, sums in entries(name):
        assert [each.operator for each in requirement.specifier] == ["=="], requirement
        assert sums, requirement
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in sums), requirement


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_no_lock_names_a_host_or_a_path(name: str) -> None:
    written = "\n".join(
        line for line in (LOCKS / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )
    assert not re.search(r"://|--index-url|--find-links|file:|@ |/", written)


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("server", None),
        ("torch", "torch"),
        ("torch-cuda12", "torch"),
        ("onnxruntime", "onnxruntime-gpu"),
        ("paddle", None),
    ],
)
def test_a_lock_has_what_the_project_asks_for(name: str, extra: str | None) -> None:
    locked = pins(f"{name}.txt")
    for requirement in asked_for(extra):
        package = canonicalize_name(requirement.name)
        if package not in REPLACED.get(name, set()):
            assert package in locked, f"'make lock': {requirement} is not in {name}.txt"
            assert requirement.specifier.contains(locked[package], prereleases=True), f"'make lock': {requirement}"


@pytest.mark.parametrize("name", ["torch", "torch-cuda12", "onnxruntime", "paddle"])
def test_images_have_the_servers_own_versions(name: str) -> None:
    locked, own = pins(f"{name}.txt"), pins("server.txt")
    missing = set(own) - set(locked) - REPLACED.get(name, set())
    assert not missing
    assert {package: locked[package] for package in own if package in locked} == {
        package: version for package, version in own.items() if package in locked
    }


def test_there_is_a_pytorch_for_drivers_of_cuda_12_and_both_are_taken_on_gpus() -> None:
    older, newest = pins("torch-cuda12.txt"), pins("torch.txt")
    assert "nvidia-cuda-runtime-cu12" in older
    assert "nvidia-cuda-runtime-cu12" not in newest
    for locked in (older, newest):
        _, minor, _ = locked["torch"].split(".")
        assert int(minor) not in (12, 13, 14), "these are refused on GPUs"


def test_the_same_module_is_not_installed_twice() -> None:
    assert "onnxruntime" not in pins("onnxruntime.txt")
    assert "onnxruntime-gpu" in pins("onnxruntime.txt")


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_no_lock_brings_what_reports_our_use(name: str) -> None:
    assert "openvino-telemetry" not in pins(name)


DEBIAN_LOCKS = sorted(path.name for path in LOCKS.glob("debian*.txt"))


@pytest.mark.parametrize("name", DEBIAN_LOCKS)
def test_debian_packages_have_no_versions_that_debian_could_replace(name: str) -> None:
    lines = (LOCKS / name).read_text(encoding="utf-8").split()
    assert lines
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]*", line) for line in lines)


SOURCES = """Types: deb
# http://archive.example/debian/20250520T000000Z
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main

Types: deb
# http://archive.example/debian-security/20250520T000000Z
URIs: http://mirror.example/debian-security
Suites: trixie-security
Components: main
"""
"""The form of the list in Debian's images."""


def snapshot(
    tmp_path: Path, moment: str, sources: str = SOURCES
) -> "tuple[list[str], subprocess.CompletedProcess[str]]":
    """The addresses of packages after `debian-snapshot.sh`, and how it went."""
    file = tmp_path / "debian.sources"
    file.write_text(sources, encoding="utf-8")
    command = ["sh", LOCKS / "debian-snapshot.sh", moment, file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("Suites")] == [
        line for line in sources.splitlines() if line.startswith("Suites")
    ]
    return [line.removeprefix("URIs: ") for line in lines if line.startswith("URIs")], done


@pytest.mark.parametrize(("moment", "time"), [("image", "20250520T000000Z"), ("20261101T000000Z", "20261101T000000Z")])
def test_debian_packages_come_from_one_moment(tmp_path: Path, moment: str, time: str) -> None:
    addresses, done = snapshot(tmp_path, moment)
    assert (done.returncode, done.stderr) == (0, "")
    assert addresses == [f"http://archive.example/debian{part}/{time}" for part in ("", "-security")]


@pytest.mark.parametrize(
    ("moment", "sources", "words"),
    [
        ("image", SOURCES.replace("# http", "# see http"), "names no snapshot"),
        ("yesterday", SOURCES, "SNAPSHOT is yesterday"),
        ("20261101T000000Z", SOURCES.replace("/20250520T000000Z", ""), "SNAPSHOT is 20261101T000000Z"),
    ],
)
def test_a_moment_that_cannot_be_had_is_one_line(tmp_path: Path, moment: str, sources: str, words: str) -> None:
    _, done = snapshot(tmp_path, moment, sources)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
