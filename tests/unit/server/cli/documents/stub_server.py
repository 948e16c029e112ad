"""A server around a stub pipeline, on a free port of this machine."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tests.unit.server.apps import application
from tests.unit.server.stub_pipeline import StubPipeline

START_SECONDS = 60.0


@contextmanager
def stub_server(pipeline: StubPipeline | None = None, **settings: object) -> Iterator[str]:
    """Give the server's address."""
    app = application(pipeline, server={"allowed_hosts": ["127.0.0.1"]}, **settings)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, ws="none", lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < end:
        time.sleep(0.01)
    assert server.started
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
