"""The server listens where it is told, and says why where it cannot."""

import re
import socket

import pytest

from server.cli.failures import Failure
from server.cli.sockets import listen_on, url_of


def test_a_taken_port_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=f"Port {port} on 127.0.0.1 is in use by another program"):
            listen_on("127.0.0.1", port)


def test_a_host_that_is_not_here_is_said_in_words() -> None:
    with pytest.raises(Failure, match=r"^Cannot listen on '?192\.0\.2\.1"):
        listen_on("192.0.2.1", 0)


def test_all_addresses_of_a_name_get_the_same_port() -> None:
    bound = listen_on("localhost", 0)
    try:
        assert len({listening.getsockname()[1] for listening in bound}) == 1
        assert re.fullmatch(r"https://(127\.0\.0\.1|\[::1\]):\d+", url_of(bound[0], secure=True))
    finally:
        for listening in bound:
            listening.close()
