import time

import pytest

from tests.unit.server.apps import png
from tests.unit.server.contracts.mistral.conftest import ANN, BOB, details, serving, upload

UNKNOWN = "00000000-0000-0000-0000-000000000000"


def test_an_upload_is_described_and_the_status_is_200(client):
    before = int(time.time())
    answer = client.post(
        "/v1/files", files={"file": ("ä.pdf", b"any bytes", "application/pdf")}, data={"purpose": "ocr"}
    )
    assert answer.status_code == 200
    file = answer.json()
    assert before <= file.pop("created_at") <= time.time()
    assert before + 86_400 <= file.pop("expires_at") <= time.time() + 86_400
    assert file == {
        "id": file["id"],
        "object": "file",
        "bytes": 9,
        "filename": "ä.pdf",
        "purpose": "ocr",
        "sample_type": "ocr_input",
        "source": "upload",
        "num_lines": None,
        "mimetype": "application/pdf",
        "signature": None,
        "visibility": "workspace",
    }
    shown = client.get(f"/v1/files/{file['id']}").json()
    assert shown["deleted"] is False
    assert shown["filename"] == "ä.pdf"
    content = client.get(f"/v1/files/{file['id']}/content")
    assert (content.content, content.headers["content-type"]) == (b"any bytes", "application/octet-stream")


def test_a_caller_sees_its_own_files_only(keyed):
    file_id = upload(keyed, headers=ANN).json()["id"]
    url = keyed.get(f"/v1/files/{file_id}/url", headers=ANN).json()["url"]
    body = {"document": {"type": "file", "file_id": file_id}}
    for method, path in (("GET", ""), ("GET", "/url"), ("GET", "/content"), ("DELETE", "")):
        answer = keyed.request(method, f"/v1/files/{file_id}{path}", headers=BOB)
        assert (answer.status_code, answer.json()) == (404, {"detail": "File not found"})
        assert keyed.request(method, f"/v1/files/{file_id}{path}").status_code == 401
    assert keyed.post("/v1/ocr", json=body, headers=BOB).status_code == 404
    assert keyed.get("/v1/files", headers=BOB).json() == {"data": [], "object": "list", "total": 0}
    assert keyed.post("/v1/ocr", json=body, headers=ANN).status_code == 200
    # The address is the credential, with or without a header.
    assert keyed.get(url).content == keyed.get(url, headers=BOB).content == png()


def test_a_deleted_file_is_gone_with_its_links(client):
    file_id = upload(client).json()["id"]
    url = client.get(f"/v1/files/{file_id}/url").json()["url"]
    assert client.get(url).status_code == 200
    assert client.delete(f"/v1/files/{file_id}").json() == {"id": file_id, "object": "file", "deleted": True}
    for answer in (client.get(url), client.get(f"/v1/files/{file_id}"), client.delete(f"/v1/files/{file_id}")):
        assert (answer.status_code, answer.json()) == (404, {"detail": "File not found"})


def test_an_altered_link_leads_nowhere(client):
    first, second = (upload(client).json()["id"] for _ in range(2))
    url = client.get(f"/v1/files/{first}/url").json()["url"]
    assert client.get(url.replace(first, second)).status_code == 404
    assert client.get(f"/v1/files/{UNKNOWN}/url").status_code == 404


@pytest.mark.parametrize("hours", ["0", "169", "a", "", "1.5", "-1", "9" * 30])
def test_a_link_works_for_1_to_168_hours(client, hours):
    file_id = upload(client).json()["id"]
    for good in ("1", "168"):
        assert client.get(f"/v1/files/{file_id}/url", params={"expiry": good}).status_code == 200
    assert details(client.get(f"/v1/files/{file_id}/url", params={"expiry": hours}))[0]["loc"] == ["query", "expiry"]


def test_a_link_works_no_longer_than_the_operator_allows():
    with serving(max_link_hours=2) as client:
        file_id = upload(client).json()["id"]
        url = client.get(f"/v1/files/{file_id}/url", params={"expiry": 24}).json()["url"]
        assert int(url.rpartition("/")[2].partition(".")[0]) <= time.time() + 2 * 3600


def test_files_are_listed_in_pages_the_newest_first(client):
    ids = [upload(client, name=f"{number}.pdf").json()["id"] for number in range(3)]
    listed = client.get("/v1/files", params={"page_size": 2}).json()
    assert ([file["id"] for file in listed["data"]], listed["total"], listed["object"]) == (ids[:0:-1], 3, "list")
    second = client.get("/v1/files", params={"page": 1, "page_size": 2, "include_total": "true"}).json()
    assert [file["id"] for file in second["data"]] == ids[:1]
    assert [file["id"] for file in client.get("/v1/files", params={"search": "1.P"}).json()["data"]] == ids[1:2]
    assert client.get("/v1/files", params={"purpose": "batch"}).json()["total"] == 0
    assert details(client.get("/v1/files", params={"page_size": 0}))[0]["loc"] == ["query", "page_size"]


def test_wrong_uploads_are_refused(client):
    assert details(upload(client, purpose="fine-tune"))[0]["loc"] == ["body", "purpose"]
    assert details(upload(client, expiry="0"))[0]["loc"] == ["body", "expiry"]
    assert details(client.post("/v1/files", data={"purpose": "ocr"}))[0]["loc"] == ["body"]
    only = client.post("/v1/files", files={"other": ("a", b"b")})
    assert details(only)[0] == {"loc": ["body", "file"], "msg": "Field required", "type": "missing"}
    broken = client.post("/v1/files", content=b"--", headers={"Content-Type": "multipart/form-data; boundary=a"})
    assert details(broken)[0]["loc"] == ["body"]


def test_limits_of_files():
    with serving(max_upload_bytes=1000, max_files_per_key=2) as client:
        assert upload(client, b"a" * 1001).status_code == 413
        assert upload(client, b"a" * 1000).status_code == 200
        assert upload(client).status_code == 200
        refused = upload(client)
        assert (refused.status_code, refused.json()["type"]) == (429, "rate_limit_error")
        assert "Retry-After" in refused.headers
