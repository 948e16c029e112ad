"""Wrong command lines of every command, generated over every option: one line says what is wrong, never a traceback."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click
import cv2
import pytest

from server.cli import main
from server.cli.drawn_line import draw_line, is_right
from server.cli.failures import INTERRUPTED
from tests.unit.server.cli.commands import FAILED, MISCONFIGURED, START_SECONDS, run

COMMAND = (sys.executable, "-c", "from server.cli import main; main()")
ESCAPE = "a\x1b[31m\u202e.png"
WRONG = (
    "",
    "x",
    "-1",
    "nan",
    "inf",
    "9" * 30,
    ESCAPE,
    "~nosuchuser/x",
    "/dev/zero",
    "dir",
    "fifo",
    "loop",
    "none",
    "bad.yaml",
)
NAMES = ("", "x", "../x", ESCAPE, "/dev/zero", "dir", "fifo", "loop", "none")
MEMORY_KIBIBYTES = 8 * 1024**2
"""A command that reads without an end is stopped by this and not by the machine's memory."""


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from commands(inner, (*path, name))


def wrong_lines() -> Iterator[tuple[str, ...]]:
    for path, command in commands(main):
        yield (*path, "--nope")
        yield (*path, "-x")
        if isinstance(command, click.Group):
            yield (*path, "nope")
            yield (*path, ESCAPE)
            continue
        yield from ((*path, value) for value in NAMES if path != ("models", "verify") or value)
        for parameter in command.params:
            for name in (*parameter.opts, *parameter.secondary_opts) if isinstance(parameter, click.Option) else ():
                if isinstance(parameter, click.Option) and parameter.is_flag:
                    yield (*path, f"{name}=x")
                else:
                    yield (*path, name)
                    yield from ((*path, name, value) for value in WRONG)


LINES = list(wrong_lines())


@pytest.fixture
def odd_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of every odd kind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dir").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / ESCAPE).write_bytes(b"no image")
    return tmp_path


def test_there_are_enough_wrong_command_lines() -> None:
    assert len(LINES) > 400


@pytest.mark.usefixtures("odd_files")
@pytest.mark.parametrize(
    "path", sorted({path for path, _ in commands(main)}), ids=lambda path: " ".join(path) or "main"
)
def test_a_wrong_command_line_is_one_line_and_an_exit_code(path: tuple[str, ...]) -> None:
    wrong = {}
    for line in (line for line in LINES if line[: len(path)] == path and not is_of_another(line, path)):
        result = run(*line)
        *files, last = result.stderr.splitlines() or [""]
        ends_well = result.exit_code in (FAILED, MISCONFIGURED) and isinstance(result.exception, SystemExit)
        one_line = last.startswith("Error: ") and (not files or path == ("ocr",))  # that has a line for each file too
        if not (ends_well and one_line and all(map(str.isprintable, result.output.splitlines()))):
            wrong[line] = (result.exit_code, repr(result.exception), result.output[-300:])
    assert wrong == {}


