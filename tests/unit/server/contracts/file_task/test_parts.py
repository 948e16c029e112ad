"""The contract's own tables and rules, one function at a time."""

import numpy as np
import pytest

from models.document import TextLine
from models.languages.groups import GROUPS, LANGUAGES
from server.config.contract_settings import FileTaskSettings
from server.contracts.file_task.digits import only_digits
from server.contracts.file_task.errors import BadParameter
from server.contracts.file_task.failures import job_failure
from server.contracts.file_task.fields import parse_fields
from server.contracts.file_task.languages import NAMES, group_of, parse_languages
from server.contracts.file_task.request import TaskSpec
from server.contracts.file_task.response import task_object
from server.errors import (
    EncryptedFile,
    InvalidInputFile,
    OfficeUnavailable,
    PixelLimitExceeded,
    RequestError,
    RequestTimeout,
    UrlNotFetched,
)
from server.jobs.job import Job, JobState

QUAD = np.array([[0, 0], [90, 0], [90, 9], [0, 9]], np.int32)


def test_every_name_is_a_language_that_is_known_here():
    assert set(NAMES.values()) <= LANGUAGES


def test_every_name_but_the_one_that_nothing_reads_has_a_recogniser():
    for name in NAMES:
        if name == "Vietnamese":
            with pytest.raises(BadParameter, match="vietnamese"):
                group_of([name])
        else:
            assert group_of([name]) in GROUPS


@pytest.mark.parametrize(
    ("field", "group"),
    [
        ("", "default"), ("ChinesePRC,English", "default"), ("Digits", "english"), ("French,German", "latin"),
        ("English,Russian", "eslav"), ("Korean", "korean"), ("Thai,English", "thai"), ("Arabic", "arabic"),
        ("ChineseTaiwan,Japanese", "default"), ("ChinesePRC,French", "multilingual"),
    ],
)  # fmt: skip
def test_languages_lead_to_the_recogniser_that_reads_all_of_them(field, group):
    assert group_of(parse_languages(field)) == group


def test_languages_that_nothing_reads_together_are_refused():
    with pytest.raises(BadParameter, match="no single recogniser"):
        group_of(parse_languages("Korean,Russian"))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Gate 7 closes at 18:45", "7   18:45"), ("Total: 1,234.50 USD", ": 1,234.50"), ("no number", ""),
        ("- . :", ""), ("¥100 (20%)", "¥100 (20%)"), ("第２页", "２"),
    ],
)  # fmt: skip
def test_of_a_line_only_numbers_are_left(text, kept):
    positions = tuple(index / len(text) for index in range(len(text)))
    line = only_digits(TextLine(text, 0.9, QUAD, (0.5,) * len(text), (), positions))
    assert line.text == kept
    assert len(line.char_scores) == len(line.char_positions) == len(kept)
    assert list(line.char_positions) == sorted(line.char_positions)


@pytest.mark.parametrize(
    ("error", "password", "state", "detail"),
    [
        (UrlNotFetched("blocked"), False, -3, "Download failed"),
        (UrlNotFetched("timeout"), False, -3, "Download failed"),
        (UrlNotFetched("too_large"), False, -5, "File exceeds size"),
        (PixelLimitExceeded(), False, -5, "File exceeds size"),
        (EncryptedFile(), False, -7, "Invalid password: the document is encrypted. Send"),
        (EncryptedFile(), True, -7, "Invalid password: the document is encrypted, and not"),
        (OfficeUnavailable("Install it."), False, -7, "Invalid file: Install it."),
        (InvalidInputFile(), False, -7, "Invalid file: it is damaged"),
        (RequestTimeout(), False, -8, "Timeout"),
        (RequestError(), False, -1, "Failed"),
    ],
)
def test_failures_have_the_contracts_numbers(error, password, state, detail):
    failed = job_failure(error, with_password=password)
    job = Job("", "{}", state=JobState.FAILED, failure=failed.failure, detail=failed.detail, pages=4, pages_read=4)
    shown = task_object(job, TaskSpec("txt", "default"), "http://here")
    assert (shown["state"], shown["file"]) == (state, "")
    assert str(shown["state_detail"]).startswith(detail)
    assert shown["progress"] < 100


def test_a_storage_that_holds_no_upload_is_a_configuration_that_cannot_work():
    with pytest.raises(ValueError, match="max_upload_bytes"):
        FileTaskSettings(max_upload_bytes=1000, max_stored_bytes=999)
    with pytest.raises(ValueError, match="max_upload_bytes"):
        FileTaskSettings(max_upload_bytes=2**31)


@pytest.mark.parametrize("content", [b"", b"content"])
def test_a_file_whose_name_is_empty_is_an_absent_one(content: bytes) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="image_file"; filename="%b"\r\n\r\n%b\r\n--x--\r\n'
    form = "multipart/form-data; boundary=x"
    assert parse_fields(part % (b"", content), form).file is None
    assert parse_fields(part % (b"a.png", content), form).file == content


def test_a_task_of_a_format_that_is_no_more_can_still_be_asked_for():
    job = Job(owner="", spec="", repeatable=True, source_size=1, state=JobState.DONE)
    content = task_object(job, TaskSpec(format="gone", language=""), "http://here")
    assert content["file"] == f"http://here/task/files/{job.token}/{job.id}.gone"


def test_the_extension_of_a_name_that_is_not_utf_8_counts():
    head = 'Content-Disposition: form-data; name="image_file"; filename="发票.DOCX"'.encode("gbk")
    fields = parse_fields(b"--Q\r\n" + head + b"\r\n\r\nx\r\n--Q--\r\n", "multipart/form-data; boundary=Q")
    assert (fields.file, fields.suffix) == (b"x", ".docx")
