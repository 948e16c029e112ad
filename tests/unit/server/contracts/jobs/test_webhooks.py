"""Webhooks: signed, tried again, refused to hosts that are not allowed, and sent after a restart."""

import http.server
import json
import socket
import threading
from collections.abc import Iterator

import pytest

from server.contracts.jobs import webhooks
from server.contracts.jobs.webhooks import SIGNATURE_HEADER, signature
from tests.unit.server.apps import base64_of, png
from tests.unit.server.contracts.jobs.conftest import serving

KEYS = {"ann": "sk-ann"}


class Receiver:
    """A receiver of webhooks that answers with the statuses that a test wants, and then with 204."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.told = threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
                with receiver.told:
                    receiver.got.append((dict(self.headers.items()), body))
                    receiver.told.notify_all()

            def log_message(self, *_: object) -> None:
                pass

        self.site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.site.server_address[1]}/told"
        threading.Thread(target=self.site.serve_forever, daemon=True).start()

    def wait(self, count: int) -> None:
        with self.told:
            assert self.told.wait_for(lambda: len(self.got) >= count, 30)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.site.shutdown()
    made.site.server_close()


def allowed(receiver: Receiver) -> dict:
    host = receiver.url.split("/")[2]
    return {"url_input": {"allowed_hosts": [host], "allow_private_addresses": True}}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(webhooks, "PAUSES", (0.01, 0.02))


def test_the_end_is_told_and_signed_with_the_callers_key(receiver):
    with serving(settings=allowed(receiver), keys=KEYS) as client:
        client.http.headers["Authorization"] = "Bearer sk-ann"
        answer = client.post(webhook=receiver.url)
        assert "webhookSecret" not in answer.json()
        job = answer.json()["id"]
        receiver.wait(1)
        headers, body = receiver.got[0]
        assert json.loads(body) == client.final(job)
        assert json.loads(body)["state"] == "done"
        assert headers[SIGNATURE_HEADER] == signature("sk-ann", body)
        assert headers[SIGNATURE_HEADER] != signature("sk-bob", body)
        assert headers["Content-Type"] == "application/json"


def test_without_keys_the_job_itself_has_the_secret(receiver):
    with serving(settings=allowed(receiver)) as client:
        answer = client.post(webhook=receiver.url).json()
        receiver.wait(1)
        headers, body = receiver.got[0]
        assert headers[SIGNATURE_HEADER] == signature(answer["webhookSecret"], body)
        assert answer["webhookSecret"] not in json.dumps(client.state(answer["id"]))


@pytest.mark.parametrize("status", [500, 404, 302])
def test_it_is_tried_three_times(receiver, status):
    receiver.statuses = [status, status]
    with serving(settings=allowed(receiver)) as client:
        client.job(webhook=receiver.url)
        receiver.wait(3)
    assert len({body for _, body in receiver.got}) == 1


def test_it_is_given_up_after_the_third_try(receiver, caplog, tmp_path):
    receiver.statuses = [500] * 9
    with serving(settings=allowed(receiver), data_directory=str(tmp_path)) as client:
        client.job(webhook=receiver.url)
        receiver.wait(3)
        while "A webhook was given up" not in caplog.text:
            pass
    with serving(settings=allowed(receiver), data_directory=str(tmp_path)) as client:
        assert client.http.get("/jobs").json()["jobs"][0]["state"] == "done"
    assert len(receiver.got) == 3


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_every_end_is_told(receiver, held, state):
    with serving(held, settings=allowed(receiver)) as client:
        job = client.job(*((b"%PDF-1.7 damaged",) if state == "failed" else ()), webhook=receiver.url)
        if state == "cancelled":
            client.http.delete(f"/jobs/{job}")
        receiver.wait(1)
        assert json.loads(receiver.got[0][1])["state"] == state


@pytest.mark.parametrize("url", ["http://example.com/x", "ftp://127.0.0.1/x", "nonsense", "http://user@127.0.0.1/x"])
def test_a_host_that_is_not_allowed_is_refused_at_once(receiver, url):
    with serving(settings=allowed(receiver)) as client:
        answer = client.post(webhook=url)
        assert answer.status_code == 422
        assert json.loads(answer.json()["errorMsg"])[0]["loc"] == "body.webhook"
        assert client.http.get("/jobs").json() == {"jobs": []}


@pytest.mark.parametrize("control", ["\r", "\n", "\t", "\x00", "\x7f"])
def test_control_characters_in_addresses_are_refused(receiver, control):
    with serving(settings=allowed(receiver)) as client:
        for url in (receiver.url + control, control + receiver.url, receiver.url.replace("told", f"to{control}ld")):
            for fields in ({"webhook": url, "file": base64_of(png())}, {"file": url}):
                answer = client.http.post("/jobs", json=fields)
                assert answer.status_code == 422, fields
    assert receiver.got == []


def test_receivers_that_hang_hold_up_no_other_callers_webhooks(receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "AT_ONCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        settings = allowed(receiver)
        host = f"127.0.0.1:{hanging.getsockname()[1]}"
        settings["url_input"]["allowed_hosts"].append(host)
        settings["url_input"]["timeout_seconds"] = 100
        with serving(settings=settings, keys={"ann": "sk-ann", "bob": "sk-bob"}) as client:
            client.http.headers["Authorization"] = "Bearer sk-ann"
            for _ in range(3):
                client.final(client.job(webhook=f"http://{host}/told"))
            connection, _ = hanging.accept()
            with connection:
                client.http.headers["Authorization"] = "Bearer sk-bob"
                job = client.job(webhook=receiver.url)
                receiver.wait(1)
    assert json.loads(receiver.got[0][1])["id"] == job


def test_an_address_that_is_not_allowed_gets_nothing(receiver, caplog):
    """The name is on the list, and it leads to this machine."""
    port = receiver.url.split(":")[2].split("/")[0]
    settings = {"url_input": {"allowed_hosts": [f"localhost:{port}"]}}
    with serving(settings=settings) as client:
        client.final(client.job(webhook=f"http://localhost:{port}/told"))
        while "A webhook was given up" not in caplog.text:
            pass
    assert receiver.got == []


def test_what_was_not_told_before_a_stop_is_told_by_the_next_server(receiver, tmp_path, monkeypatch):
    monkeypatch.setattr(webhooks, "PAUSES", (60.0, 60.0))
    receiver.statuses = [500]
    with serving(settings=allowed(receiver), data_directory=str(tmp_path)) as client:
        job = client.job(webhook=receiver.url)
        receiver.wait(1)
    with serving(settings=allowed(receiver), data_directory=str(tmp_path)) as client:
        receiver.wait(2)
        assert json.loads(receiver.got[1][1])["id"] == job
