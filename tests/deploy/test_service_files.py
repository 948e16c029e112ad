"""The compose file and the systemd unit: hardened, and agreeing with the image and the configuration."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.config.load import load_configuration
from server.config.settings import ServerSettings

TOP = Path(__file__).parents[2]
UNIT = TOP / "deploy/ppocr-server.service"
EXPOSURE_TENTHS = 30
"""The unit's exposure was 2.6 when this was written; a line that weakens it much is noticed."""


@pytest.fixture(scope="module")
def service() -> dict[str, object]:
    loaded = yaml.safe_load((TOP / "deploy/compose.yaml").read_text(encoding="utf-8"))
    found = loaded["services"]["ocr"]
    assert isinstance(found, dict)
    return found


def test_the_container_may_do_little(service: dict[str, object]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == "10001:10001"
    assert "privileged" not in service
    assert all(str(port).startswith("127.0.0.1:") for port in service["ports"])  # type: ignore[attr-defined]


def test_the_secret_is_where_the_configuration_looks(service: dict[str, object]) -> None:
    for target in ("torch", "onnxruntime", "paddle"):
        config = yaml.safe_load((TOP / f"deploy/config/{target}.yaml").read_text(encoding="utf-8"))
        assert config["ppocr_server"]["auth"]["tokens_file"] == f"/run/secrets/{service['secrets'][0]}"  # type: ignore[index]


def test_stopping_leaves_time_to_answer(service: dict[str, object]) -> None:
    grace = ServerSettings().shutdown_grace_seconds
    assert int(str(service["stop_grace_period"]).removesuffix("s")) > grace
    stop = next(line for line in UNIT.read_text(encoding="utf-8").splitlines() if line.startswith("TimeoutStopSec="))
    assert int(stop.partition("=")[2]) > grace


def test_the_limits_are_for_one_card_and_can_be_set_for_several(service: dict[str, Any]) -> None:
    resources = service["deploy"]["resources"]
    (devices,) = resources["reservations"]["devices"]
    given = {"count": devices["count"], **resources["limits"]}
    assert {name: given[name] for name in ("count", "cpus", "memory")} == {
        "count": "${PPOCR_GPUS:-1}",
        "cpus": "${PPOCR_CPUS:-8}",
        "memory": "${PPOCR_MEMORY:-16g}",
    }
    told = (TOP / "deploy/README.md").read_text(encoding="utf-8")
    assert all(f"`{name}=" in told for name in ("PPOCR_GPUS", "PPOCR_CPUS", "PPOCR_MEMORY"))


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    file = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    file.write_text(text.replace("/opt/ppocr-server/bin/ppocr-server", "/bin/true"), encoding="utf-8")
    return file


def recipes() -> list[tuple[str, str]]:
    """The lock and the configuration that each block of commands of the recipe installs together."""
    text = (TOP / "deploy/README.md").read_text(encoding="utf-8").partition("## systemd")[2].partition("\n## ")[0]
    blocks = (block for block in text.split("```")[1::2] if "deploy/lock/build.txt" in block)
    found = []
    for block in blocks:
        (lock,) = set(re.findall(r"deploy/lock/([a-z]+)\.txt", block)) - {"build"}
        (config,) = re.findall(r"deploy/config/([a-z]+)\.yaml", block)
        found.append((lock, config))
    return found


def test_the_recipe_is_there_for_a_processor_and_for_a_card() -> None:
    assert sorted(recipes()) == [("server", "cpu"), ("torch", "torch")]


@pytest.mark.parametrize(("lock", "config"), recipes())
def test_the_packages_of_the_recipe_are_those_of_its_engine(lock: str, config: str, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("clients: correct-horse\n", encoding="utf-8")
    loaded = load_configuration(TOP / f"deploy/config/{config}.yaml", {}, (f"auth.tokens_file={tokens}",))
    engine = loaded.settings.engine
    packages = {"auto": "onnxruntime", "torch": "torch"}
    locked = (TOP / f"deploy/lock/{lock}.txt").read_text(encoding="utf-8")
    assert re.search(rf"^{packages[engine.name]}==", locked, re.MULTILINE)
    assert engine.first_device == ("cpu" if lock == "server" else "gpu:0")
    assert loaded.settings.models.offline
    assert loaded.settings.models.local_directories == (Path("/opt/weights"),)


def analyse(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = ["systemd-analyze", "--no-pager", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_systemd_understands_every_line(unit: Path) -> None:
    done = analyse("verify", "--man=no", unit)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_exposes_little(unit: Path) -> None:
    done = analyse("security", "--offline=true", f"--threshold={EXPOSURE_TENTHS}", unit)
    assert done.returncode == 0, done.stdout[-200:]
