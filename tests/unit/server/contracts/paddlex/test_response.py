import json

import pytest

from models.layout.analyse import analyse_layout
from server.contracts.paddlex import response
from server.contracts.paddlex.request import OcrRequest, validate_parameters
from server.contracts.paddlex_shapes.diagnostics import PageFacts
from server.contracts.paddlex_shapes.page_part import PagePart
from server.contracts.paddlex_shapes.parameters import checked_body
from server.decode.document import DocumentInfo
from server.errors import InvalidRequest
from tests.unit.models.layout.papers import HEIGHT, WIDTH, line, paper


def validate_body(body: object) -> OcrRequest:
    return checked_body(body, OcrRequest)


def body(value: object) -> dict[str, object]:
    return {"file": "AA==", "fileType": 1, "outputFormats": value}


@pytest.mark.parametrize("value", [["markdown"], ["markdown", "text"], []])
def test_the_formats_of_a_json_body(value):
    assert validate_body(body(value)).output_formats == tuple(value)


FACTS = PageFacts(0, {}, ())


def test_no_formats_are_the_default():
    assert validate_body({"file": "AA=="}).output_formats is None
    assert validate_body(body(None)).output_formats is None


def test_a_form_has_commas_between():
    assert validate_parameters({"outputFormats": "markdown, text"}, "body").output_formats == ("markdown", "text")


@pytest.mark.parametrize(
    ("value", "place", "kind"),
    [(["html"], "body.outputFormats[0]", "literal_error"), (5, "body.outputFormats", "tuple_type")],
)
def test_other_formats_are_refused_by_name(value, place, kind):
    with pytest.raises(InvalidRequest) as refused:
        validate_body(body(value))
    (detail,) = json.loads(refused.value.message)
    assert (detail["loc"], detail["type"]) == (place, kind)


def test_an_answer_is_encoded_page_by_page(monkeypatch):
    encoded, dumps = [], json.dumps
    monkeypatch.setattr(
        response.json, "dumps", lambda value, **options: encoded.append(value) or dumps(value, **options)
    )
    layout = analyse_layout(paper(), [line("a", 60, 200, 80)])
    pages = [
        PagePart({"rec_texts": ["门"]}, {"inputImage": "QUJD"}, ("text",), layout, (WIDTH, HEIGHT), FACTS),
        PagePart({}, {}, (), None, (WIDTH, HEIGHT), FACTS),
    ]
    answer = response.encode_answer('"', DocumentInfo("pdf", 2, 2, ((1, 2), (3, 4))), pages)
    items = [{"prunedResult": {"rec_texts": ["门"]}, "inputImage": "QUJD", "text": "a"}, {"prunedResult": {}}]
    sizes = {"numPages": 2, "pages": [{"width": 1, "height": 2}, {"width": 3, "height": 4}], "type": "pdf"}
    result = {"ocrResults": items, "dataInfo": sizes}
    whole = {"logId": '"', "result": result, "errorCode": 0, "errorMsg": "Success"}
    assert answer == dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    assert [value for value in encoded if "prunedResult" in value] == items


def test_the_pages_of_an_answer_are_seen_together():
    rows = [line(f"Item {k}", 60, 130 + 60 * k, 80) for k in range(13)]
    layout = analyse_layout(paper(), [line("Harbour Bank", 325, 40, 150), *rows])
    page = PagePart({}, {}, ("text", "markdown"), layout, (WIDTH, HEIGHT), FACTS)
    answers = [
        response.encode_answer("x", DocumentInfo("pdf", count, count, ((WIDTH, HEIGHT),) * count), [page] * count)
        for count in (1, 2)
    ]
    assert [answer.count(b"Harbour Bank") for answer in answers] == [2, 0]
    assert response.encode_page("x", page).count(b"Harbour Bank") == 2
