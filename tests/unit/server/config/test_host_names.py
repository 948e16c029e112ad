import pytest

from server.config.host_names import host_pattern, origin, read_authority


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("localhost", ("localhost", "")),
        ("LocalHost:8080", ("localhost", "8080")),
        ("localhost.", ("localhost", "")),
        ("localhost.:80", ("localhost", "80")),
        ("127.0.0.1:", ("127.0.0.1", "")),
        ("[::1]:8080", ("::1", "8080")),
        ("[0:0:0:0:0:0:0:1]", ("::1", "")),
        ("[::FFFF:127.0.0.1]", ("127.0.0.1", "")),
        ("xn--bcher-kva.example", ("xn--bcher-kva.example", "")),
    ],
)
def test_an_authority_is_a_host_and_a_port(text: str, read: tuple[str, str]) -> None:
    assert read_authority(text) == read


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ":80", ".", "..", "a..b", "localhost..", "local host", " localhost", "localhost ", "localhost,evil"),
        *(
            "user@localhost",
            "user:pass@localhost",
            "localhost@evil.example",
            "localhost/x",
            "localhost?x",
            "localhost#x",
        ),
        *("localhost:8x", "localhost:-1", "localhost:123456", "localhost:1:2", "[::1", "::1", "[::1]x", "[::1%25lo]"),
        *("[::1%lo]", "[1.2.3.4]", "[::g]", "[]", "bücher.example", "localhost\u212a", "localhost\x00", "a\\b", "-a"),
    ],
)
def test_what_is_no_authority_is_told(text: str) -> None:
    assert read_authority(text) is None


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("OCR.Example.org.", "ocr.example.org"),
        ("*.example.org", "*.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.168.0.7", "192.168.0.7"),
        ("[FE80::0:7]", "fe80::7"),
        ("fe80::7", "fe80::7"),
    ],
)
def test_a_pattern_is_written_as_hosts_are_read(text: str, pattern: str) -> None:
    assert host_pattern(text) == pattern


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "a.*", "*.*.a", "http://a", "a/b", "a:80", "[::1]:80", "a b", "ü" * 70, "[::1%lo]", "a@b"]
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="host name"):
        host_pattern(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://App.Example.org", "https://app.example.org"),
        ("https://app.example.org:443", "https://app.example.org"),
        ("http://app.example.org:443", "http://app.example.org:443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(text: str, written: str) -> None:
    assert origin(text) == written


@pytest.mark.parametrize(
    "text",
    [
        *("", "*", "null", "https://*", "https://*.example.org", "app.example.org", "https://a/", "https://a/b"),
        *("ftp://a", "https://a@b", "file://", "https://", "https://a b", "https://" + "ü" * 70),
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"origin|host name"):
        origin(text)
