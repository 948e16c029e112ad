"""Tokens from every source, TLS files, and when a bind needs tokens."""

from pathlib import Path

import pytest

from server.config.access import check_exposure, is_loopback
from server.config.base import ConfigurationError
from server.config.load import load_configuration
from server.config.settings import Settings


def tokens(settings: Settings) -> dict[str, str]:
    return {name: token.get_secret_value() for name, token in settings.auth.tokens.items()}


def test_tokens_are_gathered_and_later_sources_win_by_name(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("# comment\nb: from-file\nc: 0123\n", encoding="utf-8")
    file = tmp_path / "my.yaml"
    file.write_text(f"ppocr_server: {{auth: {{tokens: {{a: x, b: x, d: x}}, tokens_file: {tmp_path}/tokens}}}}")
    settings = load_configuration(file, {"PPOCR_SERVER_TOKENS": "d=from=env, e=y"}).settings
    assert tokens(settings) == {"a": "x", "b": "from-file", "c": "0123", "d": "from=env", "e": "y"}


@pytest.mark.parametrize("text", ["secret-without-name", "=secret", "name=", "näme=ö"])
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


def test_tls_needs_both_files(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    pem.touch()
    with pytest.raises(ConfigurationError, match="tls_key: is missing"):
        load_configuration(None, {}, [f"server.tls_certificate={pem}"])
    with pytest.raises(ConfigurationError, match="tls_key: there is no file"):
        load_configuration(None, {}, [f"server.tls_certificate={pem}", f"server.tls_key={tmp_path}/none"])
    with pytest.raises(ConfigurationError, match="not a PEM certificate"):
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
