"""``make bench``: build the reference beside us, then run what is named (default: side_by_side and accuracy)."""

import subprocess
import sys

from tests.reference.serving import REPOSITORY, installed

PROGRAMS = ("side_by_side", "accuracy")


def main(arguments: list[str]) -> int:
    """``[PROGRAM [its arguments]]``; 1 where a program failed."""
    if not installed():
        subprocess.run(["bash", str(REPOSITORY / "tests" / "reference" / "setup.sh")], check=True)
    named = arguments[:1] or list(PROGRAMS)
    if not set(named) <= set(PROGRAMS):
        print(f"programs: {', '.join(PROGRAMS)}")
        return 2
    runs = [[sys.executable, "-m", f"benchmarks.{name}", *arguments[1:]] for name in named]
    return max(subprocess.run(run, cwd=REPOSITORY, check=False).returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
