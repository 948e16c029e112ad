"""SIGHUP reloads certificates, tokens and keys of a real server, which goes on answering."""

import http.client
import json
import os
import re
import shutil
import signal
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import requests
import yaml

from tests.certificates import Pair, make_pair
from tests.contract.conftest import IMAGE, PATIENCE_SECONDS, Server, body, wait_until

BAIDU = "/rest/2.0/ocr/v1/general_basic"
OCR = json.dumps(body(IMAGE)).encode()
JSON = {"Content-Type": "application/json"}


class Files:
    """What a server reads its secrets from. Each file is replaced by rename, as tools do."""

    def __init__(self, directory: Path, pairs: dict[str, Pair]) -> None:
        self.directory = directory
        self._pairs = pairs
        self.write("tokens", "one: first-token\n")
        self.write("keys", "app: its-secret\n")
        self.certificate("old")
        self.configure()

    def path(self, name: str) -> Path:
        return self.directory / name

    def write(self, name: str, text: str) -> None:
        self.path("new").write_text(text)
        self.path("new").rename(self.path(name))

    def certificate(self, name: str, *parts: str) -> None:
        """Put a pair in place, or only these of ``crt`` and ``key``."""
        pair = self._pairs[name]
        for part in parts or ("crt", "key"):
            self.write(f"tls.{part}", (pair.certificate if part == "crt" else pair.key).read_text())

    def configure(self, **sections: dict[str, object]) -> None:
        own = {
            "auth": {"tokens_file": str(self.path("tokens"))},
            "server": {"tls_certificate": str(self.path("tls.crt")), "tls_key": str(self.path("tls.key"))},
            "contracts": {"baidu": {"keys_file": str(self.path("keys"))}, "capsolver": {"requests_per_second": 0.001}},
        }
        self.write("config.yaml", yaml.safe_dump({"ppocr_server": own | sections}))


class Reloaded:
    """A server and its files."""

    def __init__(self, server: Server, files: Files) -> None:
        self.server, self.files = server, files

    def hang_up(self, *expected: str) -> list[str]:
        """Send SIGHUP and wait until these patterns stand in the log. Gives the lines that came with it."""
        before = len(self.server.log)
        self.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: all(re.search(each, self._since(before)) for each in expected))
        return [line for line in self.server.log[before:] if "eloaded" in line]

    def _since(self, line: int) -> str:
        return "".join(self.server.log[line:])

    def connect(self) -> http.client.HTTPSConnection:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=PATIENCE_SECONDS, context=trusting)

    def subject(self, connection: http.client.HTTPSConnection) -> bytes:
        """The certificate that a connection began with."""
        if connection.sock is None:
            connection.connect()
        return connection.sock.getpeercert(binary_form=True)

    def shown(self) -> bytes:
        """The certificate of a new handshake."""
        with closing(self.connect()) as connection:
            return self.subject(connection)

    def ask(self, token: str, connection: http.client.HTTPSConnection | None = None) -> int:
        """The status of `POST /ocr` with this token."""
        used = connection or self.connect()
        used.request("POST", "/ocr", OCR, {**JSON, "Authorization": f"Bearer {token}"})
        with used.getresponse() as answer:
            answer.read()
            status = answer.status
        if connection is None:
            used.close()
        return status

    def post(self, path: str, **given: object) -> dict:
        trusted = str(self.files.path("tls.crt"))
        return requests.post(f"{self.server.url}{path}", verify=trusted, timeout=PATIENCE_SECONDS, **given).json()

    def baidu(self, path: str, **query: str) -> dict:
        return self.post(path, params=query)


def der(pair: Pair) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return {name: make_pair(tmp_path_factory.mktemp(name), name) for name in ("old", "new")}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, pairs: dict[str, Pair]) -> Iterator[Reloaded]:
    files = Files(tmp_path_factory.mktemp("reload"), pairs)
    server = Server("--config", str(files.path("config.yaml")), PPOCR_SERVER_TOKENS="fixed=from-the-environment")
    yield Reloaded(server, files)
    code = server.stop()
    log = "".join(server.log)
    assert (code, "Traceback" in log) == (0, False), log
    for secret in ("first-token", "second-token", "its-secret", "another-secret", "from-the-environment"):
        assert secret not in log


@pytest.fixture
def reloaded(running: Reloaded) -> Iterator[Reloaded]:
    """The server as it started."""
    yield running
    for name, text in (("tokens", "one: first-token\n"), ("keys", "app: its-secret\n")):
        running.files.path(name).unlink(missing_ok=True)
        running.files.write(name, text)
    for name in ("tls.crt", "tls.key"):
        running.files.path(name).unlink(missing_ok=True)
    running.files.certificate("old")
    running.files.configure()
    running.hang_up("Reloaded:")


