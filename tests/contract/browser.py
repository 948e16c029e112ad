"""Drives a real browser without a window: opens pages, runs scripts in them, and keeps what they ask for and report.

It speaks the DevTools protocol over two pipes: each message is JSON with a zero byte behind it.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
PATIENCE_SECONDS = 120
IN_BROWSER = pytest.mark.skipif(PROGRAM is None, reason="neither chromium nor google-chrome is installed")
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server"),
)
END = b"\0"


class Browser:
    """A browser process. Use it as a context manager.

    Args:
        profile: a folder for its files.
    """

    def __init__(self, profile: Path) -> None:
        self._numbers = count(1)
        self._received = b""
        self._events: list[dict[str, Any]] = []
        for_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        # The browser reads from descriptor 3 and writes to descriptor 4.
        script = f'exec "$@" 3<&{for_browser} 4>&{from_browser}'
        options = (*OPTIONS, f"--user-data-dir={profile}", "--remote-debugging-pipe")
        self._process = subprocess.Popen(
            ["bash", "-c", script, "bash", str(PROGRAM), *options],
            pass_fds=(for_browser, from_browser),
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(profile)},
        )
        os.close(for_browser)
        os.close(from_browser)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.call("Browser.close")
        self._process.wait(PATIENCE_SECONDS)
        os.close(self._write)
        os.close(self._read)

    def tab(self) -> "Tab":
        """Open a tab."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        return Tab(self, self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    def call(self, method: str, session: str | None = None, **parameters: object) -> dict[str, Any]:
        """Have the browser do something, and give its answer.

        Raises:
            RuntimeError: it refused.
        """
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        os.write(self._write, json.dumps(message | ({"sessionId": session} if session else {})).encode() + END)
        while True:
            answer = self._next()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._events.append(answer)

    def events(self, session: str, method: str) -> list[dict[str, Any]]:
        """What a tab has told so far of one kind."""
        return [
            each["params"] for each in self._events if (each.get("sessionId"), each.get("method")) == (session, method)
        ]

    def _next(self) -> dict[str, Any]:
        while END not in self._received:
            ready, _, _ = select.select([self._read], [], [], PATIENCE_SECONDS)
            data = os.read(self._read, 1 << 20) if ready else b""
            if not data:
                raise RuntimeError("the browser says nothing")
            self._received += data
        message, _, self._received = self._received.partition(END)
        return json.loads(message)


class Tab:
    """One tab.

    Args:
        browser: that it belongs to.
        session: by which the browser knows it.
    """

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        for domain in ("Page", "Network", "Log", "Runtime"):
            self._call(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Go to an address."""
        self._call("Page.navigate", url=url)

    def reload(self) -> None:
        """Load the page again."""
        self._call("Page.reload")

    def run(self, script: str) -> Any:
        """The value of an expression, or of what it promises.

        Raises:
            RuntimeError: the script failed.
        """
        told = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"]["text"])
        return told["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Wait until an expression is true. It must have a value on a page that is not loaded yet too."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.run(script):
            assert time.monotonic() < end, f"it did not happen: {script}; the page reports {self.problems()}"
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Type a text where the cursor is, and press Enter."""
        self._call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
            self._call("Input.dispatchKeyEvent", type=kind, **key)

    def requests(self) -> list[dict[str, Any]]:
        """Each request so far: ``url``, ``method``, ``headers``."""
        return [event["request"] for event in self._browser.events(self._session, "Network.requestWillBeSent")]

    def problems(self) -> list[str]:
        """Errors that the tab reported: failed scripts, and what its policy or the network refused."""
        told = self._browser.events(self._session, "Log.entryAdded")
        thrown = self._browser.events(self._session, "Runtime.exceptionThrown")
        entries = [event["entry"]["text"] for event in told if event["entry"]["level"] == "error"]
        return entries + [event["exceptionDetails"]["text"] for event in thrown]

    def picture(self) -> bytes:
        """What the tab shows, as PNG."""
        return base64.b64decode(self._call("Page.captureScreenshot", captureBeyondViewport=False)["data"])

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)
