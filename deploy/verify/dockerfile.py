"""Reads a Dockerfile: stages, and the instructions of each. Only what our own file uses; anything else is an error."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = {
    *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
    *("RUN", "SHELL", "STOPSIGNAL", "USER", "WORKDIR"),
}
_FROM = re.compile(r"(\S+) AS ([a-z-]+)")
_VARIABLE = re.compile(r"\$\{([A-Za-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, continuation lines joined.

    Attributes:
        line: where it begins, from 1.
    """

    name: str
    text: str
    line: int

    @property
    def words(self) -> list[str]:
        """The arguments, as JSON array or as a shell would split them."""
        return list(json.loads(self.text)) if self.text.startswith("[") else shlex.split(self.text)


@dataclass(frozen=True, slots=True)
class Copy:
    """A COPY instruction taken apart. ``stage`` is None where it copies from the build's own directory."""

    stage: str | None
    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: what it begins from, which is another stage's name or an image, and what is done there."""

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole file. ``arguments`` are those before the first stage, with their defaults."""

    arguments: dict[str, str]
    stages: dict[str, Stage]

    def needed_for(self, target: str) -> list[str]:
        """Names of the stages that a target is made of, each after all that it needs."""
        order: list[str] = []

        def visit(name: str) -> None:
            if name in order or name not in self.stages:
                return
            stage = self.stages[name]
            for needed in (stage.base, *(copy.stage for copy in copies(stage) if copy.stage)):
                visit(needed)
            order.append(name)

        visit(target)
        return order


def read(file: Path) -> Dockerfile:
    """Read a file.

    Raises:
        ValueError: an instruction is unknown, or stands where it must not.
    """
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    current: Stage | None = None
    for instruction in _instructions(file.read_text(encoding="utf-8")):
        if instruction.name == "FROM":
            match = _FROM.fullmatch(instruction.text)
            if match is None:
                raise ValueError(f"line {instruction.line}: FROM image AS name")
            current = stages[match[2]] = Stage(match[2], expand(match[1], arguments))
        elif current is not None:
            current.instructions.append(instruction)
        elif instruction.name == "ARG":
            arguments |= argument(instruction)
        else:
            raise ValueError(f"line {instruction.line}: {instruction.name} before the first FROM")
    return Dockerfile(arguments, stages)


def argument(instruction: Instruction) -> dict[str, str]:
    """An ARG's name and default."""
    name, _, default = instruction.text.partition("=")
    return {name: default}


def expand(text: str, variables: dict[str, str]) -> str:
    """Put values in place of ``${NAME}``.

    Raises:
        KeyError: a variable has no value.
    """
    return _VARIABLE.sub(lambda match: variables[match[1]], text)


def copies(stage: Stage) -> list[Copy]:
    """A stage's COPY instructions."""
    return [copy_of(instruction) for instruction in stage.instructions if instruction.name == "COPY"]


def copy_of(instruction: Instruction) -> Copy:
    """Take a COPY instruction apart."""
    words = instruction.words
    stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
    return Copy(stage, tuple(words[:-1]), words[-1])


def _instructions(text: str) -> list[Instruction]:
    found: list[Instruction] = []
    parts: list[str] = []
    start = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (not line.strip() and not parts):
            continue
        start = start if parts else number
        parts.append(line.removesuffix("\\").strip())
        if line.endswith("\\"):
            continue
        name, _, rest = " ".join(parts).partition(" ")
        if name not in KNOWN:
            raise ValueError(f"line {start}: unknown instruction {name}")
        found.append(Instruction(name, rest.strip(), start))
        parts = []
    return found
