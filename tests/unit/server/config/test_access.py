"""Tokens from every source, TLS files, and when a bind needs tokens."""

import json
from pathlib import Path

import pytest

from server.config.access import check_exposure, is_loopback
from server.config.base import ConfigurationError
from server.config.contract_settings import ContractSection, ContractSettings
from server.config.load import load_configuration
from server.config.settings import Settings

CONTRACTS = tuple(name for name, section in ContractSettings() if isinstance(section, ContractSection))


def failure(file: Path | None, environ: dict[str, str], *overrides: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file, environ, overrides)
    return str(caught.value)


def tokens(settings: Settings) -> dict[str, str]:
    return {name: token.get_secret_value() for name, token in settings.auth.tokens.items()}


def test_tokens_are_gathered_and_later_sources_win_by_name(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("# comment\nb: from-file\nc: 0123\n", encoding="utf-8")
    file = tmp_path / "my.yaml"
    file.write_text(f"ppocr_server: {{auth: {{tokens: {{a: x, b: x, d: x}}, tokens_file: {tmp_path}/tokens}}}}")
    settings = load_configuration(file, {"PPOCR_SERVER_TOKENS": "d=from=env, e=y"}).settings
    assert tokens(settings) == {"a": "x", "b": "from-file", "c": "0123", "d": "from=env", "e": "y"}


@pytest.mark.parametrize("text", ["secret-without-name", "=secret", "name=", "näme=ö", "a=ok,secret="])
def test_malformed_tokens_are_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(None, {"PPOCR_SERVER_TOKENS": text})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["just-a-s3cret", "[s3cret]", "a: [s3cret", "a: {b: s3cret}"])
def test_a_malformed_tokens_file_is_refused_without_being_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="one 'name: token' a line") as caught:
        load_configuration(None, {}, [f"auth.tokens_file={tmp_path}/tokens"])
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("setting", ["auth.tokens_file", *(f"contracts.{name}.keys_file" for name in CONTRACTS)])
def test_a_name_that_stands_twice_in_a_file_names_both_lines(tmp_path: Path, setting: str) -> None:
    (tmp_path / "tokens").write_text("a: s3cret\nb: s3cret-2\n# a\n'a': s3cret-3\n", encoding="utf-8")
    message = failure(None, {}, f"{setting}={tmp_path}/tokens")
    assert message.startswith(f"ppocr_server.{setting}: '{tmp_path}/tokens': line 4 repeats the key 'a' of line 1")
    assert "s3cret" not in message


def test_a_name_that_stands_twice_in_the_variable_names_both_items() -> None:
    message = failure(None, {"PPOCR_SERVER_TOKENS": "a=s3cret, b=s3cret-2,, a =s3cret-3"})
    assert message == "PPOCR_SERVER_TOKENS: item 4 repeats the name 'a' of item 1; keep one of them."


@pytest.mark.parametrize("section", ["auth: {tokens", *(f"contracts: {{{name}: {{keys" for name in CONTRACTS)])
def test_two_names_with_one_token_are_refused(tmp_path: Path, section: str) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(f"ppocr_server: {{{section}: {{a: s3cret, b: other, c: s3cret}}{'}' * section.count('{')}}}")
    message = failure(file, {})
    assert "'c' has the same token as 'a'" in message
    assert "s3cret" not in message


def test_two_names_with_one_token_in_two_sources_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("a: s3cret\n", encoding="utf-8")
    message = failure(None, {"PPOCR_SERVER_TOKENS": "b=s3cret"}, f"auth.tokens_file={tmp_path}/tokens")
    assert message == (
        f"PPOCR_SERVER_TOKENS: 'b' has the same token as 'a' (ppocr_server.auth.tokens_file: '{tmp_path}/tokens'); "
        "give each name its own."
    )


UNSENDABLE = [
    "",
    " s3cret",
    "s3cret ",
    "s3\ncret",
    "s3cret\n",
    "s3\tcret",
    "\ts3cret",
    "s3\0cret",
    "s3\x1ccret",
    "s3\x7fcret",
]


