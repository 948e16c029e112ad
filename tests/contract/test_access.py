"""Tokens, links to pictures, and limits, on a server that has them configured."""

import socket

import requests

from tests.contract.conftest import IMAGE, TEXT, TOKEN, body, wait_until

HEADERS = {"Authorization": f"token {TOKEN}"}


def test_a_client_that_downloads_its_pictures_saves_them(secured, tmp_path):
    answer = requests.post(f"{secured.url}/ocr", json=body(IMAGE, visualize=None), headers=HEADERS, timeout=60)
    assert answer.status_code == 200
    for number, page in enumerate(answer.json()["result"]["ocrResults"]):
        assert page["prunedResult"]["rec_texts"] == [TEXT]
        picture = requests.get(page["ocrImage"], timeout=10)
        assert picture.status_code == 200
        assert picture.headers["content-type"] == "image/jpeg"
        (tmp_path / f"{number}.jpg").write_bytes(picture.content)
    assert (tmp_path / "0.jpg").read_bytes().startswith(b"\xff\xd8")


def test_links_follow_the_host_that_the_client_used(secured):
    url = f"http://localhost:{secured.port}"
    headers = {**HEADERS, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = requests.post(f"{url}/ocr", json=body(IMAGE, visualize=True), headers=headers, timeout=60)
    assert answer.json()["result"]["ocrResults"][0]["ocrImage"].startswith(f"{url}/files/")


def test_without_a_token_nothing_is_read(secured):
    for headers in ({}, {"Authorization": "token wrong"}, {"Authorization": TOKEN}):
        answer = requests.post(f"{secured.url}/ocr", json=body(IMAGE), headers=headers, timeout=10)
        assert (answer.status_code, answer.json()["errorCode"]) == (401, 401)
    assert requests.get(f"{secured.url}/health", timeout=10).status_code == 200


def test_both_schemes_open(secured):
    for scheme in ("token", "Token", "Bearer", "bearer"):
        headers = {"Authorization": f"{scheme} {TOKEN}"}
        assert requests.post(f"{secured.url}/ocr", json={}, headers=headers, timeout=10).status_code == 422


def test_a_body_over_the_cap_is_413_with_the_envelope(secured):
    answer = requests.post(f"{secured.url}/ocr", json={"file": "A" * 1_500_000}, headers=HEADERS, timeout=10)
    assert (answer.status_code, answer.json()["errorCode"]) == (413, 413)


def test_a_body_over_the_cap_without_a_length_is_413_too(secured):
    chunks = (b"A" * 100_000 for _ in range(15))
    answer = requests.post(f"{secured.url}/ocr", data=chunks, headers=HEADERS, timeout=10)
    assert (answer.status_code, answer.json()["errorCode"]) == (413, 413)


def test_a_body_that_stalls_is_given_up(secured):
    request = (
        f"POST /ocr HTTP/1.1\r\nHost: a\r\nAuthorization: token {TOKEN}\r\nContent-Length: 1000\r\n\r\n" + '{"file": "'
    )
    with socket.create_connection(("127.0.0.1", secured.port), timeout=20) as connection:
        connection.sendall(request.encode())
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 408")


def test_the_log_holds_neither_content_nor_secrets(secured):
    fields = {"logId": "SECRET-LOG-ID", "textDetThresh": "SECRET-VALUE"}
    bodies = (body(IMAGE, **fields), body(IMAGE, logId="SECRET-LOG-ID"))
    answers = [requests.post(f"{secured.url}/ocr", json=sent, headers=HEADERS, timeout=60) for sent in bodies]
    # A request's line is written after its answer is sent.
    for answer in answers:
        wait_until(lambda line=f"request={answer.headers['x-request-id']}": line in "".join(secured.log))
    log = "".join(secured.log)
    assert "route=/ocr" in log
    assert "SECRET" not in log
    assert TOKEN not in log
    assert TEXT not in log
