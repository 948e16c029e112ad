"""Jobs on a real server, as a client sees them."""

import io
import json
import shutil

import docx
import pypdfium2 as pdfium
import pytest
import requests

from tests.contract.conftest import PATIENCE_SECONDS, TEXT, Server, picture, tiff
from tests.contract.file_task.documents import PNG, pdf
from tests.contract.jobs.client import (
    CONTRACT,
    CREATE,
    DELETE,
    EVENTS,
    FIND,
    KEY,
    LIST,
    PAGES,
    RESULT,
    Client,
)
from tests.unit.server.decode.office import office_samples

PAGE = picture(width=1000, height=300)


@pytest.mark.operation(CONTRACT, PAGES)
@pytest.mark.operation(CONTRACT, FIND)
@pytest.mark.operation(CONTRACT, CREATE)
def test_a_document_of_more_than_ten_pages_is_read_page_by_page(client):
    job = client.job(tiff([PAGE] * 12), "a.tiff")
    state = client.final(job)
    assert (state["state"], state["pagesTotal"], state["pagesDone"], state["failedPages"]) == ("done", 12, 12, [])
    answer = client.get(f"/{job}/pages?from=3").json()
    assert answer["pages"] == list(range(3, 13))
    assert [page["prunedResult"]["rec_texts"] for page in answer["ocrResults"]] == [[TEXT]] * 10


@pytest.mark.operation(CONTRACT, RESULT)
def test_results_are_what_their_formats_say(client):
    job = client.job(pdf(TEXT, TEXT), "a.pdf", outputFormats="json,docx")
    assert client.final(job)["state"] == "done"
    assert client.get(f"/{job}/result.txt").text.count(TEXT) == 2
    assert client.get(f"/{job}/result.md").text.count(TEXT) == 2
    result = client.get(f"/{job}/result.json").json()["result"]
    assert (len(result["ocrResults"]), result["dataInfo"]["type"]) == (2, "pdf")
    with pdfium.PdfDocument(client.get(f"/{job}/result.pdf").content) as document:
        assert [TEXT in page.get_textpage().get_text_bounded() for page in document] == [True, True]
    paragraphs = docx.Document(io.BytesIO(client.get(f"/{job}/result.docx").content)).paragraphs
    assert "".join(each.text for each in paragraphs).count(TEXT) == 2
    assert client.get(f"/{job}/result.xlsx").status_code == 409


@pytest.mark.operation(CONTRACT, EVENTS)
def test_events_tell_of_each_page_and_go_on_where_they_were(client):
    job = client.job(tiff([PAGE] * 6), "a.tiff")
    told = list(client.events(job))
    pages = [json.loads(data) for name, _, data in told if name == "page"]
    assert sorted(page["page"] for page in pages) == [1, 2, 3, 4, 5, 6]
    assert [page["pagesDone"] for page in pages] == [1, 2, 3, 4, 5, 6]
    assert [name for name, _, _ in told][-1] == "end"
    assert json.loads(told[-1][2])["state"] == "done"
    found = requests.get(pages[0]["link"], timeout=PATIENCE_SECONDS).json()
    assert found["pages"][0] == pages[0]["page"]
    third = next(place for name, place, data in told if name == "page" and json.loads(data)["pagesDone"] == 3)
    again = [json.loads(data)["page"] for name, _, data in client.events(job, third) if name == "page"]
    assert again == [page["page"] for page in pages[3:]]


@pytest.mark.operation(CONTRACT, EVENTS)
def test_the_first_page_comes_before_the_last_one_is_read(client):
    job = client.job(tiff([picture(width=1500, height=1200)] * 20), "a.tiff")
    for name, _, _ in client.events(job):
        if name == "page":
            break
    assert client.state(job)["state"] == "running"
    assert client.delete(job).status_code == 204


@pytest.mark.operation(CONTRACT, DELETE)
@pytest.mark.operation(CONTRACT, LIST)
def test_what_is_deleted_is_not_listed_any_more(client):
    running, done = client.job(tiff([picture(width=1500, height=1200)] * 20), "a.tiff"), client.job(PNG)
    assert client.delete(running).status_code == 204
    assert client.state(running)["state"] == "cancelled"
    client.final(done)
    assert client.delete(done).status_code == 204
    listed = {job["id"]: job["state"] for job in client.get("?state=cancelled").json()["jobs"]}
    assert listed[running] == "cancelled"
    assert client.get(f"/{done}").status_code == 404


@pytest.mark.operation(CONTRACT, KEY)
def test_a_request_that_is_sent_again_makes_no_second_job(client):
    first, again = (client.post(PNG, key="a-key-of-this-test") for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    other = client.post(pdf(TEXT), "a.pdf", key="a-key-of-this-test")
    assert (other.status_code, other.headers["X-Error-Reason"]) == (422, "idempotency_key_used")


@pytest.mark.operation(CONTRACT, CREATE)
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_an_office_document_is_read(client):
    job = client.job(office_samples.word(TEXT), "a.docx")
    assert client.final(job)["state"] == "done"
    assert TEXT in client.get(f"/{job}/result.txt").text


@pytest.mark.operation(CONTRACT, FIND)
def test_a_server_that_stops_ends_its_streams_and_the_next_one_goes_on(start):
    first = start(max_running_jobs=1)
    client = Client(first.url)
    job = client.job(tiff([picture(width=1500, height=1200)] * 40), "a.tiff")
    told = []
    for name, place, data in client.events(job):
        told.append((name, place, data))
        if name == "page" and len(told) == 3:
            first.process.kill()
            first.stop()
            break
    done_before = {json.loads(data)["page"] for name, _, data in told if name == "page"}
    second = start(max_running_jobs=1)
    client = Client(second.url)
    pages = [json.loads(data)["page"] for name, _, data in client.events(job, told[-1][1]) if name == "page"]
    assert sorted([*done_before, *pages]) == list(range(1, 41))
    result = client.get(f"/{job}/result.json").json()["result"]["ocrResults"]
    assert [page["prunedResult"]["rec_texts"] for page in result] == [[TEXT]] * 40


def stop(server: Server) -> None:
    assert server.stop() == 0
    assert "Traceback" not in "".join(server.log)


@pytest.mark.operation(CONTRACT, FIND)
def test_a_server_that_is_stopped_leaves_what_waits_and_its_streams_end_at_once(start):
    first = start(max_running_jobs=1)
    client = Client(first.url)
    jobs = [client.job(tiff([picture(width=1000, height=800)] * 30), "a.tiff"), client.job(PNG)]
    events = client.events(jobs[1])
    assert next(events)[0] == "state"
    first.process.terminate()
    assert [name for name, _, _ in events if name != ""] == []
    stop(first)
    client = Client(start().url)
    assert [client.final(job)["state"] for job in jobs] == ["done", "done"]
    assert [client.state(job)["pagesDone"] for job in jobs] == [30, 1]
