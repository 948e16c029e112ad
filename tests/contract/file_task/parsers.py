"""The parsers of the file tasks, for the fuzz suite."""

from urllib.parse import urlencode

from hypothesis import strategies as st

from server.contracts.file_task.fields import parse_fields
from server.contracts.file_task.request import FORMATS, check_call
from tests.contract.adapters import Parser
from tests.fuzz.strategies import ANY_TEXT, FORM, FRAMED, URLENCODED

SUFFIXES = ("", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx")
FIELDS = st.fixed_dictionaries(
    {"image_url": st.text(max_size=40).map("http://".__add__) | st.text(max_size=40)},
    optional={
        "format": st.sampled_from([*FORMATS, "PDF", "../x"]),
        "language": st.text(max_size=12),
        "password": ANY_TEXT,
    },
)


def _task(given: tuple[bytes, str]) -> None:
    assert check_call(parse_fields(*given), 1000).spec.suffix in SUFFIXES


CONTENT_TYPES = st.sampled_from([FORM, URLENCODED, "", "text/plain; a=b", "multipart/form-data"])
PARSERS = {
    "form": Parser(st.tuples(FRAMED, CONTENT_TYPES), _task),
    "address": Parser(FIELDS.map(lambda fields: (urlencode(fields, errors="replace").encode(), URLENCODED)), _task),
}
