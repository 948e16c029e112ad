"""Addresses of files: image_type 1 and 3."""

from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.contract.complexdocr.calls import (
    IMAGE,
    LINE,
    OUT_OF_RANGE,
    SEQID,
    TIMED_OUT,
    URLS,
    WRONG_TYPE,
    b64,
    only,
    refused,
    report,
    send,
)
from tests.contract.conftest import Server


@URLS
@pytest.mark.parametrize("image_type", [1, 3])
def test_urls(server, image_type):
    for image in ("no address", "ftp://a.example/b.png", "http://", "http://a/" + "b" * 10_000, b64(IMAGE)):
        refused(send(server, {"seqid": SEQID, "image": image, "image_type": image_type}), WRONG_TYPE)
    blocked = {"seqid": SEQID, "image": "http://127.0.0.1:9/a.png", "image_type": image_type}
    refused(send(server, blocked), TIMED_OUT)
    refused(send(server, {**blocked, "output_format": 2}), OUT_OF_RANGE)


SERVED = {"/a.png": IMAGE, "/a.pdf": report(1), "/large.png": IMAGE + b"\0" * 10_000_000}


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        data = SERVED.get(self.path)
        self.send_response(200 if data else 404)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, *_: object) -> None:
        return


@URLS
def test_urls_that_the_configuration_allows(tmp_path):
    files = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(files.serve_forever)
        base = f"http://127.0.0.1:{files.server_port}"
        allowed = f"url_input.allowed_hosts=['127.0.0.1:{files.server_port}']"
        own = Server("--set", allowed, "--set", "url_input.allow_private_addresses=true")
        try:
            fields = {"seqid": SEQID, "image_type": 1}
            assert only(send(own, {**fields, "image": f" {base}/a.png\n"})) == LINE
            assert "Report 1" in only(send(own, {"seqid": SEQID, "image_type": 3, "image": f"{base}/a.pdf"}))
            refused(send(own, {**fields, "image": f"{base}/a.pdf"}), WRONG_TYPE)
            refused(send(own, {**fields, "image": f"{base}/large.png"}), OUT_OF_RANGE)
            refused(send(own, {**fields, "image": f"{base}/none.png"}), TIMED_OUT)
            refused(send(own, {**fields, "image": "http://192.0.2.1/a.png"}), TIMED_OUT)
        finally:
            own.stop()
            files.shutdown()
            files.server_close()
