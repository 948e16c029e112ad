"""What contracts with work behind their requests share: which kept work is theirs, and how long it may run on."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from server.config.base import ConfigurationError
from server.contracts.kept_work import grace_of, store_of


@dataclass(frozen=True)
class Settings:
    data_directory: Path | None = None
    max_stored_bytes: int = 1000
    retention_seconds: int = 60


def test_a_directory_that_cannot_be_used_is_named_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigurationError, match=r"contracts\.jobs\.data_directory: .*file"):
        store_of("jobs", Settings(tmp_path / "file" / "inside"), int)


def test_work_runs_on_only_where_its_result_can_be_fetched_later(tmp_path: Path) -> None:
    def grace(drained: float, directory: Path | None) -> float:
        runtime = SimpleNamespace(
            configuration=SimpleNamespace(
                settings=SimpleNamespace(server=SimpleNamespace(shutdown_grace_seconds=30.0))
            ),
            lifecycle=SimpleNamespace(drained_seconds=drained),
        )
        return grace_of(runtime, Settings(directory))  # type: ignore[arg-type]

    assert grace(10.0, None) == 0.0
    assert grace(10.0, tmp_path) == 20.0
    assert grace(40.0, tmp_path) == 0.0
