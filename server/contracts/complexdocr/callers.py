"""Identifies callers by X-APP-ID and the Authorization that is configured for it."""

from server.admission.caller_limits import ANYBODY, Caller
from server.config.contract_settings import ComplexDocumentSettings
from server.contracts.base import AnyRequest
from server.contracts.complexdocr.errors import UNAUTHORIZED_MESSAGE, Code, Refused
from server.http.keys import KeyRing

_BEARER = "bearer "


class Callers:
    """The callers of this contract. Without configured keys, the headers may have any content or be absent.

    Args:
        settings: of the contract.
        keys: the configured pairs of X-APP-ID and Authorization.
    """

    def __init__(self, settings: ComplexDocumentSettings, keys: KeyRing) -> None:
        self._keys = keys
        self._refusal = Code(settings.unauthorized_code, UNAUTHORIZED_MESSAGE)

    def identify(self, request: AnyRequest) -> Caller:
        """The caller of a request.

        Raises:
            Refused: the headers are missing or wrong.
        """
        if self._keys.open:
            return ANYBODY
        application = request.headers.get("x-app-id", "").strip()
        presented = request.headers.get("authorization", "").strip()
        bare = presented[len(_BEARER) :].strip() if presented.lower().startswith(_BEARER) else presented
        known = [self._keys.matches(application, text) for text in (presented, bare)]
        if not any(known):
            raise Refused(self._refusal, 401)
        return self._keys.caller(application)
