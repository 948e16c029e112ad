"""The job API on a real server, as its documentation's own sample programs use it."""

import re

import cv2
import numpy as np
import pytest
import requests

from tests.contract.conftest import TEXT, picture, tiff
from tests.contract.file_task.documents import JPEG, PNG, pdf
from tests.contract.paddleocr_jobs.client import (
    BATCH,
    CONTRACT,
    FIND,
    JOBS,
    MARKDOWN,
    PICTURES,
    RESULT,
    SUBMIT,
    Client,
    follow,
    lines_of,
)
from tests.contract.paddleocr_jobs.documents import HEADING, REPORT, ROWS, SENTENCE, report_pdf, squeezed


@pytest.mark.operation(CONTRACT, SUBMIT)
@pytest.mark.operation(CONTRACT, FIND)
@pytest.mark.parametrize(("file", "name"), [(PNG, "document.pdf"), (JPEG, "upload"), (pdf(TEXT), "a.png")])
def test_text_is_read_whatever_the_file_is_called(client, file, name):
    (line,) = client.lines(file, name, model="PP-OCRv6")
    (page,) = line["result"]["ocrResults"]
    assert page["prunedResult"]["rec_texts"] == [TEXT]


@pytest.mark.operation(CONTRACT, RESULT)
def test_a_document_is_a_line_for_each_page(client):
    state = client.final(client.job(report_pdf(3), "a.pdf", model="PP-StructureV3", pageRanges="-2"))
    assert (state["extractProgress"]["totalPages"], state["extractProgress"]["extractedPages"]) == (1, 1)
    lines = client.lines(report_pdf(3), "a.pdf")
    assert len(lines) == 3
    for line in lines:
        (page,) = line["result"]["layoutParsingResults"]
        text = page["markdown"]["text"]
        assert re.search(rf"^#+ {HEADING}$", text, re.MULTILINE)
        assert squeezed(SENTENCE) in squeezed(text)
        (table,) = page["prunedResult"]["table_res_list"]
        rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td></tr>", table["pred_html"])
        assert rows == list(ROWS)
        assert len(table["cell_box_list"]) == 2 * len(ROWS)
    names = [
        name for line in lines for page in line["result"]["layoutParsingResults"] for name in page["markdown"]["images"]
    ]
    assert len(set(names)) == len(names) == 3


@pytest.mark.operation(CONTRACT, RESULT)
def test_what_the_samples_of_the_documentation_index_is_there(client):
    """They take ``extractProgress`` in a job that is done, ``ocrImage``, ``markdown.images`` and ``outputImages``."""
    state = client.final(client.job(PNG, model="PP-OCRv5"))
    progress = state["extractProgress"]
    assert progress["totalPages"] == progress["extractedPages"] == 1
    assert progress["startTime"] <= progress["endTime"]
    (line,) = lines_of(state)
    assert follow(line["result"]["ocrResults"][0]["ocrImage"]).status_code == 200
    (page,) = client.lines(REPORT)[0]["result"]["layoutParsingResults"]
    for url in (*page["markdown"]["images"].values(), *page["outputImages"].values()):
        assert follow(url).content.startswith(b"\xff\xd8")


@pytest.mark.operation(CONTRACT, PICTURES)
def test_a_picture_of_the_document_is_the_part_of_the_page(client):
    (page,) = client.lines(REPORT)[0]["result"]["layoutParsingResults"]
    ((name, url),) = page["markdown"]["images"].items()
    x0, y0, x1, y1 = map(int, re.findall(r"\d+", name))
    cut = cv2.imdecode(np.frombuffer(follow(url).content, np.uint8), cv2.IMREAD_COLOR)
    whole = cv2.imdecode(np.frombuffer(REPORT, np.uint8), cv2.IMREAD_COLOR)[y0:y1, x0:x1]
    assert cut.shape == whole.shape
    assert np.abs(cut.astype(int) - whole).mean() < 5


@pytest.mark.operation(CONTRACT, MARKDOWN)
def test_the_markdown_of_the_whole_document_has_its_pictures_as_links(client):
    state = client.final(client.job(report_pdf(2), "a.pdf"))
    text = follow(state["resultUrl"]["markdownUrl"]).text
    assert text.count(HEADING) == 2
    addresses = re.findall(r'<img src="([^"]+)"', text)
    assert len(set(addresses)) == 2
    assert {follow(address).status_code for address in addresses} == {200}


@pytest.mark.operation(CONTRACT, BATCH)
def test_jobs_of_a_batch_are_found_together(client):
    jobs = [client.job(PNG, batchId="a batch of this test") for _ in range(3)]
    for job in jobs:
        client.final(job)
    data = client.get("/batch/a batch of this test").json()["data"]
    assert [item["jobId"] for item in data["extractResult"]] == jobs
    assert {item["state"] for item in data["extractResult"]} == {"done"}
    assert len(lines_of(data["extractResult"][2])) == 1


@pytest.mark.operation(CONTRACT, SUBMIT, differs="models that are not here are refused, unless an alias names another")
def test_a_model_that_is_not_here_is_refused(client):
    answer = client.post(PNG, model="PaddleOCR-VL-1.6")
    assert (answer.status_code, answer.json()["code"]) == (400, 10007)


@pytest.mark.operation(CONTRACT, SUBMIT, differs="addresses are fetched from hosts that the operator allows")
def test_an_address_is_refused_where_no_host_is_allowed(client):
    answer = requests.post(f"{client.url}{JOBS}", json={"fileUrl": "http://example.com/a.png"}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (400, 10002)


@pytest.mark.operation(CONTRACT, FIND)
def test_a_killed_server_keeps_its_jobs_and_the_next_one_ends_them(start):
    first = start(max_running_jobs=1)
    client = Client(first.url)
    job = client.job(tiff([picture(width=1500, height=1200)] * 30), "a.tiff", model="PP-OCRv6")
    while client.state(job).get("extractProgress", {}).get("extractedPages", 0) < 2:
        pass
    first.process.kill()
    first.stop()
    client = Client(start().url)
    state = client.final(job)
    assert state["extractProgress"]["extractedPages"] == 30
    texts = [page["prunedResult"]["rec_texts"] for line in lines_of(state) for page in line["result"]["ocrResults"]]
    assert texts == [[TEXT]] * 30