def is_of_another(line: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether a line belongs to a command below the one at a path."""
    return any(len(other) > len(path) and line[: len(other)] == other for other, _ in commands(main))


SETTINGS = (
    "server.port=true", "server.port=99999", "server.port=", "server.port", "server=1", "server.host=",
    "server.host=a..b",
    "server.host=[::1]", "server.prot=1", "server.public_url=ocr.example", "server.public_url=http://h:99999",
    "server.trusted_proxies=[x]", "server.tls_key=/dev/zero", "server.tls_certificate=none", "limits.max_pages=0",
    "limits.max_body_bytes=1e30", "limits.request_timeout_seconds=.inf", "decode.memory_megabytes=9999999999",
    "decode.page_timeout_seconds=1e10", "decode.workers=100000", "decode.isolation=no", "engine.name=onnx",
    "engine.device=gpu", "engine.devices=[gpu:0, 1]", "engine.threads=-1", "engine.stage_precisions={x: f32}",
    "models.directory=~nosuchuser/x", "models.directory=/dev/zero", "models.manifest=/dev/zero", "models.manifest=none",
    "models.local_directories=[/dev/zero]", "auth.tokens={a: 1}", "auth.tokens_file=fifo", "auth.tokens_file=dir",
    "auth.requests_per_second=nan", 'url_input.allowed_hosts=["127.0.0.1:*"]', "url_input.max_redirects=1000",
    "storage.signing_key=short", "contracts.baidu.apis=[x]", "contracts.file_task.data_directory=/dev/zero/x",
    "contracts.capsolver.modules={a: b}", f"contracts.{ESCAPE}=1",
)  # fmt: skip


def real(*arguments: str | Path, **environment: str) -> tuple[int, str]:
    """The exit code and the standard error of the command in a process of its own, with limited time and memory."""
    limited = ["sh", "-c", f'ulimit -v {MEMORY_KIBIBYTES}; exec "$@"', "limited"]
    command = [*limited, *COMMAND, *map(str, arguments)]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, check=False, timeout=START_SECONDS
    )
    return done.returncode, done.stderr.decode()


@pytest.mark.usefixtures("odd_files")
def test_real_commands_name_wrong_settings_in_one_line() -> None:
    assert len(SETTINGS) >= 40

    def config(setting: str) -> tuple[int, str]:
        name, _, text = setting.partition("=")
        if len(setting) % 2 and text and ESCAPE not in name:
            return real("config", **{f"PPOCR_SERVER__{name.upper().replace('.', '__')}": text})
        return real("config", "--set", setting)

    with ThreadPoolExecutor(os.cpu_count()) as several:
        answers = dict(zip(SETTINGS, several.map(config, SETTINGS), strict=True))
    for setting, (code, said) in answers.items():
        name = setting.partition("=")[0]
        assert code == MISCONFIGURED, (setting, said)
        assert said.startswith("Error: ")
        assert said.removesuffix("\n").isprintable(), (setting, said)
        assert ESCAPE in name or name in said or name.upper().replace(".", "__") in said, (setting, said)


@pytest.mark.usefixtures("odd_files")
@pytest.mark.parametrize("command", [("serve",), ("check",), ("ready",), ("models", "list"), ("ocr", ESCAPE)])
def test_all_commands_agree_on_what_is_wrong(command: tuple[str, ...]) -> None:
    for setting in SETTINGS:
        result, shown = run(*command, "--set", setting), run("config", "--set", setting)
        assert (result.exit_code, result.stderr) == (MISCONFIGURED, shown.stderr), setting


@pytest.fixture
def line_image(odd_files: Path) -> Path:
    cv2.imwrite(str(odd_files / "line.png"), draw_line())
    return odd_files / "line.png"


def test_files_that_never_end_are_refused_and_the_others_are_read(line_image: Path) -> None:
    code, said = real("ocr", "/dev/zero", "fifo", line_image, ESCAPE, "--output", "out")
    assert code == FAILED
    assert "/dev/zero: cannot be read: It is a device, and not a regular file." in said
    assert "fifo: cannot be read: It is a FIFO, and not a regular file." in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert r"a\x1b[31m\u202e.png: " in said
    assert is_right(Path("out/line.png.txt").read_text(encoding="utf-8"))


def test_a_file_beyond_the_limit_is_refused_and_the_limit_named(line_image: Path) -> None:
    result = run("ocr", line_image, "--set", "limits.max_body_bytes=100")
    assert result.exit_code == FAILED
    assert "larger than 100 bytes (limits.max_body_bytes)" in result.stderr


def test_a_name_that_is_no_text_is_printed_escaped(line_image: Path) -> None:
    odd = os.fsencode(line_image.parent) + b"/\xff\x1b.png"
    Path(os.fsdecode(odd)).write_bytes(line_image.read_bytes())
    code, said = real("ocr", "--format", "json", os.fsdecode(odd))
    assert (code, said) == (0, "")


@pytest.mark.parametrize("output", ["line.png", "line.png/below", "/dev/zero", "/proc/none", "fifo"])
def test_an_output_that_is_no_folder_is_refused_before_the_work(line_image: Path, output: str) -> None:
    result = run("ocr", "--output", output, line_image)
    assert (result.exit_code, result.stdout) == (MISCONFIGURED, "")
    assert result.stderr.startswith(f"Error: --output: '{output}' cannot be")


def test_a_result_that_cannot_be_written_is_told_and_the_next_one_is_written(line_image: Path) -> None:
    Path("out/line.png.txt").mkdir(parents=True)
    Path("other.png").write_bytes(line_image.read_bytes())
    result = run("ocr", "--output", "out", line_image, "other.png")
    assert result.exit_code == FAILED
    assert f"{line_image}: the result cannot be written: Is a directory." in result.stderr
    assert is_right(Path("out/other.png.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("arguments", [("config",), ("models", "list"), ("ocr", "line.png", "line.png", "line.png")])
def test_a_reader_that_has_gone_ends_the_command_quietly(line_image: Path, arguments: tuple[str, ...]) -> None:
    assert line_image.exists()
    command = [*COMMAND, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read().decode()
        assert (process.wait(START_SECONDS), said) == (FAILED, "")


@contextmanager
def in_a_group(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a process group of its own, as a shell starts it."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_an_interrupt_while_it_waits_ends_the_command_without_a_traceback() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        in_a_group("ready", "--timeout", "60", "--set", f"server.port={silent.getsockname()[1]}") as process,
    ):
        connection, _ = silent.accept()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=START_SECONDS)
        connection.close()
    assert (process.returncode, said) == (INTERRUPTED, b"")


def test_an_interrupt_while_it_reads_ends_the_command_and_its_processes_without_a_traceback(line_image: Path) -> None:
    with in_a_group("ocr", "--format", "json", *[str(line_image)] * 300) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["file"] == str(line_image)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=START_SECONDS)
    assert process.returncode == INTERRUPTED, said
    assert b"Traceback" not in said
