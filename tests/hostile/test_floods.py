"""A short form of the floods in every test run, on a server with HTTP and one with HTTPS."""

from collections.abc import Iterator

import pytest

from tests.certificates import make_pair
from tests.contract.conftest import Server
from tests.hostile import floods
from tests.hostile.floods import FLOODS, LATEST_SECONDS, MAX_GROWTH_MEBIBYTES, Flooded, flood, flooded_server

MEBIBYTES = 8
SLACK_MEBIBYTES = 4.0
"""For a server that is not warm yet. Unbounded, it would grow by what was sent, or many times that."""


@pytest.fixture(scope="module", params=["http", "https"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pair = None if request.param == "http" else make_pair(tmp_path_factory.mktemp("tls"), "test")
    with flooded_server(pair) as running:
        flood(running, "pipelined requests", MEBIBYTES)
        yield running


@pytest.mark.parametrize("name", [name for name in FLOODS if not name.endswith("after the answer")])
def test_a_flood_of_strangers_takes_no_memory_and_ends(server: Server, name: str) -> None:
    done = flood(server, name, MEBIBYTES)
    assert done.sent_mebibytes >= MEBIBYTES
    assert done.growth_mebibytes < SLACK_MEBIBYTES
    assert done.longest_seconds < LATEST_SECONDS


@pytest.mark.parametrize(
    ("growth", "longest", "missed"),
    [(0.0, 1.0, False), (MAX_GROWTH_MEBIBYTES, 1.0, True), (0.0, LATEST_SECONDS + 0.1, True)],
)
def test_a_missed_bar_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], growth: float, longest: float, missed: bool
) -> None:
    class Running:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(floods, "make_pair", lambda *_: None)
    monkeypatch.setattr(floods, "flooded_server", lambda _pair: Running())
    monkeypatch.setattr(floods, "flood", lambda *_: Flooded(600.0, 3, longest, growth))
    assert floods.main(["--only", "trailers"]) == missed
    assert ("MISSED" in capsys.readouterr().out) == missed
