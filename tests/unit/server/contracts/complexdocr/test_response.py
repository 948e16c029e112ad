"""An answer is the JSON that one call of the encoder would give, made in slices."""

import json

import pytest

from server.contracts.complexdocr import response
from server.contracts.complexdocr.errors import SUCCESS
from server.contracts.complexdocr.response import SLICE_CHARACTERS, Envelope


@pytest.mark.parametrize("texts", [[], ["text"], ["", 'a"\\\n门😀' * SLICE_CHARACTERS, "b"]])
def test_an_answer_is_encoded_in_slices(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, dumps = [], json.dumps

    def counted(value: object, **options: object) -> str:
        sizes.append(len(value) if isinstance(value, str) else 0)
        return dumps(value, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(response.json, "dumps", counted)
    answer = Envelope("s", flag_as_string=True).encode(SUCCESS, 1.0, texts)
    data = {"timeSecond": 1.0, "words_result": texts}
    whole = {"seqid": "s", "code": "10000", "message": "成功", "flag": "1", "data": data}
    assert answer == dumps(whole, separators=(",", ":")).encode()
    assert max(sizes) <= SLICE_CHARACTERS
