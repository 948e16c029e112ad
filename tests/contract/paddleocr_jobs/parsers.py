"""The parsers of PaddleOCR's job API, for the fuzz suite."""

import json

from hypothesis import strategies as st

from server.config.contract_settings import PaddleOcrJobSettings
from server.contracts.paddleocr_jobs.fields import parse_fields
from server.contracts.paddleocr_jobs.options import checked_options
from server.contracts.paddleocr_jobs.page_ranges import chosen_pages, parse_ranges
from server.contracts.paddleocr_jobs.request import check_call
from server.contracts.paddleocr_jobs.response import own_id
from server.contracts.paddleocr_jobs.served_models import served_model
from server.jobs.blobs import is_id
from tests.contract.adapters import Parser
from tests.fuzz.strategies import ANY_TEXT, FORM, FRAMED

SETTINGS = PaddleOcrJobSettings(model_aliases={"PaddleOCR-VL": "PP-StructureV3"})
TYPES = st.sampled_from(["application/json", FORM, "text/plain", "", "application/x"])
ANY = ANY_TEXT | st.integers() | st.none() | st.lists(st.integers(), max_size=2)
OPTIONS = st.dictionaries(
    st.sampled_from(["useDocUnwarping", "text_det_thresh", "layoutThreshold", "topP", "markdownIgnoreLabels", "x"]),
    ANY | st.floats() | st.booleans() | st.dictionaries(st.text("01x", max_size=2), st.floats(), max_size=2),
    max_size=4,
)
FIELDS = st.fixed_dictionaries(
    {"fileUrl": st.text(max_size=20).map("http://".__add__) | ANY},
    optional={
        "model": st.sampled_from(["PP-OCRv5", "PP-OCRv6", "PP-StructureV3", "PaddleOCR-VL"]) | ANY,
        "optionalPayload": OPTIONS | OPTIONS.map(json.dumps) | ANY,
        "pageRanges": st.text("0123456789-, ", max_size=12) | ANY,
        "batchId": ANY,
    },
)


def _call(given: tuple[bytes, str]) -> None:
    call = check_call(parse_fields(*given), lambda name: served_model(name, SETTINGS, "best"), 1000)
    assert call.fetch is (call.spec.kind == "")
    call.spec.read_options()


def _options(given: dict) -> None:
    for shape in ("ocr", "structure", "vision"):
        checked_options(given, shape)


def _ranges(text: str) -> None:
    chosen = chosen_pages(parse_ranges(text), 9)
    assert list(chosen) == sorted(set(chosen))
    assert all(1 <= number <= 9 for number in chosen)


def _id(text: str) -> None:
    found = own_id(text)
    assert found is None or is_id(found)


PARSERS = {
    "form": Parser(st.tuples(FRAMED, TYPES), _call),
    "json": Parser(FIELDS.map(lambda fields: (json.dumps(fields).encode(), "application/json")), _call),
    "options": Parser(OPTIONS, _options),
    "page ranges": Parser(
        st.text("0123456789-, x٣", max_size=20) | ANY_TEXT, _ranges, examples=("2,4-6", "2--2", "5-1", "0", "-1")
    ),
    "job id": Parser(ANY_TEXT | st.text("0123456789abcdef", min_size=32, max_size=32).map("ocrjob-".__add__), _id),
}
