"""The token endpoint: it issues an access token for an API key and its secret key."""

from collections.abc import Mapping

from litestar import Response

from server.contracts.baidu.response import answer
from server.contracts.baidu.tokens import TokenIssuer, fingerprint
from server.contracts.base import Json
from server.errors import RequestError
from server.http.keys import KeyRing

GRANT = "client_credentials"


class TokenRefused(RequestError):
    """This caller gets no token.

    Attributes:
        code: the answer's ``error``.
    """

    status = 401

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


def grant_token(fields: Mapping[str, str], keys: KeyRing, issuer: TokenIssuer) -> Json:
    """Answer a request for a token. Without configured keys, any pair gets one that is not empty.

    Args:
        fields: of the query string and the form.
        keys: the configured pairs.
        issuer: issues the token.

    Raises:
        TokenRefused: the grant type is another one, or the pair is wrong.
    """
    if fields.get("grant_type") != GRANT:
        raise TokenRefused("unsupported_grant_type", "The authorization grant type is not supported")
    client_id, secret = fields.get("client_id", ""), fields.get("client_secret", "")
    if not client_id or not (keys.open or keys.has(client_id)):
        raise TokenRefused("invalid_client", "unknown client id")
    if not secret or not (keys.open or keys.matches(client_id, secret)):
        raise TokenRefused("invalid_client", "Client authentication failed")
    return issuer.issue(fingerprint(client_id, secret))


def token_failed(error: RequestError) -> Response[bytes]:
    """The answer to a failed request for a token. Only here the HTTP status is an error too."""
    status = max(error.status, 400)
    code = "invalid_request" if status < 500 else "server_error"
    if isinstance(error, TokenRefused):
        code = error.code
    return answer({"error": code, "error_description": error.message}, status)
