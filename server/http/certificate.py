"""The certificate of the HTTPS server, which may be replaced while it runs.

A connection keeps the certificate that it began with. Each new handshake gets the current one. The context that the
server listens with is never changed: OpenSSL would keep the new certificate even if the new key did not fit.
"""

import ssl


class ServerCertificate:
    """The current certificate and key.

    Args:
        context: with the first certificate and key.

    Attributes:
        context: to listen with.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self._current = context
        context.sni_callback = self._choose

    def replace(self, context: ssl.SSLContext) -> None:
        """Use the certificate and key of another context from the next handshake on."""
        self._current = context

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """OpenSSL calls this in each handshake, also if the client names no host."""
        connection.context = self._current
