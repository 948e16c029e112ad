"""What a handshake gets, without a server: both sides in memory."""

import ssl
from pathlib import Path

from server.config.access import tls_context
from server.config.settings import ServerSettings
from server.http.certificate import ServerCertificate
from tests.certificates import Pair, make_pair


def context(pair: Pair) -> ssl.SSLContext:
    made = tls_context(ServerSettings(tls_certificate=pair.certificate, tls_key=pair.key))
    assert made is not None
    return made


def shown(listening: ssl.SSLContext, host: str | None) -> str:
    """The certificate of a handshake."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    client = trusting.wrap_bio(to_client, to_server, server_hostname=host)
    server = listening.wrap_bio(to_server, to_client, server_side=True)
    done = 0
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
                done += 1
            except ssl.SSLWantReadError:
                continue
    assert done >= 2
    certificate = client.getpeercert(binary_form=True)
    assert certificate is not None
    return ssl.DER_cert_to_PEM_cert(certificate)


def test_a_handshake_gets_the_current_certificate_with_and_without_a_host(tmp_path: Path) -> None:
    old, new = make_pair(tmp_path / "old", "old"), make_pair(tmp_path / "new", "new")
    certificate = ServerCertificate(context(old))
    listening = certificate.context
    for host in ("ocr.example", None):
        assert shown(listening, host) == old.certificate.read_text()
    certificate.replace(context(new))
    for host in ("ocr.example", None):
        assert shown(listening, host) == new.certificate.read_text()
    certificate.replace(context(old))
    assert shown(listening, "ocr.example") == old.certificate.read_text()
