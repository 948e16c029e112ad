"""The parsers of Baidu's contract, for the fuzz suite."""

import base64
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import strategies as st

from server.config.contract_settings import BaiduSettings
from server.contracts.baidu.errors import Refused
from server.contracts.baidu.fields import parse_fields
from server.contracts.baidu.request import apis, check_call
from server.contracts.baidu.signature import PREFIX, SignedRequest, signer
from server.contracts.baidu.source import decode_base64
from server.contracts.baidu.tokens import TokenIssuer
from tests.contract.adapters import Parser
from tests.fuzz.strategies import ANY_TEXT, BASE64, FORM, FRAMED, URLENCODED, damaged

APIS = apis(BaiduSettings())
FIELDS = st.dictionaries(
    st.sampled_from(
        ["image", "url", "pdf_file", "pdf_file_num", "language_type", "detect_direction", "recognize_granularity"]
    ),
    st.sampled_from(["true", "1", "-1", "٣", "CHN_ENG", "small", "9" * 30]) | st.text(max_size=10),
)
SIGNED = PREFIX + "key/2026-01-01T00:00:00Z/1800/host;x-bce-date/" + "0" * 64


def _call(given: tuple[bytes, str]) -> None:
    for api in APIS:
        # Each is tried, also where the one before refuses.
        with suppress(Refused):
            assert check_call(parse_fields(*given), api).page >= 0


def _base64(text: bytes) -> None:
    assert decode_base64([text], 100)


def _whole_base64(data: bytes) -> None:
    """It brings back what was put in."""
    coded = base64.b64encode(data)
    assert decode_base64([coded], len(coded)) == data


def _signature(given: tuple[str, str, str]) -> None:
    """A stranger's is nobody's."""
    authorization, path, query = given
    request = SignedRequest("POST", path, query, lambda name: "example.com" if name == "host" else None)
    assert signer(authorization, request, {"key": "secret"}.get, 1_767_225_700.0) is None


def _token(token: str) -> None:
    """A stranger's is refused."""
    with pytest.raises(Refused):
        TokenIssuer(60).owner(token)


def _text(data: bytes) -> str:
    return data.decode("latin-1")


SIGNATURES = damaged(SIGNED.encode()).map(_text) | ANY_TEXT.map(PREFIX.__add__)
TOKENS = damaged(TokenIssuer(60).issue("client")["access_token"].encode()).map(_text) | ANY_TEXT
PARSERS = {
    "form": Parser(st.tuples(FRAMED, st.sampled_from([FORM, URLENCODED, "", "application/json"])), _call, ()),
    "fields": Parser(FIELDS.map(lambda fields: (urlencode(fields, errors="replace").encode(), URLENCODED)), _call, ()),
    "base64": Parser(BASE64, _base64, (Refused,)),
    "whole base64": Parser(st.binary(min_size=1, max_size=200), _whole_base64, ()),
    "signature": Parser(st.tuples(SIGNATURES, ANY_TEXT, ANY_TEXT), _signature, ()),
    "token": Parser(TOKENS, _token, ()),
}
