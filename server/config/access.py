"""Settings of access: collects tokens and keys from all sources, and checks TLS files and the bind address."""

import os
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from pydantic import SecretStr

from models.descriptions.regular_file import read_regular_file
from models.descriptions.yaml_file import InvalidYaml, RepeatedKey, load_yaml
from server.config.base import ConfigurationError
from server.config.contract_settings import ContractSection, ContractSettings
from server.config.overrides import TOKENS_VARIABLE
from server.config.settings import AuthSettings, ServerSettings, Settings

_BLANKS = " \t\r\n"
"""Characters that may surround the items of the variable."""


def with_tokens(auth: AuthSettings, environ: Mapping[str, str]) -> AuthSettings:
    """Collect the tokens of the file, of its ``tokens_file`` and of the environment. Later sources win by name.

    Raises:
        ConfigurationError: a source cannot be read or repeats a name, a token cannot be sent in a header, or two names
            have the same token. Messages never hold a token.
    """
    sources = _configured("ppocr_server.auth.tokens", auth.tokens, auth.tokens_file)
    sources[TOKENS_VARIABLE] = _from_variable(environ.get(TOKENS_VARIABLE, ""))
    return auth.model_copy(update={"tokens": _gather(sources)})


def with_keys(contracts: ContractSettings, tokens: Mapping[str, SecretStr]) -> ContractSettings:
    """Give every contract its keys: its own and those of its ``keys_file``, or else the access tokens.

    Raises:
        ConfigurationError: a file cannot be read or repeats a name, a key cannot be sent in a header, or two names have
            the same key. Messages never hold a key.
    """
    changes = {}
    for name, section in contracts:
        if not isinstance(section, ContractSection):
            continue
        keys = _gather(_configured(f"ppocr_server.contracts.{name}.keys", section.keys, section.keys_file))
        changes[name] = section.model_copy(update={"keys": keys or dict(tokens)})
    return contracts.model_copy(update=changes)


def _configured(setting: str, written: Mapping[str, SecretStr], file: Path | None) -> dict[str, dict[str, str]]:
    """The secrets of a setting and of its file: secret by name, by the name of their source."""
    sources = {setting: {name: secret.get_secret_value() for name, secret in written.items()}}
    if file is not None:
        sources[f"{setting}_file: '{file}'"] = _from_file(file, f"{setting}_file")
    return sources


def _gather(sources: Mapping[str, Mapping[str, str]]) -> dict[str, SecretStr]:
    """Check all sources and merge them. Later sources win by name."""
    places, secrets = dict[str, str](), dict[str, str]()
    for place, found in sources.items():
        for name, secret in found.items():
            _check_sendable(name, secret, place)
            places[name], secrets[name] = place, secret
    owners = dict[str, str]()
    for name, secret in secrets.items():
        other = owners.setdefault(secret, name)
        if other != name:
            raise ConfigurationError(
                f"{places[name]}: '{name}' has the same token as '{other}' ({places[other]}); give each name its own."
            )
    return {name: SecretStr(secret) for name, secret in secrets.items()}


def _check_sendable(name: str, secret: str, place: str) -> None:
    if not _is_one_line(name):
        raise ConfigurationError(
            f"{place}: the name {name!r} must not be empty, hold control characters, or begin or end with a blank."
        )
    if not (_is_one_line(secret) and secret.isascii()):
        raise ConfigurationError(
            f"{place}: the token named '{name}' cannot be sent in a header: it must be printable ASCII, not empty, and "
            "must not begin or end with a blank."
        )


def _is_one_line(text: str) -> bool:
    return bool(text) and text == text.strip() and text.isprintable()


def tls_context(server: ServerSettings) -> ssl.SSLContext | None:
    """Read the TLS files, and check that they belong together.

    Returns:
        What TLS connections of clients are made with; None without TLS files.

    Raises:
        ConfigurationError: only one is configured, or they cannot be used.
    """
    if server.tls_certificate is None and server.tls_key is None:
        return None
    certificate = _present("tls_certificate", server.tls_certificate, "tls_key")
    key = _present("tls_key", server.tls_key, "tls_certificate")
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key, password="")  # no prompt where the key is encrypted
    except OSError as error:
        raise ConfigurationError(
            f"ppocr_server.server.tls_certificate, tls_key: '{certificate}' and '{key}' are not a PEM certificate and "
            f"its unencrypted key: {_tls_reason(error)}."
        ) from error
    return context


def _tls_reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
        return "the key belongs to another certificate"
    return error.strerror or type(error).__name__


def _present(name: str, path: Path | None, other: str) -> Path:
    if path is None:
        raise ConfigurationError(f"ppocr_server.server.{name}: is missing; ppocr_server.server.{other} needs it.")
    if not os.path.isfile(path):  # noqa: PTH113 - Path's own method fails on some paths
        raise ConfigurationError(f"ppocr_server.server.{name}: there is no file '{path}'.")
    return path


def check_exposure(settings: Settings, insecure: bool) -> None:
    """Refuse to listen beyond this machine without tokens, unless the operator explicitly allows it.

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
    """Whether a bind address can only be reached from this machine. Unknown names count as reachable by others."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _from_file(path: Path, setting: str) -> dict[str, str]:
    """Read ``name: token`` lines. Every token is read as text, so that one of digits does not become a number."""
    try:
        loaded = load_yaml(read_regular_file(path), only_text=True)
    except OSError as error:
        raise ConfigurationError(f"{setting}: '{path}' cannot be read: {error.strerror}.") from error
    except RepeatedKey as error:
        raise ConfigurationError(f"{setting}: '{path}': {error}") from error
    except InvalidYaml:
        loaded = None
    entries = loaded.items() if isinstance(loaded, dict) else [("", None)]
    tokens = {name: token for name, token in entries if isinstance(token, str)}
    if len(tokens) < len(entries):
        raise ConfigurationError(f"{setting}: '{path}' must hold one 'name: token' a line.")
    return tokens


def _from_variable(text: str) -> dict[str, str]:
    """Read ``name=token,name2=token2``. Errors give an item's number, because a wrong item may be part of a token."""
    tokens, items = dict[str, str](), dict[str, int]()
    for number, item in enumerate(text.split(","), start=1):
        if not item.strip(_BLANKS):
            continue
        name, _, token = (part.strip(_BLANKS) for part in item.partition("="))
        if not name or not token:
            raise ConfigurationError(f"{TOKENS_VARIABLE}: item {number} is wrong; write name=token,name2=token2.")
        if name in tokens:
            raise ConfigurationError(
                f"{TOKENS_VARIABLE}: item {number} repeats the name '{name}' of item {items[name]}; keep one of them."
            )
        tokens[name], items[name] = token, number
    return tokens
