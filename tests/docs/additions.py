"""The examples of `docs/adding.md`, put into a copy of the code.

``python -m tests.docs.additions`` takes the files of the example contract anew from the tests' own one.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from tests.docs.markdown import ROOT, Markdown

DOCUMENT = ROOT / "docs" / "adding.md"
ADDING = Markdown(DOCUMENT.read_text(encoding="utf-8"), DOCUMENT.parent)
TINY, AS_ADDED = "tests/contract/tiny", "server/contracts/tiny"
SIX = ("contract", "request", "service", "response", "errors", "openapi")
COPIED = (
    "server",
    "models",
    "configs",
    "tests/unit/server",
    "tests/unit/models",
    "tests/__init__.py",
    "pyproject.toml",
)
RUFF = str(Path(sys.executable).parent / "ruff")
HUNKS = re.compile(r"^@@\n", re.MULTILINE)


@dataclass(frozen=True)
class Change:
    """An example changes one file so: it gives the whole text, or hunks of a diff."""

    path: str
    language: str
    text: str

    @property
    def new(self) -> bool:
        return self.language != "diff"

    def apply(self, folder: Path) -> None:
        """Change the file in a copy of the code.

        Raises:
            ValueError: a new file is there already, or what a hunk replaces does not stand in the file once.
        """
        file = folder / self.path
        if self.new:
            if file.exists():
                raise ValueError(f"{self.path} is there already")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.text, encoding="utf-8")
            return
        content = file.read_text(encoding="utf-8")
        for hunk in HUNKS.split(self.text):
            before, after = _lines(hunk, "-"), _lines(hunk, "+")
            if content.count(before) != 1:
                raise ValueError(f"{self.path} has {content.count(before)} times: {before}")
            content = content.replace(before, after)
        file.write_text(content, encoding="utf-8")


def _lines(hunk: str, sign: str) -> str:
    """One side of a hunk: its common lines, and those that are taken away or added."""
    return "".join(f"{line[1:]}\n" for line in hunk.splitlines() if line[:1] in (" ", sign))


def section(title: str) -> str:
    return ADDING.text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def changes(title: str) -> list[Change]:
    """Return the changes of a section's example, in their order."""
    found = re.findall(r"^\*\*([\w/.]+)\*\*\n\n```(\w+)\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    return [Change(*parts) for parts in found]


def listed(title: str) -> list[str]:
    """The files of a section's table, with ``*`` for what is not fixed."""
    cells = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", section(title), re.MULTILINE)
    return [re.sub(r"<\w+>", "*", path) for cell in cells for path in re.findall(r"`([\w/.<>]+)`", cell)]


def is_listed(path: str, title: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in listed(title))


def copy_with(title: str, folder: Path) -> Path:
    """The code with the example of a section in it."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for change in changes(title):
        change.apply(folder)
    return folder


def as_added(name: str) -> str:
    """A file of the tests' own contract as it would stand among the others."""
    text = (ROOT / TINY / f"{name}.py").read_text(encoding="utf-8")
    renamed = text.replace(TINY.replace("/", "."), AS_ADDED.replace("/", "."))
    # Ruff takes a package for a stranger's where it does not find it.
    ours = "lint.isort.known-first-party=['server', 'models']"
    sort = (RUFF, "check", "--select", "I", "--config", ours, "--fix", "--quiet", "--stdin-filename", f"{name}.py", "-")
    return subprocess.run(sort, cwd=ROOT, input=renamed, capture_output=True, text=True, check=True).stdout


def taken_anew(text: str) -> str:
    """The document with the files of the tests' own contract as they are."""
    for name in SIX:
        head = f"**{AS_ADDED}/{name}.py**\n\n```python\n"
        before, found, rest = text.partition(head)
        text = f"{before}{found}{as_added(name)}```{rest.partition('```')[2]}"
    return text


def python(copy: Path, *arguments: str) -> str:
    """Run a Python program in the copy and return its output.

    Raises:
        AssertionError: it failed.
    """
    return run(copy, (sys.executable, *arguments))


def run(copy: Path, command: Sequence[str]) -> str:
    environment = {"PYTHONPATH": str(copy), "PATH": str(Path(sys.executable).parent), "HOME": str(copy)}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


if __name__ == "__main__":
    DOCUMENT.write_text(taken_anew(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
