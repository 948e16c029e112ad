"""The parsers of Mistral's contract, for the fuzz suite."""

import json

from hypothesis import strategies as st

from server.contracts.mistral.links import linked_file
from server.contracts.mistral.page_choice import chosen_pages, parse_pages
from server.contracts.mistral.request import parse_call
from server.contracts.mistral.upload import parse_listing, parse_upload
from server.storage.signing import UrlSigner
from tests.contract.adapters import Parser
from tests.fuzz.strategies import ANY_TEXT, FORM, FRAMED

SIGNER = UrlSigner(None, 60)
TYPES = st.sampled_from(["application/json", FORM, "text/plain", "", "application/x"])
ANY = ANY_TEXT | st.integers() | st.none() | st.lists(st.integers(), max_size=2) | st.booleans()
URL = ANY | st.just("data:a/b;base64,") | st.dictionaries(st.sampled_from(["url", "detail"]), ANY, max_size=2)
DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["document_url", "image_url", "file", "file_id"]) | ANY,
        "document_url": URL,
        "image_url": URL,
        "file_id": ANY,
    },
)
FIELDS = st.fixed_dictionaries(
    {"document": DOCUMENT | ANY},
    optional={
        "model": ANY,
        "pages": st.text("0123456789-, ", max_size=12) | ANY,
        "image_limit": ANY,
        "table_format": st.sampled_from(["markdown", "html"]) | ANY,
        "confidence_scores_granularity": st.sampled_from(["page", "word", "block"]) | ANY,
        "include_blocks": ANY,
        "bbox_annotation_format": st.dictionaries(st.just("type"), ANY, max_size=1) | ANY,
    },
)


def _long(fields: dict) -> tuple[bytes, str]:
    """The same fields in a body that is long enough to be taken apart."""
    return json.dumps({**fields, "x": "a" * 70_000}).encode(), "application/json"


def _pages(text: str) -> None:
    chosen = chosen_pages(parse_pages(text), 9)
    assert list(chosen) == sorted(set(chosen))
    assert all(0 <= index < 9 for index in chosen)


def _call(given: tuple[bytes, str]) -> None:
    assert parse_call(*given).source.field in ("document_url", "image_url", "file_id")


def _link(text: str) -> None:
    assert linked_file(SIGNER, text, ("body",)) is None


PARSERS = {
    "body": Parser(st.tuples(st.binary(max_size=60) | FRAMED, TYPES), _call),
    "json": Parser(FIELDS.map(lambda fields: (json.dumps(fields).encode(), "application/json")), _call),
    "long json": Parser(FIELDS.map(_long), _call),
    "form": Parser(st.tuples(FRAMED, TYPES), lambda given: parse_upload(*given)),
    "listing": Parser(
        st.dictionaries(st.sampled_from(["page", "page_size", "purpose", "search"]), ANY_TEXT, max_size=4),
        parse_listing,
    ),
    "page ranges": Parser(
        st.text("0123456789-, x٣", max_size=20) | ANY_TEXT, _pages, examples=("0-5,7", "5-1", "-1", "", ",")
    ),
    "link": Parser(ANY_TEXT | st.text(max_size=20).map("http://a/v1/files/".__add__), _link),
}
