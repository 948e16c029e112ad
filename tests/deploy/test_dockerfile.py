"""Dockerfile.cuda: what can be said of it without building it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.verify import dockerfile
from deploy.verify.dockerfile import Instruction, Stage
from models.config import PipelineConfig
from server.config.access import check_exposure
from server.config.base import ConfigurationError
from server.config.load import load_configuration

TOP = Path(__file__).parents[2]
TARGETS = ("torch", "onnxruntime", "paddle")


@pytest.fixture(scope="module")
def file() -> dockerfile.Dockerfile:
    return dockerfile.read(TOP / "Dockerfile.cuda")


def lineage(file: dockerfile.Dockerfile, target: str) -> list[Instruction]:
    """Instructions that shape the final image: the target's and those of all that it begins from."""
    stage: Stage | None = file.stages[target]
    found: list[Instruction] = []
    while stage is not None:
        found = stage.instructions + found
        stage = file.stages.get(stage.base)
    return found


def last(instructions: list[Instruction], name: str) -> Instruction:
    return [each for each in instructions if each.name == name][-1]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_runs_unprivileged_and_tells_whether_it_is_ready(file: dockerfile.Dockerfile, target: str) -> None:
    instructions = lineage(file, target)
    assert last(instructions, "USER").text == "10001:10001"
    assert last(instructions, "HEALTHCHECK").text.endswith('CMD ["ppocr-server", "ready"]')
    assert last(instructions, "ENTRYPOINT").words == ["ppocr-server"]
    assert last(instructions, "CMD").words == ["serve"]


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_builds_is_in_an_image(file: dockerfile.Dockerfile, target: str) -> None:
    text = " ".join(each.text for each in lineage(file, target))
    assert "pip install" not in text
    assert "debian-build" not in text


@pytest.mark.parametrize("target", TARGETS)
def test_the_libraries_of_a_desktop_are_where_paddleocr_is_and_are_listed_there(
    file: dockerfile.Dockerfile, target: str
) -> None:
    pins_windows = "opencv-contrib-python==" in (TOP / "deploy/lock/paddleocr.txt").read_text(encoding="utf-8")
    installed = any("debian-opencv.txt" in each.text for each in lineage(file, target) if each.name == "RUN")
    assert installed == (pins_windows and target == "paddle")
    copied = dockerfile.copies(file.stages["build"]) + dockerfile.copies(file.stages[f"build-{target}"])
    packages = [copy.stage for copy in copied if copy.target == "/opt/sbom/debian-packages"]
    assert packages[-1] == file.stages[target].base


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_lists_its_contents(file: dockerfile.Dockerfile, target: str) -> None:
    runs = [each.text for each in file.stages[f"build-{target}"].instructions if each.name == "RUN"]
    assert "deploy/sbom.py" in runs[-1]
    assert "--output /opt/ppocr-server/sbom.cdx.json" in runs[-1]


def test_everything_that_is_copied_is_there_and_reaches_the_build(file: dockerfile.Dockerfile) -> None:
    ignored = (TOP / "Dockerfile.cuda.dockerignore").read_text(encoding="utf-8").split("\n")
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    for stage in file.stages.values():
        for copy in dockerfile.copies(stage):
            for source in copy.sources if copy.stage is None else ():
                path = source.rstrip("/")
                assert (TOP / path).exists(), path
                assert any(path == each or path.startswith(f"{each}/") for each in allowed), f"{path} is ignored"
            assert copy.stage is None or copy.stage in file.stages


def test_every_installation_is_locked(file: dockerfile.Dockerfile) -> None:
    seen = 0
    for stage in file.stages.values():
        for run in (each for each in stage.instructions if each.name == "RUN"):
            for command in re.split(r"&&|;", run.text):
                if "pip install" in command:
                    seen += 1
                    assert "--require-hashes" in command or "--no-index" in command, command
                if "apt-get install" in command:
                    assert re.search(r"--arg-file=/opt/lock/debian[a-z-]*\.txt", command), command
                for lock in re.findall(r"/opt/lock/([a-z-]+\.txt)", command):
                    assert (TOP / "deploy/lock" / lock).is_file()
    assert seen >= len(TARGETS)


def test_packages_of_debian_come_from_a_snapshot_before_any_is_installed(file: dockerfile.Dockerfile) -> None:
    first = next(each for each in file.stages["python"].instructions if each.name == "RUN")
    assert first.text.startswith('sh /opt/lock/debian-snapshot.sh "${SNAPSHOT}"')
    assert first.text.index("debian-snapshot.sh") < first.text.index("apt-get update")
    bases = {stage.base for stage in file.stages.values()}
    assert bases - set(file.stages) == {"${BASE}"} or bases - set(file.stages) == {file.arguments["BASE"]}
    assert all(stage.base in file.stages for name, stage in file.stages.items() if name != "python")


def test_the_base_image_is_named_by_tag(file: dockerfile.Dockerfile) -> None:
    name, _, tag = file.arguments["BASE"].rpartition(":")
    assert name == "docker.io/library/debian"
    assert tag not in ("", "latest")


def test_the_linter_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint is not installed beside this Python")
    done = subprocess.run([linter, "Dockerfile.cuda"], cwd=TOP, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_s_configuration_demands_a_token(target: str, tmp_path: Path) -> None:
    config = TOP / "deploy/config" / f"{target}.yaml"
    with pytest.raises(ConfigurationError, match="tokens_file"):
        load_configuration(config, {}, ())
    empty, secret = tmp_path / "empty", tmp_path / "secret"
    empty.write_text("{}\n", encoding="utf-8")
    secret.write_text("clients: correct-horse\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no access token"):
        check_exposure(load_configuration(config, {}, (f"auth.tokens_file={empty}",)).settings, insecure=False)
    loaded = load_configuration(config, {}, (f"auth.tokens_file={secret}",))
    check_exposure(loaded.settings, insecure=False)
    assert (loaded.settings.engine.name, loaded.settings.engine.devices) == (target, ("gpu:0",))
    assert loaded.settings.models.offline
    assert isinstance(loaded.pipeline, PipelineConfig)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("RUN true\n", "before the first FROM"),
        ("FROM debian\n", "FROM image AS name"),
        ("FROM debian:13 AS a\nADD x /x\n", "unknown instruction ADD"),
    ],
)
def test_what_the_reader_does_not_know_is_an_error(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        dockerfile.read(file)


def test_stages_come_after_what_they_need(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(
        "ARG BASE=debian:13\nFROM ${BASE} AS one\nRUN a \\\n    # why\n    && b\n"
        "FROM ${BASE} AS two\nCOPY --from=one /a /a\nFROM ${BASE} AS three\n",
        encoding="utf-8",
    )
    read = dockerfile.read(file)
    assert read.needed_for("two") == ["one", "two"]
    assert read.stages["one"].base == "debian:13"
    assert [each.text for each in read.stages["one"].instructions] == ["a && b"]
