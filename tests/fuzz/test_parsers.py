"""Every parser of ours on what nobody would send: it answers, or refuses in its own words, and never anything else.

What Python's own parsers or a round trip can tell is compared as well. The decoders of files are fuzzed elsewhere.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from types import TracebackType

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from server.config.host_rule import HostRule
from server.config.settings import UrlInputSettings
from server.decode.formats.exif import exif_entries, exif_orientation
from server.decode.formats.headers import read_header
from server.decode.formats.plain_jpeg import plain_jpeg, without_metadata
from server.errors import InvalidInputFile, RequestError, UnsupportedFileType, UrlNotFetched
from server.export.text import clean_text
from server.http.json_skim import SkimError, skim
from server.http.multipart_body import MAX_PARTS, form_parts, parse_form
from server.http.public_url import PublicUrl
from server.http.trusted_proxies import TrustedProxies
from server.intake.base64_input import decode_base64
from server.intake.fetch import UrlFetcher
from server.intake.host_rules import is_allowed_address
from server.intake.sniff import sniff_kind, sniff_source
from server.intake.url_rules import infer_kind, is_url
from server.jobs.blobs import blob_name
from server.storage.base import is_key, picture_key
from server.storage.signing import UrlSigner
from tests.contract.adapters import adapters
from tests.fuzz.parsers import check_parser
from tests.fuzz.strategies import ANY_TEXT, BASE64, FORM, FRAMED, HARD_JSON, JSON_BODIES, NAMES, OBJECTS, damaged


class Refusals(AbstractContextManager[None]):
    """Lets errors pass that are the caller's own fault; those of the server are raised."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return isinstance(error, RequestError) and error.status < 500


@given(OBJECTS, st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-16-le"]))
def test_a_skimmed_object_says_what_python_reads(value: Mapping[str, object], encoding: str) -> None:
    found = skim(json.dumps(value, ensure_ascii=False).encode(encoding, "surrogatepass"), NAMES)
    flat = {name: type(one)() if isinstance(one, list | dict) else one for name, one in value.items() if name in NAMES}
    assert found == flat


PARSERS = {f"{contract.name}: {name}": parser for contract in adapters() for name, parser in contract.parsers.items()}


@pytest.mark.parametrize("name", PARSERS)
def test_a_contract_answers_or_refuses(name: str) -> None:
    check_parser(PARSERS[name])


@given(JSON_BODIES)
@example(HARD_JSON[0])
@example(HARD_JSON[1])
@example(HARD_JSON[2])
def test_json_is_skimmed_or_refused(body: bytes) -> None:
    with suppress(SkimError, ValueError, RecursionError):
        if isinstance(skim(body, NAMES, {"task": ("body",)}), dict):
            assert json.loads(body) is not None


@given(
    FRAMED,
    st.sampled_from(
        [FORM, "multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="b', "x"]
    ),
)
def test_forms_are_read_or_refused(body: bytes, content_type: str) -> None:
    for parse in (parse_form, lambda *form: list(form_parts(*form))):
        with Refusals():
            parse(body, content_type)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=40)), max_size=6))
def test_a_form_says_what_was_put_in(parts: list[tuple[str, bytes]]) -> None:
    assume(not any(b"--b" in content for _, content in parts))
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content)
        for name, content in parts
    )
    found = [(segment.name, content) for segment, content in form_parts(body + b"--b--\r\n", FORM)]
    assert found == parts
    assert len(found) <= MAX_PARTS


@given(BASE64.map(lambda text: text.decode("latin-1")) | ANY_TEXT)
def test_base64(text: str) -> None:
    with suppress(InvalidInputFile):
        assert decode_base64([text])


@given(st.binary(max_size=200))
def test_base64_brings_back_what_was_put_in(data: bytes) -> None:
    assume(data)
    coded = base64.b64encode(data)
    assert decode_base64([coded.decode()]) == data
    assert decode_base64(["data:image/png;base64," + coded.decode()]) == data


LINKS = UrlSigner(b"k" * 32, 24 * 60 * 60)
LINK = LINKS.path("0" * 32, "ocr_img_0.jpg").split("/")


@given(damaged(LINK[2].encode()).map(lambda text: text.decode("latin-1")) | ANY_TEXT, st.just(LINK[3]) | ANY_TEXT)
def test_only_our_own_links_open_pictures(token: str, name: str) -> None:
    key = LINKS.verify(token, name)
    assert (key is not None) == ((token, name) == (LINK[2], LINK[3]))


@given(ANY_TEXT, ANY_TEXT)
@example("..", "..")
@example("0" * 32, "../x.jpg")
@example("0" * 32, "ocr_0.jpg\n")
def test_keys_of_pictures_lead_nowhere_else(document: str, name: str) -> None:
    try:
        key = picture_key(document, name)
    except ValueError:
        assert not is_key(f"{document}/{name}")
        return
    assert key.count("/") == 1
    assert not {"..", "\\", "\n", "\0"} & set(key.split("/"))


