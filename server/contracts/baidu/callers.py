"""Identifies callers by an access token in the query or the form, a key as bearer, or a signature."""

import time
from collections.abc import Callable, Mapping

from server.admission.caller_limits import ANYBODY, Caller
from server.config.contract_settings import BaiduSettings
from server.contracts.baidu.errors import BAD_SIGNATURE, NO_TOKEN, UNKNOWN_TOKEN, Refused
from server.contracts.baidu.fields import query_fields
from server.contracts.baidu.signature import PREFIX, SignedRequest, signer
from server.contracts.baidu.tokens import TokenIssuer, fingerprint
from server.contracts.base import AnyRequest
from server.http.keys import KeyRing

TOKEN_FIELD = "access_token"  # noqa: S105 - the name of a field
_BEARER_PAIR = "bce-v3"


class Callers:
    """The callers of this contract, by their keys and by the tokens that were issued for these.

    Args:
        settings: of the contract.
        keys: the configured pairs of API key and secret key.
        clock: seconds since the epoch; None takes the system's.

    Attributes:
        keys: as given.
        issuer: issues tokens.
    """

    def __init__(self, settings: BaiduSettings, keys: KeyRing, clock: Callable[[], float] | None = None) -> None:
        self.keys = keys
        self.issuer = TokenIssuer(settings.token_expires_in, clock)
        self._clock = clock or time.time

    def identify(self, request: AnyRequest) -> Caller | None:
        """Identify the caller by the request's head. A token in the query comes before the Authorization header.

        Returns:
            The caller, or `ANYBODY`; None if only the form can name the caller.

        Raises:
            Refused: a token, key or signature is wrong.
        """
        token = _token_of(query_fields(request))
        if token:
            return self._by_token(token)
        authorization = request.headers.get("authorization", "").strip()
        if authorization.startswith(PREFIX):
            return self._by_signature(authorization, request)
        scheme, _, secret = authorization.partition(" ")
        return self._by_bearer(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None

    def identify_by_form(self, fields: Mapping[str, str]) -> Caller:
        """Identify the caller by the form's token.

        Raises:
            Refused: it is missing or wrong.
        """
        token = _token_of(fields)
        if not token:
            raise Refused(NO_TOKEN)
        return self._by_token(token)

    def _by_token(self, token: str) -> Caller:
        """A token of a key that was withdrawn or changed since is unknown."""
        owner = self.issuer.owner(token)
        if self.keys.open:
            return ANYBODY
        names = (name for name in self.keys.names if fingerprint(name, self.keys.secret(name) or "") == owner)
        name = next(names, None)
        if name is None:
            raise Refused(UNKNOWN_TOKEN)
        return self.keys.caller(name)

    def _by_bearer(self, presented: str) -> Caller:
        """Accept a secret key, both keys as ``bce-v3/API key/Secret key``, or an access token."""
        version, _, pair = presented.partition("/")
        client, _, secret = pair.partition("/")
        if version == _BEARER_PAIR and self.keys.matches(client, secret):
            return self.keys.caller(client)
        return self.keys.find(presented) or self._by_token(presented)

    def _by_signature(self, authorization: str, request: AnyRequest) -> Caller:
        query = request.scope["query_string"].decode("latin-1")
        signed = SignedRequest(request.method, request.scope["path"], query, request.headers.get)
        client = signer(authorization, signed, self.keys.secret, self._clock())
        if client is None:
            raise Refused(BAD_SIGNATURE)
        return self.keys.caller(client)


def _token_of(fields: Mapping[str, str]) -> str:
    """The access token of a query or a form. The vendor's SDK for Node.js appends a second query to the first one."""
    return fields.get(TOKEN_FIELD, "").partition("?")[0]
