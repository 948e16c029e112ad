import hashlib
import re
from urllib.parse import urljoin

import pytest
from litestar.testing import TestClient

from server.config.settings import Settings
from server.contracts.jobs.formats import NAMES
from server.contracts.jobs.request import JobParameters
from server.errors import RequestError
from server.operations.page import FILES, is_shown, read_files
from tests.unit.server.apps import CLIENT_HOST, application
from tests.unit.server.stub_pipeline import StubPipeline

MAX_PAGE_BYTES = 400_000
LITERAL = re.compile(r'^  "([^"]+)": "((?:[^"\\]|\\.)*)",$', re.MULTILINE)
LANGUAGES = ("en", "zh")
TOKENS = {"auth": {"tokens": {"ann": "token-of-ann"}}}
JOB_KEYS = {"contracts": {"jobs": {"keys": {"bob": "key-of-bob"}}}}
IMPORT = r'^(?:import|export)\b[^"\n]*"([^"]+)";|^\} from "([^"]+)"|\bimport\("([^"]+)'
REFERENCE = re.compile(rf'{IMPORT}|(?:src|href)="([^"#]+)"|\burl\("?([^")]+)', re.MULTILINE)


@pytest.fixture(scope="module")
def client():
    with TestClient(application()) as client:
        yield client


def settings(host: str = "127.0.0.1", page: str = "auto", jobs: bool = True) -> Settings:
    return Settings.model_validate({"server": {"host": host, "page": page}, "contracts": {"jobs": {"enabled": jobs}}})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (settings(), True),
        (settings("::1"), True),
        (settings("0.0.0.0"), False),
        (settings("0.0.0.0", "on"), True),
        (settings(page="off"), False),
        (settings(jobs=False), False),
    ],
)
def test_where_the_page_is_shown(given, shown):
    assert is_shown(given) is shown


def test_a_page_without_jobs_is_refused():
    with pytest.raises(ValueError, match=r"server\.page: 'on' needs contracts\.jobs\.enabled: true"):
        settings(page="on", jobs=False)


@pytest.mark.parametrize("path", ["/", "/page/app.js", "/page/settings.json"])
def test_without_the_page_its_addresses_are_not_found(path):
    with TestClient(application(server={"page": "off", "allowed_hosts": [CLIENT_HOST]})) as client:
        answer = client.get(path)
        assert (answer.status_code, answer.json()["errorMsg"]) == (404, "Not Found")


def test_every_file_is_served_as_what_it_is(client):
    assert {"index.html", "app.js", "theme.css", "texts/en.js", "texts/zh.js"} <= set(FILES)
    for path, file in FILES.items():
        answer = client.get(f"/page/{path}")
        assert (answer.status_code, answer.content) == (200, file.content)
        assert answer.headers["content-type"].split(";")[0] == file.media_type
    assert client.get("/").content == FILES["index.html"].content


@pytest.mark.parametrize("path", ["", "nothing.js", "../app.py", "..%2f..%2fapp.py", "texts", "README.md", "%00"])
def test_nothing_else_is_served(client, path):
    assert client.get(f"/page/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/", "/page/app.js"])
def test_head_gives_the_same_headers_without_the_body(client, path):
    head, whole = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "etag", "cache-control", "content-security-policy"):
        assert head.headers[name] == whole.headers[name]