@given(ANY_TEXT, st.sampled_from(["source", "result"]))
@example("../../etc/passwd", "source")
@example("a\n", "source")
def test_names_of_files_lead_nowhere_else(job_id: str, role: str) -> None:
    with suppress(ValueError):
        name = blob_name(job_id, role)  # type: ignore[arg-type]
        assert "/" not in name
        assert "\0" not in name


HOSTS = st.sampled_from(
    ["docs.example.com", "127.0.0.1", "[::1]", "0x7f.1", "user@docs.example.com", "例え.jp", "a..b", "%2e", "."]
)
URLS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP", "file", "gopher", ""]),
    HOSTS | st.text(max_size=12),
    st.sampled_from(["", ":80", ":8080", ":-1", ":99999999", ":٣", "@127.0.0.1"]),
    st.text(max_size=12).map("/".__add__) | st.sampled_from(["/a.pdf", "?a.pdf", "#x", "\\@h", "/a b\r\nX: y", ""]),
)


@given(URLS | ANY_TEXT)
@example("http://[::1")
@example("http://[v1.a]/")
@example("http://h\u2100.com/a.png")
def test_addresses(url: str) -> None:
    is_url(url)
    with suppress(UnsupportedFileType):
        infer_kind(url)


ASKED: list[str] = []
"""Hosts that a fetcher wanted to connect to."""


async def _resolve(host: str, port: int) -> list[str]:
    assert port in (80, 443)
    ASKED.append(host)
    return ["169.254.169.254"]


FETCHER = UrlFetcher(UrlInputSettings(allowed_hosts=("docs.example.com",)), resolve=_resolve)


@given(URLS | ANY_TEXT)
@example("http://docs.example.com/a.png")
@example("http://[::1")
@example("http://[v1.a]/")
@example("http://h\u2100.com/a.png")
def test_a_connection_goes_to_the_host_that_was_allowed(url: str) -> None:
    """It is never made here: the only host that is allowed has an address that is not."""
    ASKED.clear()
    with pytest.raises(UrlNotFetched):
        asyncio.run(FETCHER.fetch(url))
    assert set(ASKED) <= {"docs.example.com"}


@given(st.text(max_size=20) | st.sampled_from(["*.a.b", "a:80", "[::1]:1", "a:99999", "a.b.", "*", "[", "a:٣"]))
def test_entries_of_the_allow_list(entry: str) -> None:
    with suppress(ValueError):
        rule = HostRule.parse(entry)
        rule.allows("https", "docs.example.com", 443)
        assert not rule.allows("https", "docs.example.com", 0)


@given(st.ip_addresses().map(str), st.booleans())
def test_addresses_of_hosts(address: str, private: bool) -> None:
    assert is_allowed_address(address, allow_private=True) or not is_allowed_address(address, allow_private=False)
    is_allowed_address(address, private)


@given(
    st.binary(max_size=120),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF0000WEBP", b"P6\n", b"PK\3\4", b"BM"]),
)
def test_beginnings_of_files(data: bytes, magic: bytes) -> None:
    sniff_kind(magic + data)
    sniff_source(magic + data, "a.docx")
    assert exif_orientation(data, exif_entries(data)) in range(1, 9)
    with suppress(InvalidInputFile):
        header = read_header(magic + data)
        assert header.orientation in range(1, 9)
        assert header.resolution is None or min(header.resolution) >= 30


FRAME = b"\xff\xd8\xff\xc0\0\x0b\x08\0\x10\0\x10\1\1\x11\0"


@given(st.lists(st.one_of(st.binary(max_size=20), st.sampled_from([FRAME, b"\xff\xda\0\2", b"\xff\xd9", b"\xff"]))))
def test_structures_of_jpegs(parts: list[bytes]) -> None:
    for data in (b"".join(parts), FRAME + b"".join(parts)):
        found = plain_jpeg(data)
        assert found is None or data.startswith(found.data)
        assert found is None or without_metadata(found.data).endswith(b"\xff\xd9")


@given(ANY_TEXT, ANY_TEXT)
def test_links_begin_with_a_host_or_with_ours(host: str, forwarded: str) -> None:
    headers = {"host": host, "x-forwarded-host": forwarded, "x-forwarded-proto": forwarded}
    base = PublicUrl(None, TrustedProxies(["10.0.0.0/8"])).base("http", "10.1.2.3", headers, "127.0.0.1:8080")
    scheme, _, rest = base.partition("://")
    assert scheme in ("http", "https")
    assert not set(rest) & set("/?#@\\ \t\r\n\0<>\"'")
    assert (
        PublicUrl(None, TrustedProxies([])).base("http", "10.1.2.3", {"x-forwarded-host": forwarded}, "b:1")
        == "http://b:1"
    )


@given(ANY_TEXT)
def test_text_in_office_files_is_xml(text: str) -> None:
    assert not [one for one in clean_text(text) if ord(one) < 32 and one not in "\t\n\r"]
    clean_text(text).encode("utf-8")
