"""Every parser of ours on what nobody would send: it answers, or refuses in its own words, and never anything else.

What Python's own parsers or a round trip can tell is compared as well. The decoders of files are fuzzed elsewhere.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from urllib.parse import urlencode

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from server.config.contract_settings import BaiduSettings, CapSolverSettings
from server.config.settings import UrlInputSettings
from server.contracts.baidu import source as baidu_source
from server.contracts.baidu.errors import Refused as BaiduRefused
from server.contracts.baidu.fields import parse_fields
from server.contracts.baidu.request import apis, check_call
from server.contracts.baidu.signature import PREFIX, SignedRequest, signer
from server.contracts.baidu.tokens import TokenIssuer
from server.contracts.capsolver.errors import TaskRefused
from server.contracts.capsolver.request import check_task, decode_image, parse_body
from server.contracts.complexdocr.errors import Refused as DocumentRefused
from server.contracts.complexdocr.request import parse_call
from server.contracts.file_task.form import parse_task_form
from server.contracts.file_task.request import check_form
from server.contracts.paddlex.body import decode_json, is_json, log_id_of, peek_log_id
from server.contracts.paddlex.request import validate_body
from server.decode.formats.exif import exif_orientation
from server.decode.formats.headers import read_header
from server.errors import InvalidInputFile, RequestError, UnsupportedFileType, UrlNotFetched
from server.export.text import clean_text
from server.http.json_skim import SkimError, skim
from server.http.multipart_body import MAX_PARTS, form_parts, parse_form
from server.http.public_url import PublicUrl
from server.intake.base64_input import decode_base64
from server.intake.fetch import UrlFetcher
from server.intake.host_rules import HostRule, is_allowed_address
from server.intake.sniff import sniff_kind, sniff_source
from server.intake.url_rules import infer_kind, is_url
from server.jobs.blobs import blob_name
from server.storage.base import is_key, picture_key
from server.storage.signing import UrlSigner
from server.telemetry.record import RequestRecord

settings.register_profile("parsers", max_examples=150, deadline=None, derandomize=True, database=None)
settings.load_profile("parsers")

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Lone surrogates included: JSON can bring them."""
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=20)


def _nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)


VALUES = st.recursive(SCALARS, _nested)
NAMES = ("file", "fileType", "logId", "task", "clientKey", "seqid", "image", "image_type", "html_escape")
OBJECTS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), VALUES, max_size=6)
GOOD = {"type": "ImageToTextTask", "body": "aGk=", "module": "common", "score": 0.9, "case": True}
TASKS = st.fixed_dictionaries({}, optional={name: VALUES | ANY_TEXT | st.just(good) for name, good in GOOD.items()})
FORM = "multipart/form-data; boundary=b"
URLENCODED = "application/x-www-form-urlencoded"
MARKS = (b"--b", b"--b--", b"\r\n", b"\n", b"\r", b":", b";", b'"', b"=", b"name", b"image_file", b"%", b"&", b"\0")
PIECES = st.sampled_from(
    [
        *MARKS,
        b"Content-Disposition: form-data; name=",
        b'Content-Disposition: form-data; name="file"; filename="a.png"',
        b"Content-Type: text/plain",
        b"Content-Length: -1",
        b"Content-Transfer-Encoding: base64",
        b"filename*=utf-8''%ff",
        b"\xff\xfe",
    ]
)
FRAMED = st.lists(PIECES | st.binary(max_size=12), max_size=30).map(b"".join)


