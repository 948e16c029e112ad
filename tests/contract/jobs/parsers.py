"""The parsers of jobs, for the fuzz suite."""

import json

from hypothesis import strategies as st

from server.contracts.jobs.events import Place
from server.contracts.jobs.request import check_key, parse_call, parse_pages
from server.telemetry.record import RequestRecord
from tests.contract.adapters import Parser
from tests.fuzz.strategies import ANY_TEXT, FORM, FRAMED

TYPES = st.sampled_from(["application/json", FORM, "image/png", "application/pdf", "text/plain", "", "application/x"])
FIELDS = st.fixed_dictionaries(
    {"file": st.text(max_size=40)},
    optional={
        "pages": st.text("0123456789-, x", max_size=12),
        "outputFormats": st.lists(st.sampled_from(["json", "pdf", "x"]), max_size=3) | st.text(max_size=12),
        "webhook": ANY_TEXT | st.integers(),
        "password": ANY_TEXT,
        "preset": ANY_TEXT,
    },
)


def _call(given: tuple[bytes, str]) -> None:
    assert parse_call(*given, {}, RequestRecord()).file is not None


def _pages(text: str) -> None:
    try:
        ranges = parse_pages(text)
    except ValueError:
        return
    assert all(1 <= first <= last for first, last in ranges)


def _place(text: str) -> None:
    assert Place.read(text).pages >= 0


def _key(text: str) -> None:
    assert check_key(text) == text


PARSERS = {
    "form": Parser(st.tuples(FRAMED, TYPES), _call),
    "json": Parser(FIELDS.map(lambda fields: (json.dumps(fields).encode(), "application/json")), _call),
    "pages": Parser(st.text("0123456789-, x٣", max_size=20) | ANY_TEXT, _pages, (), ("1-5,8", "5-1", "0", "")),
    "event id": Parser(ANY_TEXT, _place, (), ("3.running", "end", "٣.x")),
    "idempotency key": Parser(ANY_TEXT, _key),
}
