"""The fuzz suite calls these parsers with the contract's hostile input."""

import pytest
from hypothesis import strategies as st
from pydantic import SecretStr

from server.errors import Unauthorized
from server.http.keys import KeyRing
from tests.contract.adapters import Parser
from tests.contract.tiny.request import caller_of, file_of
from tests.fuzz.strategies import ANY_TEXT

KEYS = KeyRing({"name": SecretStr("a secret that is longer than any text here" * 3)})
CONTENT_TYPES = st.sampled_from(["image/png", "application/pdf", "APPLICATION/PDF ; x=y", "image", ""]) | ANY_TEXT


def _file(given: tuple[bytes, str]) -> None:
    assert file_of(*given).data == given[0] != b""


def _stranger(key: str) -> None:
    with pytest.raises(Unauthorized):
        caller_of(key, KEYS)


PARSERS = {
    "file": Parser(st.tuples(st.binary(max_size=60), CONTENT_TYPES), _file, examples=((b"", ""),)),
    "key": Parser(ANY_TEXT, _stranger, ()),
}
