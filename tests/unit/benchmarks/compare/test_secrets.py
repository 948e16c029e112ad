from pathlib import Path

import pytest

from benchmarks.compare.errors import NotCompared, WrongPlan
from benchmarks.compare.secrets import CONCEALED, Secrets


def test_a_credential_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "from-the-environment")
    (tmp_path / "key").write_text("from-a-file\n", encoding="utf-8")
    secrets = Secrets()
    assert secrets.read("env:A_KEY") == "from-the-environment"
    assert secrets.read(f"file:{tmp_path / 'key'}") == "from-a-file"
    assert secrets.conceal("from-a-file, from-the-environment, other") == f"{CONCEALED}, {CONCEALED}, other"
    assert secrets.conceal_bytes(b'{"key": "from-a-file"}') == b'{"key": "[credential]"}'


def test_a_credential_in_a_plan_is_refused_and_not_repeated() -> None:
    with pytest.raises(WrongPlan) as refused:
        Secrets().read("sk-the-key-itself")
    assert "env:NAME" in str(refused.value)
    assert "sk-the-key-itself" not in str(refused.value)


def test_what_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(NotCompared, match="env:NO_SUCH_KEY is empty or not there"):
        Secrets().read("env:NO_SUCH_KEY")
    with pytest.raises(NotCompared, match="cannot be read: FileNotFoundError"):
        Secrets().read(f"file:{tmp_path / 'none'}")