@pytest.mark.parametrize("token", [*UNSENDABLE, "s3crét", "s3\u2028cret", "s3\u00a0cret"])
@pytest.mark.parametrize("key", ["auth.tokens", *(f"contracts.{name}.keys" for name in CONTRACTS)])
@pytest.mark.parametrize("beside", ["", "_file"])
def test_a_token_that_no_client_can_send_is_refused(tmp_path: Path, token: str, key: str, beside: str) -> None:
    written = json.dumps({"a": token})
    (tmp_path / "tokens").write_text(written, encoding="utf-8")
    message = failure(None, {}, f"{key}{beside}={tmp_path / 'tokens' if beside else written}")
    file = f": '{tmp_path}/tokens'" if beside else ""
    assert message.startswith(f"ppocr_server.{key}{beside}{file}: the token named 'a' cannot be sent in a header")
    assert "s3" not in message


@pytest.mark.parametrize("token", ["s3\ncret", "s3\tcret", "s3\0cret", "s3cret\x1c", "\x0bs3cret", "s3\udcffcret"])
def test_a_token_that_no_client_can_send_is_refused_in_the_variable(token: str) -> None:
    message = failure(None, {"PPOCR_SERVER_TOKENS": f"a={token}"})
    assert message.startswith("PPOCR_SERVER_TOKENS: the token named 'a' cannot be sent in a header")
    assert "s3" not in message


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "a\0"])
def test_a_name_that_would_break_a_log_line_is_refused(name: str) -> None:
    message = failure(None, {}, f"auth.tokens={json.dumps({name: 's3cret'})}")
    assert message.startswith(f"ppocr_server.auth.tokens: the name {name!r} must not")
    assert "s3cret" not in message


def test_every_printable_character_can_be_in_a_token() -> None:
    token = "".join(chr(code) for code in range(0x21, 0x7F)) + " ~"
    settings = load_configuration(None, {}, [f"auth.tokens={json.dumps({'a b': token})}"]).settings
    assert tokens(settings) == {"a b": token}


def test_tls_needs_both_files(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    pem.touch()
    with pytest.raises(ConfigurationError, match="tls_key: is missing"):
        load_configuration(None, {}, [f"server.tls_certificate={pem}"])
    with pytest.raises(ConfigurationError, match="tls_key: there is no file"):
        load_configuration(None, {}, [f"server.tls_certificate={pem}", f"server.tls_key={tmp_path}/none"])
    with pytest.raises(ConfigurationError, match=f"'{pem}' and '{pem}' are not a PEM certificate"):
        load_configuration(None, {}, [f"server.tls_certificate={pem}", f"server.tls_key={pem}"])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "myhost"])
def test_a_bind_beyond_this_machine_needs_tokens_or_the_flag(host: str) -> None:
    bare = load_configuration(None, {}, [f"server.host={host}"]).settings
    with pytest.raises(ConfigurationError, match="--insecure"):
        check_exposure(bare, insecure=False)
    check_exposure(bare, insecure=True)
    with_token = load_configuration(None, {"PPOCR_SERVER_TOKENS": "a=b"}, [f"server.host={host}"]).settings
    check_exposure(with_token, insecure=False)


def test_loopback_needs_nothing() -> None:
    check_exposure(load_configuration(None, {}).settings, insecure=False)


def contract_keys(settings: Settings, contract: str) -> dict[str, str]:
    section = getattr(settings.contracts, contract)
    return {name: key.get_secret_value() for name, key in section.keys.items()}


def test_a_contract_has_its_own_keys_or_else_the_servers_tokens(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("app-2: 0123\n", encoding="utf-8")
    file = tmp_path / "my.yaml"
    file.write_text(
        "ppocr_server: {auth: {tokens: {all: t}}, contracts: {"
        f"baidu: {{keys: {{ak: sk}}}}, complexdocr: {{keys: {{app: secret}}, keys_file: {tmp_path}/keys}}}}}}"
    )
    settings = load_configuration(file, {}).settings
    assert contract_keys(settings, "baidu") == {"ak": "sk"}
    assert contract_keys(settings, "complexdocr") == {"app": "secret", "app-2": "0123"}
    assert contract_keys(settings, "capsolver") == contract_keys(settings, "file_task") == {"all": "t"}


def test_without_any_keys_contracts_are_open() -> None:
    settings = load_configuration(None, {}).settings
    assert contract_keys(settings, "baidu") == {}


def test_a_contract_key_that_no_header_can_carry_is_refused_without_being_shown(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text("ppocr_server: {contracts: {capsolver: {keys: {a: ' s3cret'}}}}")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file, {})
    assert "s3cret" not in str(caught.value)
