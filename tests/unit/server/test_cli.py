"""The command line as an operator meets it: what every command has in common, and what the configuration is."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.unit.server.cli.commands import MISCONFIGURED, run

HEAVY = ("cv2", "numpy", "litestar", "uvicorn", "onnxruntime", "openvino", "huggingface_hub")


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["config"]])
def test_help_and_config_load_neither_engine_nor_http_server(arguments: list[str]) -> None:
    code = (
        "import sys; from server.cli import main; main(sys.argv[1:], standalone_mode=False); "
        f"sys.exit(' '.join(set({HEAVY!r}) & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_config_prints_yaml_that_says_where_it_is_from() -> None:
    result = run("config", "--set", "server.port=9")
    assert result.exit_code == 0
    assert result.stdout.startswith("# no file was given\n")
    assert yaml.safe_load(result.stdout)["ppocr_server"]["server"]["port"] == 9


def test_config_tells_what_has_no_effect(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text("use_hpip: true\n", encoding="utf-8")
    assert run("config", "--config", file).stderr == "Keys without effect here: use_hpip.\n"


@pytest.mark.parametrize("command", [["config"], ["serve"], ["models", "list"], ["check"]])
def test_a_wrong_configuration_is_one_message_and_exit_code_2(command: list[str]) -> None:
    result = run(*command, "--set", "server.prot=1")
    assert result.exit_code == MISCONFIGURED
    assert result.stderr == "Error: --set server.prot: unknown key 'prot'; did you mean 'port'?\n"
    assert result.stdout == ""
