"""A replica's process, and its link to the server."""

import socket

from server.children import channel
from server.pipelines.replicas.child import Link
from server.pipelines.replicas.messages import Failed, PageRead, decode_report


def test_a_result_that_cannot_be_sent_is_answered() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        link = Link(theirs)
        link.send(PageRead(7, "page", None, object()))
        link.flush()
        theirs.close()
        data, _ = channel.receive_with_descriptors(ours)
    report = decode_report(data)
    assert isinstance(report, Failed)
    assert (report.number, report.kind) == (7, "EngineFailure")
