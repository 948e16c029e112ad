"""300 files, 12 of them bad, are read while the program is killed; the counts are printed as JSON.

    python -m benchmarks.hot_folder --files 300 --bad 12

``ppocr-server watch`` and ``ppocr-server ocr --resume`` read them, each with its own models. Each is interrupted three
times: killed, told to stop, and killed. In the end every good file has its own text, every bad one has its reason, and
no file was read again whose result was complete before an interruption.
"""

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.command import result_file, run_command
from benchmarks.machine import made_with
from tests.faults.interrupted import Outcome, read_folder, watch_folder

COMMANDS = {"watch": (watch_folder, 0), "ocr --resume": (read_folder, 1)}
"""Each command, and its exit status at the end: ``ocr`` tells of bad files by it."""


def main() -> int:
    """Exit status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--bad", type=int, default=12, help="so many of the files cannot be read")
    parser.add_argument("--out", type=result_file, help="a file for the counts")
    given = parser.parse_args()
    counts: dict[str, object] = {}
    failed: list[str] = []
    for name, (command, status) in COMMANDS.items():
        with tempfile.TemporaryDirectory() as folder:
            run = command(Path(folder), given.files, given.bad, stub=False)
        counts[name] = asdict(run.outcome)
        failed += [f"{name}: {bar}" for bar in missed(run.outcome, given.files, given.bad, status)]
    facts = {"made_with": made_with(), "files": given.files, "bad": given.bad, **counts, "missed": failed}
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    print(text)
    if given.out is not None:
        given.out.write_text(text + "\n", encoding="utf-8")
    return int(bool(failed))


def missed(outcome: Outcome, files: int, bad: int, status: int) -> list[str]:
    """Names of the bars that were missed."""
    wrong = {
        "results": outcome.results != files - bad,
        "reasons": outcome.reasons != bad,
        "texts": bool(outcome.wrong),
        "read again": bool(outcome.read_again),
        "left": bool(outcome.left),
        "exit status": outcome.exit_status != status,
    }
    return [name for name, is_missed in wrong.items() if is_missed]


if __name__ == "__main__":
    run_command(main)