def test_what_the_browser_has_is_not_sent_again(client):
    first = client.get("/page/app.js")
    assert first.headers["cache-control"] == "no-cache"
    for sent in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = client.get("/page/app.js", headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get("/page/app.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_follows_from_the_content(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.js").write_bytes(b"one")
    (tmp_path / "notes.txt").write_bytes(b"not served")
    (file,) = (files := read_files(tmp_path)).values()
    assert list(files) == ["below/a.js"]
    assert file.tag == f'"{hashlib.sha256(b"one").hexdigest()[:32]}"'
    (tmp_path / "below" / "a.js").write_bytes(b"two")
    assert read_files(tmp_path)["below/a.js"].tag != file.tag


def test_the_browser_is_told_to_load_nothing_from_elsewhere_and_to_run_no_inline_script(client):
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert not re.search(r"unsafe|http|\*|script-src|style-src|connect-src", policy)
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert set(re.findall(r"<script[^>]*>([^<]*)", page.text)) == {""}
    assert not re.search(r"\son[a-z]+=|javascript:|<style|style=", page.text)


def test_every_file_refers_to_files_of_the_page_alone():
    """A browser asks for these. The page may lie below a path of a reverse proxy, so no address begins with a slash."""
    for path, file in FILES.items():
        base = "https://example.org/tools/" if path == "index.html" else f"https://example.org/tools/page/{path}"
        for groups in REFERENCE.findall(file.content.decode()):
            (address,) = [group for group in groups if group]
            if address.startswith("data:") or address in ("docs", "."):
                continue
            target = urljoin(base, address)
            assert target.removeprefix("https://example.org/tools/page/") in FILES, (path, address)


def test_no_file_names_another_host():
    for path, file in FILES.items():
        text = re.sub(r'"http://www\.w3\.org/2000/svg"', "", file.content.decode())
        assert not re.search(r"(https?:)?//[a-z]", re.sub(r"(^|[\s;,{])// .*$", "", text, flags=re.MULTILINE)), path


def test_the_token_and_documents_stay_in_the_tab():
    scripts = "".join(file.content.decode() for path, file in FILES.items() if path.endswith(".js"))
    assert "sessionStorage" in scripts
    assert not re.search(r"localStorage|document\.cookie|indexedDB|caches\.|serviceWorker", scripts)


def test_the_whole_page_is_small():
    assert sum(len(file.content) for file in FILES.values()) < MAX_PAGE_BYTES


def test_the_page_learns_of_every_field_with_its_default(client):
    told = client.get("/page/settings.json").json()
    assert [field["name"] for field in told["fields"]] == [
        field.alias or name for name, field in JobParameters.model_fields.items()
    ]
    assert all(field["about"].endswith(".") and not field["about"].startswith("As at") for field in told["fields"])
    assert told["preset"] in [preset["name"] for preset in told["presets"]]
    assert told["retentionSeconds"] == 86_400
    (paddlex,) = [preset for preset in told["presets"] if preset["name"] == "paddlex"]
    assert set(paddlex["defaults"]) <= {field["name"] for field in told["fields"]}
    assert paddlex["defaults"]["textDetLimitType"] == StubPipeline().defaults.text_det_limit_type
    assert paddlex["defaults"]["useTextlineOrientation"] is False


@pytest.mark.parametrize("sections", [{**TOKENS, **JOB_KEYS}, JOB_KEYS])
def test_files_are_open_and_settings_need_the_key_of_jobs(sections):
    with TestClient(application(**sections, server={"allowed_hosts": [CLIENT_HOST]})) as client:
        assert client.get("/").status_code == 200
        assert client.get("/page/app.js").status_code == 200
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer token-of-ann"}):
            refused = client.get("/page/settings.json", headers=header)
            assert refused.status_code == 401
            assert "www-authenticate" in refused.headers
        assert client.get("/page/settings.json", headers={"Authorization": "Bearer key-of-bob"}).status_code == 200


def words(language: str) -> dict[str, str]:
    return dict(LITERAL.findall(FILES[f"texts/{language}.js"].content.decode()))


def test_both_languages_have_every_text_with_the_same_values():
    english, chinese = (words(language) for language in LANGUAGES)
    assert list(english) == list(chinese)
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", chinese[key])), key
    for language in LANGUAGES:
        lines = FILES[f"texts/{language}.js"].content.decode().splitlines()
        assert len([line for line in lines if line.startswith('  "')]) == len(words(language)), "a key stands twice"


def test_every_text_that_the_page_names_is_there():
    known = set(words("en"))
    own = {path: file.content.decode() for path, file in FILES.items() if "/" not in path}
    for path, text in own.items():
        for key in re.findall(r'\btexts\("([^"]+)"|data-(?:text|label)="([^"]+)"', text):
            (name,) = [part for part in key if part]
            assert name in known or f"{name}.other" in known, (path, name)


def test_every_field_of_a_request_has_words_in_both_languages():
    for language in LANGUAGES:
        known = words(language)
        for name, field in JobParameters.model_fields.items():
            assert f"parameter.{field.alias or name}" in known
            assert f"parameter.{field.alias or name}.help" in known


def test_every_format_and_every_reason_of_a_failure_has_words():
    known = words("en")
    assert {f"format.{name}" for name in NAMES} <= set(known)
    shared = FILES["failures.js"].content.decode()
    table = re.search(r"const SAME = \{(.*?)\};", shared, re.DOTALL)
    assert table is not None
    same = dict(re.findall(r'(\w+): "(\w+)"', table[1]))
    unseen = {"client_gone"}  # Nobody is there to see it.
    modules = ("server.errors", "server.contracts.jobs.errors")  # Other contracts have errors of their own.
    reasons = {error.reason_word for error in every(RequestError) if error.__module__ in modules}
    for reason in reasons - unseen:
        key = f"failure.{same.get(reason, reason)}"
        assert key in known, reason
        assert f"{key}.hint" in known


def every(error: type[RequestError]) -> set[type[RequestError]]:
    return {error}.union(*(every(kind) for kind in error.__subclasses__()))
