"""What a start says: few lines, every warning, and no secret."""

import logging

import pytest

from server.cli.start_lines import OPEN, log_start
from server.config.load import load_configuration

LIMITS = "bodies of 256 MiB, documents of 1000 pages, 256 requests inside, 4096 connections, 300 s for a request"
logger = logging.getLogger("server.cli.serve")


def lines(caplog: pytest.LogCaptureFixture, *overrides: str) -> list[str]:
    caplog.set_level(logging.INFO)
    log_start(logger, load_configuration(None, {}, overrides))
    return caplog.messages


def test_the_defaults_are_five_lines(caplog: pytest.LogCaptureFixture) -> None:
    first, *rest = lines(caplog)
    assert first.startswith("ppocr-server ")
    assert first.endswith("default.yaml; 'ppocr-server config' prints every setting")
    assert rest == [
        OPEN,
        "Contracts: paddlex, baidu, complexdocr, file_task, jobs, paddleocr_jobs, layout_parsing, mistral, capsolver",
        f"Limits: {LIMITS}",
        "Data: file tasks in memory; jobs in memory; PaddleOCR jobs in memory; pictures in answers",
    ]


def test_what_an_operator_has_changed_is_told_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    text = "\n".join(
        lines(
            caplog,
            'auth.tokens={"a": "s3cret-1", "b": "s3cret-2"}',
            'contracts.baidu.keys={"app": "s3cret-3"}',
            "contracts.capsolver.enabled=false",
            "contracts.file_task.data_directory=/tasks",
            "limits.max_pages=null",
            "limits.max_body_bytes=1000000",
        )
    )
    assert "Access tokens: 2" in text
    assert (
        "baidu (own keys: 1), complexdocr, file_task, jobs, paddleocr_jobs, layout_parsing, mistral, capsolver (off)"
        in text
    )
    assert "file tasks in /tasks" in text
    assert "bodies of 0.9537 MiB, documents of any number of pages" in text
    assert "s3cret" not in text


def test_every_note_is_a_warning(caplog: pytest.LogCaptureFixture, tmp_path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text("unknown_to_all: 1\nServing: {return_urls: true, extra: {file_storage: {type: memory}}}\n")
    log_start(logger, load_configuration(file, {}))
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "Keys without effect here: unknown_to_all."
    ]
    caplog.clear()
    caplog.set_level(logging.INFO)
    log_start(logger, load_configuration(file, {}))
    assert caplog.messages[-1] == (
        "Data: file tasks in memory; jobs in memory; PaddleOCR jobs in memory; pictures behind links, kept in memory"
    )


def test_each_alias_of_a_model_is_a_line(caplog: pytest.LogCaptureFixture) -> None:
    aliases = 'contracts.paddleocr_jobs.model_aliases={"PaddleOCR-VL-1.6": "PP-StructureV3"}'
    assert lines(caplog, aliases)[-1] == (
        "Jobs that ask for the model 'PaddleOCR-VL-1.6' are answered with PP-StructureV3"
    )
    caplog.clear()
    assert "are answered with" not in "\n".join(lines(caplog, aliases, "contracts.paddleocr_jobs.enabled=false"))
