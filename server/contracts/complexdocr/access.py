"""Who may call: an X-APP-ID with the Authorization that is configured for it."""

from server.admission.caller_limits import ANYBODY
from server.config.contract_settings import ComplexDocumentSettings
from server.contracts.base import AnyRequest
from server.contracts.complexdocr.errors import UNAUTHORIZED_MESSAGE, Code, Refused
from server.http.keys import KeyRing

_BEARER = "bearer "


class Access:
    """Checks a request's headers. Without keys they may say anything, or be absent.

    Args:
        settings: the contract's.
    """

    def __init__(self, settings: ComplexDocumentSettings) -> None:
        self._keys = KeyRing(settings.keys)
        self._refusal = Code(settings.unauthorized_code, UNAUTHORIZED_MESSAGE)

    def caller(self, request: AnyRequest) -> str:
        """The name under which the caller's requests are counted.

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
        return application