def test_a_new_handshake_gets_the_new_certificate_and_an_old_connection_goes_on(
    reloaded: Reloaded, pairs: dict[str, Pair]
) -> None:
    with closing(reloaded.connect()) as old:
        assert reloaded.ask("first-token", old) == 200
        assert reloaded.subject(old) == der(pairs["old"])
        socket = old.sock
        reloaded.files.certificate("new")
        (line,) = reloaded.hang_up("Reloaded:.*the certificate is new")
        assert reloaded.shown() == der(pairs["new"])
        assert reloaded.ask("first-token", old) == 200
        assert old.sock is socket
    assert "tokens and keys are as before" in line


def test_a_key_without_its_certificate_waits_for_it_and_keeps_no_token(
    reloaded: Reloaded, pairs: dict[str, Pair]
) -> None:
    reloaded.files.certificate("new", "key")
    reloaded.files.write("tokens", "two: second-token\n")
    lines = reloaded.hang_up("Not reloaded", "Reloaded:")
    (refused,) = [line for line in lines if "Not reloaded" in line]
    assert "the key belongs to another certificate" in refused
    assert f"'{reloaded.files.path('tls.crt')}' and '{reloaded.files.path('tls.key')}'" in refused
    assert reloaded.shown() == der(pairs["old"])
    assert (reloaded.ask("first-token"), reloaded.ask("second-token")) == (401, 200)
    reloaded.files.certificate("new", "crt")
    reloaded.hang_up("Reloaded:.*the certificate is new")
    assert reloaded.shown() == der(pairs["new"])


@pytest.mark.parametrize("broken", ["", "no certificate"])
def test_a_broken_certificate_keeps_the_old_one(reloaded: Reloaded, pairs: dict[str, Pair], broken: str) -> None:
    reloaded.files.write("tls.crt", broken)
    assert any(str(reloaded.files.path("tls.crt")) in line for line in reloaded.hang_up("Not reloaded", "Reloaded:"))
    reloaded.files.path("tls.key").unlink()
    assert any("there is no file" in line for line in reloaded.hang_up("Not reloaded", "Reloaded:"))
    assert reloaded.shown() == der(pairs["old"])


def test_secrets_behind_a_link_that_is_swapped_are_followed(
    reloaded: Reloaded, pairs: dict[str, Pair], tmp_path: Path
) -> None:
    """Kubernetes mounts secrets so: each name is a link through `..data`, which is swapped for all of them at once."""
    directory, swap = tmp_path / "mounted", tmp_path / "mounted" / "..data_tmp"
    for version, token in (("old", "first-token"), ("new", "second-token")):
        shutil.copytree(pairs[version].certificate.parent, directory / f"..{version}")
        (directory / f"..{version}" / "tokens").write_text(f"one: {token}\n")
    (directory / "..data").symlink_to("..old")
    for name in ("tls.crt", "tls.key", "tokens"):
        (directory / name).symlink_to(f"..data/{name}")
        reloaded.files.path(name).unlink()
        reloaded.files.path(name).symlink_to(directory / name)
    reloaded.hang_up("Reloaded: .*are as before; the certificate is as before")
    swap.symlink_to("..new")
    swap.rename(directory / "..data")
    reloaded.hang_up(r"Reloaded: auth\.tokens: 2 \(0 new, 1 changed, 0 gone\); the certificate is new")
    assert reloaded.shown() == der(pairs["new"])
    assert (reloaded.ask("first-token"), reloaded.ask("second-token")) == (401, 200)


def test_a_token_that_is_gone_is_refused_at_once_and_its_running_request_finishes(reloaded: Reloaded) -> None:
    head = {**JSON, "Authorization": "Bearer first-token", "Content-Length": str(len(OCR))}
    connections = [reloaded.connect() for _ in range(3)]
    with ExitStack() as inside:
        upload, kept, probe = [inside.enter_context(closing(each)) for each in connections]
        assert reloaded.ask("first-token", kept) == 200
        upload.putrequest("POST", "/ocr")
        for name, value in head.items():
            upload.putheader(name, value)
        upload.endheaders(OCR[:1000])
        probe.request("GET", "/health/ready")
        with probe.getresponse() as answer:
            assert (answer.status, answer.read() != b"") == (200, True)
        reloaded.files.write("tokens", "two: second-token\nthree: third-token\n")
        (line,) = reloaded.hang_up("Reloaded:")
        assert "auth.tokens: 3 (2 new, 0 changed, 1 gone)" in line
        probe.request("GET", "/health/ready")
        with probe.getresponse() as answer:
            assert answer.status == 200
        assert reloaded.ask("first-token", kept) == 401
        upload.send(OCR[1000:])
        assert upload.getresponse().status == 200
    assert [reloaded.ask(token) for token in ("second-token", "from-the-environment")] == [200, 200]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("tokens", "", "must hold one 'name: token' a line"),
        ("tokens", "one: second-token\none: first-token\n", "line 2 repeats the key 'one' of line 1"),
        ("keys", "app: [its-secret", "must hold one 'name: token' a line"),
        ("keys", None, "cannot be read"),
        ("config.yaml", "ppocr_server: {auth: {tokns: {}}}", "unknown key 'tokns'"),
        ("config.yaml", "ppocr_server: [", "config.yaml"),
    ],
)
def test_a_broken_file_keeps_the_old_secrets_and_is_named(
    reloaded: Reloaded, name: str, text: str | None, reason: str
) -> None:
    if text is None:
        reloaded.files.path(name).unlink()
    else:
        reloaded.files.write(name, text)
    lines = reloaded.hang_up("Not reloaded", "Reloaded:")
    (refused,) = [line for line in lines if "Not reloaded" in line]
    assert (str(reloaded.files.path(name)) in refused, reason in refused) == (True, True), refused
    assert [reloaded.ask(token) for token in ("first-token", "second-token")] == [200, 401]


