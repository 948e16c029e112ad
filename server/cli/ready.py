"""``ppocr-server ready``: asks the server of this configuration on this machine whether it takes documents."""

import http.client
import json
import ssl
from collections.abc import Sequence
from pathlib import Path

from server.cli.failures import Failure
from server.cli.screen import show
from server.cli.start import load
from server.config.settings import ServerSettings

PATH = "/health/ready"
_OK = 200
_MAX_ANSWER_BYTES = 1024 * 1024
_EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound


def ask_ready(config: Path | None, settings: Sequence[str], timeout_seconds: float) -> None:
    """Print the status of the server.

    Raises:
        ConfigurationError: the configuration is wrong.
        Failure: the server does not answer, or it is not ready.
    """
    listen = load(config, settings).settings.server
    connection = _connect(listen, timeout_seconds)
    try:
        connection.request("GET", PATH)
        with connection.getresponse() as response:
            status, body = response.status, response.read(_MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        reason = str(error) or type(error).__name__
        raise Failure(f"Nothing answers on {listen.host} port {listen.port}: {reason}.") from error
    finally:
        connection.close()
    server_status = _status(body)
    if status != _OK:
        raise Failure(f"The server answers with {status}: {server_status}.")
    show(server_status)


def _connect(listen: ServerSettings, timeout_seconds: float) -> http.client.HTTPConnection:
    """Connect to the server. Its certificate is not checked, because it is on this machine and gets no secret."""
    host = _EVERY_ADDRESS.get(listen.host, listen.host)
    if listen.tls_certificate is None:
        return http.client.HTTPConnection(host, listen.port, timeout=timeout_seconds)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, listen.port, timeout=timeout_seconds, context=context)


def _status(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    return str(answer.get("status", "unknown")) if isinstance(answer, dict) else "not an answer of this server"
