"""Runs inside an image: starts its server, waits until it is ready, sends it a drawn line, ends it. Prints JSON."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import cv2

from server.cli.drawn_line import draw_line, is_right

SECONDS_TO_START = 240
WRITABLE = ("/tmp", "/var/cache/ppocr-server", "/dev/shm")  # noqa: S108 - looked at

EXPECTED = {
    "health check while it starts": 1,
    "status without a token": 401,
    "status with the token": 200,
    "read rightly": True,
    "user": 10001,
    "root is writable": False,
    "exit status": 0,
}


def main() -> None:
    """Try the server.

    Raises:
        SystemExit: it does not start, or is not as it should be.
    """
    begun = time.monotonic()
    server = subprocess.Popen(["ppocr-server", "serve", *sys.argv[1:]])
    found: dict[str, object] = {}
    try:
        found["health check while it starts"] = _ready()
        while _ready() != 0:
            if server.poll() is not None or time.monotonic() - begun > SECONDS_TO_START:
                raise SystemExit(f"the server did not start (exit status {server.poll()})")
            time.sleep(0.5)
        found["seconds until ready"] = round(time.monotonic() - begun, 1)
        found["status without a token"] = _post(None)[0]
        status, text = _post(Path("/run/secrets/ppocr_tokens").read_text().partition(":")[2].strip())
        found["status with the token"], found["text"] = status, text
        found["user"], found["root is writable"] = os.getuid(), os.access("/", os.W_OK) or os.access("/opt", os.W_OK)
        found["read rightly"] = is_right(text)
        found["files written"] = [str(path) for top in WRITABLE for path in Path(top).rglob("*") if path.is_file()]
    finally:
        server.send_signal(signal.SIGTERM)
        found["exit status"] = server.wait(60)
    print(json.dumps(found, indent=1))
    wrong = [name for name, expected in EXPECTED.items() if found[name] != expected]
    if wrong:
        raise SystemExit(f"not as it should be: {', '.join(wrong)}")


def _ready() -> int:
    return subprocess.run(["ppocr-server", "ready"], capture_output=True, check=False).returncode


def _post(token: str | None) -> tuple[int, str]:
    picture = cv2.imencode(".png", draw_line())[1].tobytes()
    headers = {"Content-Type": "image/png"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request("http://127.0.0.1:8080/ocr", picture, headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310 - the address above
            pages = json.load(response)["result"]["ocrResults"]
            return response.status, " ".join(pages[0]["prunedResult"]["rec_texts"])
    except urllib.error.HTTPError as error:
        return error.code, ""


if __name__ == "__main__":
    main()
