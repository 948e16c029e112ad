"""A killed server leaves a document's directory behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.decode.office import private_directory as module
from server.decode.office.private_directory import private_directory, remove_leftovers

ROOT = Path(__file__).parents[5]
KILLED = """
import os, signal, sys
from pathlib import Path
from server.decode.office import private_directory as module
module.MEMORY_DIRECTORY = Path(sys.argv[1])
with module.private_directory() as directory:
    (directory / "document.docx").write_bytes(b"SECRET")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "MEMORY_DIRECTORY", tmp_path)
    return tmp_path


def test_it_is_private_and_gone_afterwards(parent: Path):
    with private_directory() as directory:
        assert directory.parent == parent
        assert directory.stat().st_mode & 0o777 == 0o700
        (directory / "a").mkdir()
        (directory / "a" / "b").touch()
    assert not list(parent.iterdir())


def test_what_a_killed_server_left_is_removed_and_what_is_in_use_stays(parent: Path):
    subprocess.run(
        [sys.executable, "-c", KILLED, str(parent)], cwd=ROOT, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert [path.name for path in parent.glob("*/*")] == ["document.docx"]
    other = parent / "somebody-elses"
    other.mkdir()
    with private_directory() as directory:
        remove_leftovers()
        assert sorted(parent.iterdir()) == sorted([directory, other])


def test_a_link_is_not_followed(parent: Path, tmp_path_factory: pytest.TempPathFactory):
    target = tmp_path_factory.mktemp("target")
    (target / "kept").touch()
    (parent / "ppocr-server-link").symlink_to(target)
    remove_leftovers()
    assert (target / "kept").exists()
