"""Who may reach the server: tokens from all their sources, TLS files, and which addresses need tokens at all."""

import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

import yaml
from pydantic import SecretStr

from server.config.base import ConfigurationError
from server.config.contract_settings import ContractSection, ContractSettings
from server.config.overrides import TOKENS_VARIABLE
from server.config.settings import AuthSettings, ServerSettings, Settings

_TOKENS_FILE = "ppocr_server.auth.tokens_file"


def with_tokens(auth: AuthSettings, environ: Mapping[str, str]) -> AuthSettings:
    """Gather the tokens of the file, of its ``tokens_file`` and of the environment; later ones win by name.

    Raises:
        ConfigurationError: a source cannot be read, or a token is empty. Messages never hold a token.
    """
    tokens = {name: token.get_secret_value() for name, token in auth.tokens.items()}
    if auth.tokens_file is not None:
        tokens |= _from_file(auth.tokens_file, "ppocr_server.auth.tokens_file")
    tokens |= _from_variable(environ.get(TOKENS_VARIABLE, ""))
    _check_tokens(tokens)
    return auth.model_copy(update={"tokens": {name: SecretStr(token) for name, token in tokens.items()}})


def _check_tokens(tokens: Mapping[str, str]) -> None:
    for name, token in tokens.items():
        if not name or not token or token != token.strip() or not token.isascii():
            raise ConfigurationError(
                f"The token named '{name}' cannot be sent in a header: it must be ASCII, not empty, and must not begin "
                "or end with a space."
            )


def with_keys(contracts: ContractSettings, tokens: Mapping[str, SecretStr]) -> ContractSettings:
    """Give every contract its keys: its own, those of its ``keys_file``, and without either the access tokens.

    Raises:
        ConfigurationError: a file cannot be read, or a key is empty.
    """
    changes = {}
    for name in ContractSettings.model_fields:
        section: ContractSection = getattr(contracts, name)
        keys = {key: secret.get_secret_value() for key, secret in section.keys.items()}
        if section.keys_file is not None:
            keys |= _from_file(section.keys_file, f"ppocr_server.contracts.{name}.keys_file")
        _check_tokens(keys)
        found = {key: SecretStr(secret) for key, secret in keys.items()} or dict(tokens)
        changes[name] = section.model_copy(update={"keys": found})
    return contracts.model_copy(update=changes)


def check_tls(server: ServerSettings) -> None:
    """Require both TLS files or neither, and that they belong together.

    Raises:
        ConfigurationError: one is missing or is not what it should be.
    """
    if server.tls_certificate is None and server.tls_key is None:
        return
    certificate, key = _present("tls_certificate", server.tls_certificate), _present("tls_key", server.tls_key)
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key, password="")  # no prompt where the key is encrypted
    except OSError as error:
        keys = "ppocr_server.server.tls_certificate, tls_key"
        raise ConfigurationError(f"{keys}: not a PEM certificate and its unencrypted key: {error.strerror}.") from error


def _present(name: str, path: Path | None) -> Path:
    if path is None:
        raise ConfigurationError(f"ppocr_server.server.{name}: is missing; TLS needs both certificate and key.")
    if not path.is_file():
        raise ConfigurationError(f"ppocr_server.server.{name}: there is no file '{path}'.")
    return path


def check_exposure(settings: Settings, insecure: bool) -> None:
    """Refuse to listen beyond this machine without tokens, unless that was asked for in so many words.

    Raises:
        ConfigurationError: the bind address is not a loopback one, no token is configured and ``insecure`` is false.
    """
    if settings.auth.tokens or insecure or is_loopback(settings.server.host):
        return
    raise ConfigurationError(
        f"Listening on {settings.server.host} lets other machines send documents, and no access token is configured. "
        f"Configure one (ppocr_server.auth.tokens, tokens_file, or the variable {TOKENS_VARIABLE}=name=token), "
        "listen on 127.0.0.1, or start with --insecure if the network itself keeps strangers out."
    )


def is_loopback(host: str) -> bool:
    """Tell whether a bind address can only be reached from this machine. Unknown names count as reachable."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _from_file(path: Path, setting: str) -> dict[str, str]:
    """Read ``name: token`` lines, every token as text: one of digits alone must not become a number."""
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - builds only text
    except OSError as error:
        raise ConfigurationError(f"{setting}: '{path}' cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError):
        loaded = None
    if not isinstance(loaded, dict) or not all(isinstance(token, str) for token in loaded.values()):
        raise ConfigurationError(f"{setting}: '{path}' must hold one 'name: token' a line.")
    return loaded


def _from_variable(text: str) -> dict[str, str]:
    """Read ``name=token,name2=token2``."""
    tokens = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, equals, token = item.partition("=")
        if not equals:
            raise ConfigurationError(f"{TOKENS_VARIABLE}: write it as name=token,name2=token2.")
        tokens[name.strip()] = token.strip()
    return tokens