class Refusals(AbstractContextManager[None]):
    """Lets errors pass that are the caller's own fault; those of the server are raised."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return isinstance(error, RequestError) and error.status < 500


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """A text with a few bytes replaced, cut or put in."""
    edits = st.lists(st.tuples(st.integers(0, len(data)), st.integers(0, 4), st.binary(max_size=4)), max_size=4)

    def edit(changes: list[tuple[int, int, bytes]]) -> bytes:
        changed = data
        for at, cut, added in changes:
            changed = changed[:at] + added + changed[at + cut :]
        return changed

    return edits.map(edit)


JSON_BODIES = st.binary(max_size=80) | OBJECTS.map(lambda value: json.dumps(value).encode()).flatmap(damaged)


@given(OBJECTS, st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-16-le"]))
def test_a_skimmed_object_says_what_python_reads(value: Mapping[str, object], encoding: str) -> None:
    found = skim(json.dumps(value, ensure_ascii=False).encode(encoding, "surrogatepass"), NAMES)
    flat = {name: type(one)() if isinstance(one, list | dict) else one for name, one in value.items() if name in NAMES}
    assert found == flat


@given(JSON_BODIES)
@example(b'{"file": ' + b"[" * 100_000)
@example(b'{"fileType": ' + b"9" * 5000 + b"}")
@example(b'\xff\xfe{\x00"\x00')
def test_json_is_refused_in_its_own_words(body: bytes) -> None:
    refused = (SkimError, ValueError, RecursionError)
    answer: object = None
    with suppress(*refused):
        answer = skim(body, NAMES, {"task": ("body",)})
    for parse in (decode_json, lambda text: validate_body(decode_json(text))):
        with Refusals():
            parse(body)
    log_id = peek_log_id(body)
    assert log_id is None or json.dumps({"logId": log_id}, ensure_ascii=False).encode()
    if isinstance(answer, dict):
        assert json.loads(body) is not None


@given(VALUES | OBJECTS)
def test_any_value_is_validated(value: object) -> None:
    with Refusals():
        validate_body(value)
    assert log_id_of(value) is None or isinstance(log_id_of(value), str)


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60))
def test_content_types(text: str) -> None:
    assert is_json(text) in (True, False)


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


@given(FRAMED, st.sampled_from([FORM, URLENCODED, "", "text/plain; a=b", "multipart/form-data"]))
def test_file_tasks_are_taken_or_refused(body: bytes, content_type: str) -> None:
    with Refusals():
        check_form(parse_task_form(body, content_type), 1000)


@given(
    st.fixed_dictionaries(
        {"image_url": st.text(max_size=40).map("http://".__add__) | st.text(max_size=40)},
        optional={
            "format": st.sampled_from(["txt", "pdf", "PDF", "../x"]),
            "language": st.text(max_size=12),
            "password": ANY_TEXT,
        },
    )
)
def test_file_tasks_by_address(fields: dict[str, str]) -> None:
    with Refusals():
        task = check_form(parse_task_form(urlencode(fields, errors="replace").encode(), URLENCODED), 10)
        assert task.spec.suffix in ("", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx")


@given(FRAMED, st.sampled_from([FORM, URLENCODED, "", "application/json"]))
def test_baidus_forms(body: bytes, content_type: str) -> None:
    for api in apis(BaiduSettings()):
        with suppress(BaiduRefused):
            check_call(parse_fields(body, content_type), api)


@given(
    st.dictionaries(
        st.sampled_from(
            ["image", "url", "pdf_file", "pdf_file_num", "language_type", "detect_direction", "recognize_granularity"]
        ),
        st.sampled_from(["true", "1", "-1", "٣", "CHN_ENG", "small", "9" * 30]) | st.text(max_size=10),
    )
)
def test_baidus_fields(fields: dict[str, str]) -> None:
    body = urlencode(fields, errors="replace").encode()
    for api in apis(BaiduSettings()):
        with suppress(BaiduRefused):
            call = check_call(parse_fields(body, URLENCODED), api)
            assert call.page >= 0


@given(st.binary(max_size=60) | st.binary(max_size=40).map(base64.b64encode).flatmap(damaged))
def test_base64(text: bytes) -> None:
    for decode, refused in (
        (lambda: baidu_source.decode_base64(text, 100), BaiduRefused),
        (lambda: decode_base64(text.decode("latin-1")), InvalidInputFile),
        (lambda: decode_image(text.decode("latin-1"), 100), TaskRefused),
    ):
        with suppress(refused):
            assert decode()


@given(st.binary(max_size=200))
def test_base64_brings_back_what_was_put_in(data: bytes) -> None:
    assume(data)
    coded = base64.b64encode(data)
    assert decode_base64(coded.decode()) == data
    assert decode_base64("data:image/png;base64," + coded.decode()) == data
    assert baidu_source.decode_base64(coded, len(coded)) == data


@given(ANY_TEXT)
def test_base64_of_any_text(text: str) -> None:
    for decode, refused in ((decode_base64, InvalidInputFile), (lambda one: decode_image(one, 100), TaskRefused)):
        with suppress(refused):
            decode(text)


@given(JSON_BODIES | TASKS.map(lambda task: json.dumps({"clientKey": "k", "task": task}).encode()))
def test_capsolvers_tasks(body: bytes) -> None:
    with suppress(TaskRefused):
        check_task(parse_body(body).get("task"), CapSolverSettings())


@given(JSON_BODIES | OBJECTS.map(lambda value: json.dumps({"seqid": "1", "image": "aGk=", **value}).encode()))
def test_complex_documents(body: bytes) -> None:
    record = RequestRecord()
    with suppress(DocumentRefused):
        parse_call(body, record, 1000)
    assert record.log_id is None or isinstance(record.log_id, str)


SIGNED = PREFIX + "key/2026-01-01T00:00:00Z/1800/host;x-bce-date/" + "0" * 64


@given(
    damaged(SIGNED.encode()).map(lambda text: text.decode("latin-1")) | ANY_TEXT.map(PREFIX.__add__), ANY_TEXT, ANY_TEXT
)
def test_signatures_of_strangers_are_nobodys(authorization: str, path: str, query: str) -> None:
    request = SignedRequest("POST", path, query, lambda name: "example.com" if name == "host" else None)
    assert signer(authorization, request, {"key": "secret"}, 1_767_225_700.0) is None


@given(
    damaged(TokenIssuer(60).issue("client")["access_token"].encode()).map(lambda text: text.decode("latin-1"))
    | ANY_TEXT
)
def test_tokens_of_strangers_are_refused(token: str) -> None:
    with pytest.raises(BaiduRefused):
        TokenIssuer(60).owner(token, {})


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
    assert exif_orientation(data) in range(1, 9)
    with suppress(InvalidInputFile):
        header = read_header(magic + data)
        assert header.orientation in range(1, 9)


@given(ANY_TEXT, ANY_TEXT)
def test_links_begin_with_a_host_or_with_ours(host: str, forwarded: str) -> None:
    headers = {"host": host, "x-forwarded-host": forwarded, "x-forwarded-proto": forwarded}
    base = PublicUrl(None, ["10.0.0.0/8"]).base("http", "10.1.2.3", headers, "127.0.0.1:8080")
    scheme, _, rest = base.partition("://")
    assert scheme in ("http", "https")
    assert not set(rest) & set("/?#@\\ \t\r\n\0<>\"'")
    assert PublicUrl(None, []).base("http", "10.1.2.3", {"x-forwarded-host": forwarded}, "b:1") == "http://b:1"


@given(ANY_TEXT)
def test_text_in_office_files_is_xml(text: str) -> None:
    assert not [one for one in clean_text(text) if ord(one) < 32 and one not in "\t\n\r"]
    clean_text(text).encode("utf-8")
