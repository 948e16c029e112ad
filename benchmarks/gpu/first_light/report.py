"""The parts report here: at once on standard output, and at the end which of them failed."""

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class WrongAnswer(Exception):
    """A part ran to its end, and what it found is not as it has to be."""


def say(text: str) -> None:
    """Print a line now: a program that is ended before its time has then said all that it knew."""
    print(text, flush=True)


def first_line(error: BaseException) -> str:
    """An error's type and the first line of its text, as the library wrote it."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


@dataclass(slots=True)
class Report:
    """A report counts how the parts ended.

    Attributes:
        passed, failed: names of parts.
        left_out: names of parts that did not run, with the reason.
    """

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Run one part: whatever it raises is printed with its traceback, and goes no further."""
        say(f"\n--- {name}")
        begin = time.perf_counter()
        try:
            yield
        except Exception:  # noqa: BLE001 - a library may raise anything, and the next part is to run
            self.failed.append(name)
            say(traceback.format_exc())
            end = "FAILED"
        else:
            self.passed.append(name)
            end = "passed"
        say(f"--- {name} {end} after {time.perf_counter() - begin:.1f} s")

    def leave_out(self, name: str, reason: str) -> None:
        """Note a part that does not run."""
        self.left_out[name] = reason

    def summary(self) -> str:
        """All parts on a few lines."""
        lines = [f"passed: {', '.join(self.passed) or 'none'}", f"FAILED: {', '.join(self.failed) or 'none'}"]
        return "\n".join([*lines, *(f"left out: {name}: {reason}" for name, reason in self.left_out.items())])