def test_no_reload_lets_everybody_in(reloaded: Reloaded) -> None:
    reloaded.files.configure(contracts={"baidu": {"keys_file": str(reloaded.files.path("keys"))}})
    reloaded.hang_up("Reloaded:.*need a restart: contracts.capsolver.requests_per_second")
    # Only the environment's token is left, and that counts.
    reloaded.files.configure(auth={})
    assert reloaded.hang_up(r"Reloaded: auth\.tokens: 1 \(0 new, 0 changed, 1 gone\)")
    assert [reloaded.ask(token) for token in ("first-token", "from-the-environment", "")] == [401, 200, 401]


def test_a_contract_takes_its_own_keys_anew(reloaded: Reloaded) -> None:
    pair = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "its-secret"}
    token = reloaded.baidu("/oauth/2.0/token", **pair)["access_token"]
    assert reloaded.baidu(BAIDU, access_token=token)["error_code"] == 216101
    reloaded.files.write("keys", "app: another-secret\n")
    reloaded.hang_up(r"Reloaded: contracts\.baidu\.keys: 1 \(0 new, 1 changed, 0 gone\)")
    assert reloaded.baidu(BAIDU, access_token=token)["error_code"] == 110
    assert "error" in reloaded.baidu("/oauth/2.0/token", **pair)
    token = reloaded.baidu("/oauth/2.0/token", **{**pair, "client_secret": "another-secret"})["access_token"]
    assert reloaded.baidu(BAIDU, access_token=token)["error_code"] == 216101


def test_limits_stay_as_used_up_as_they_are(reloaded: Reloaded) -> None:
    def balance(key: str) -> int:
        return reloaded.post("/getBalance", json={"clientKey": key})["errorId"]

    assert (balance("first-token"), balance("first-token")) == (0, 1)
    reloaded.files.write("tokens", "one: first-token\ntwo: second-token\n")
    reloaded.hang_up("Reloaded: auth.tokens")
    assert (balance("first-token"), balance("second-token")) == (1, 0)


def descendants(pid: int) -> list[int]:
    """The processes below one."""
    own = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    own += [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        if task.name != str(pid)
        for child in (task / "children").read_text().split()
    ]
    return [*own, *(below for child in own for below in descendants(child))]


@contextmanager
def own_group(*arguments: str) -> Iterator[Server]:
    """A server in a process group of its own."""
    server = Server(*arguments, prefix=("setsid",))
    try:
        yield server
    finally:
        server.stop()


def test_the_signal_does_no_harm_to_any_process_of_the_server() -> None:
    with own_group("--set", "engine.devices=[cpu, cpu]", "--set", "decode.workers=2") as server:
        children = descendants(server.process.pid)
        assert len(children) >= 4
        before = len(server.log)
        os.killpg(server.process.pid, signal.SIGHUP)
        for pid in children:
            os.kill(pid, signal.SIGHUP)
        wait_until(lambda: any("Reloaded" in line for line in server.log[before:]))
        assert requests.post(f"{server.url}/ocr", json=body(IMAGE), timeout=PATIENCE_SECONDS).status_code == 200
        assert descendants(server.process.pid) == children


def test_a_signal_during_the_start_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("ppocr_server: {auth: {tokens: {one: first-token}}}")

    class Early(Server):
        def _read(self) -> None:
            assert self.process.stderr
            self.log.append(self.process.stderr.readline())
            file.write_text("ppocr_server: {auth: {tokens: {one: second-token}}}")
            self.process.send_signal(signal.SIGHUP)
            super()._read()

    server = Early("--config", str(file))
    try:
        wait_until(lambda: any("Reloaded: auth.tokens" in line for line in server.log))
        for token, status in (("first-token", 401), ("second-token", 200)):
            answer = requests.post(
                f"{server.url}/ocr",
                json=body(IMAGE),
                headers={"Authorization": f"token {token}"},
                timeout=PATIENCE_SECONDS,
            )
            assert answer.status_code == status
    finally:
        assert server.stop() == 0
