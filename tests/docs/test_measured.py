"""The tables of `docs/measured.md` hold what `benchmarks/results` holds."""

import json
import re
from collections.abc import Iterable

import pytest

from tests.docs.markdown import ROOT, Markdown

MEASURED = Markdown.of("docs/measured.md")
SETS = ("funsd", "sroie", "scribe", "xfund_zh")
SYSTEMS = {"ours, `exact`": "ours", "PaddleX serving": "PaddleX serving", "ours, `fast`": "ours fast"}


def results(name: str) -> dict:
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def row(section: str, begins: str) -> list[str]:
    """The cells of the one row of a section that begins with this text."""
    body = MEASURED.text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = [line for line in body.splitlines() if line.startswith(f"| {begins}")]
    assert len(found) == 1, (section, begins, found)
    return [cell.strip() for cell in found[0].strip("|").split("|")]


def numbers(cells: Iterable[str]) -> list[str]:
    return [number.replace(",", "") for cell in cells for number in re.findall(r"\d[\d,]*(?:\.\d+)?", cell)]


def assert_rounded(written: list[str], measured: list[float]) -> None:
    """Each written number is the measured one, rounded to as many places as are written."""
    assert len(written) == len(measured)
    for text, value in zip(written, measured, strict=True):
        places = len(text.partition(".")[2])
        assert abs(float(text) - value) <= 0.5 * 10**-places + 1e-9, (text, value)


def accuracy(file: str, profile: str) -> list[float]:
    """F1 of ours and of the reference by set, then the error rates of the last."""
    rows = {row["set"]: row for row in results(file)["rows"] if row["profile"] == profile}
    figures = [rows[name][side]["f1"] for name in SETS for side in ("ours", "reference")]
    return [*figures, *(rows[SETS[-1]][side]["cer"] for side in ("ours", "reference"))]


@pytest.mark.parametrize(
    ("file", "profile", "begins", "skipped"),
    [
        ("accuracy", "v5_mobile", "PP-OCRv5 mobile", 2),
        ("accuracy", "v6_small", "PP-OCRv6 small", 2),
        ("accuracy_fast", "v5_mobile", "71.9", 0),
    ],
)
def test_accuracy(file: str, profile: str, begins: str, skipped: int) -> None:
    assert_rounded(numbers(row("Accuracy", begins)[skipped:]), accuracy(file, profile))


@pytest.mark.parametrize("classifier", ["PP-LCNet_x1_0_textline_ori", "ch_ppocr_mobile_v2.0_cls"])
def test_line_orientation(classifier: str) -> None:
    (measured,) = (row for row in results("line_orientation")["rows"] if row["classifier"] == classifier)
    counts = [measured["turned"], measured["found"]]
    expected = [figure for count in counts for figure in (count, 100 * count / measured["lines"])]
    assert_rounded(numbers(row("Line orientation", f"`{classifier}`")[1:]), expected)
    assert f"These {measured['lines']} lines" in MEASURED.text


@pytest.mark.parametrize("preset", ["paddlex", "best", "tiny"])
def test_unwarping(preset: str) -> None:
    (measured,) = (row for row in results("unwarping")["rows"] if row["preset"] == preset)
    before, after = measured["as_they_are"], measured["unwarped"]
    assert_rounded(numbers(row("Unwarping", f"`{preset}`")[1:]), [before, after, after - before])
    assert f"reads {measured['pages']} photos" in MEASURED.text


@pytest.mark.parametrize("begins", [*SYSTEMS, "RapidOCR on OpenVINO"])
def test_speed(begins: str) -> None:
    system = SYSTEMS.get(begins, "RapidOCR openvino (its default)")
    rows = {
        row["pages"]: row["figures"]
        for row in results("bench")["slices"]["closed-16"]["rows"]
        if row["system"] == system
    }
    every, short = rows["all"], rows["without mixed_fonts"]
    measured = [every[name] for name in ("pages_per_second", "p50", "cpu_seconds_per_page")]
    peak = max(every["peak_mebibytes"], short["peak_mebibytes"])
    assert_rounded(numbers(row("Speed on a CPU", begins)[1:]), [*measured, peak, short["pages_per_second"]])


def test_an_hour_with_faults() -> None:
    soak, body = (
        results("soak"),
        MEASURED.text.partition("## Overload and an hour with faults")[2].partition("\n## ")[0],
    )
    load = soak["load"]
    for figure in (load["sent"], load["answered"], soak["clients_left"], soak["bad_files_by_status"]["422"]):
        assert f"{figure:,}" in body
    assert f"{soak['workers_killed']} decode workers are killed" in body
    assert f"{sum(load['failed'].values())} were refused" in body
    assert (load["lost"], load["mixed"], load["server_errors"]) == (0, 0, 0)


@pytest.mark.parametrize("system", ["ours", "PaddleX serving"])
def test_hostile_files(system: str) -> None:
    counts = results("hostile")["counts"][system]
    columns = ("as prescribed", "another answer", "internal error", "hung", "died")
    assert numbers(row("Hostile files", system)[1:]) == [str(counts.get(column, 0)) for column in columns]


def test_the_number_of_hostile_files() -> None:
    count = len(json.loads((ROOT / "tests" / "hostile" / "expected.json").read_text(encoding="utf-8")))
    assert f"Each of the {count} files of `tests/hostile`" in MEASURED.text
    assert f"`tests/hostile` makes {count} files" in Markdown.of("docs/limits.md").text
    assert f"- {count} hostile files, sent to each contract" in Markdown.of("README.md").text


def test_isolation() -> None:
    measured = [row for row in results("isolation")["rows"] if row["clients"] == 1]
    assert len(measured) == 8
    for each in measured:
        written = row("Isolation", f"{each['format'].removeprefix('.').upper()} | {each['size']}")
        assert_rounded(numbers(written[2:]), [each["thread"], each["worker"], each["worker"] - each["thread"]])


def test_processes_killed_for_ten_minutes() -> None:
    printed = (ROOT / "benchmarks" / "results" / "prove" / "kills.txt").read_text(encoding="utf-8")
    kills = json.loads(printed.partition("\n\n")[2])
    body = MEASURED.text.partition("## Overload and an hour with faults")[2].partition("\n## ")[0]
    for kind, killed in (("decode workers", "decode workers"), ("replicas", "replicas"), ("office", "LibreOffice")):
        assert re.search(rf"\b{kills['killed'][kind]:,} [a-z ]*{killed}", body), kind
    assert f"All of {kills['requests']['sent']:,} requests" in body
    assert f"All of {kills['tasks']['accepted']:,} file tasks" in body
    assert f"{kills['tasks']['refused']['503']:,} further uploads" in body
    assert kills["requests"]["answered"] == kills["requests"]["sent"]
    assert sum(kills["tasks"]["done"].values()) == kills["tasks"]["accepted"]
    assert (kills["minutes"], kills["missed"]) == (10, [])


@pytest.mark.parametrize(
    ("bodies", "who", "size"),
    [
        ("255 kB from 32 strangers", "strangers", "255 kB"),
        ("255 kB from 32 callers with a token", "callers", "255 kB"),
        ("200 MB from one caller", "callers", "200000 kB"),
    ],
)
def test_the_event_loop(bodies: str, who: str, size: str) -> None:
    printed = (ROOT / "benchmarks" / "results" / "prove" / "loop.txt").read_text(encoding="utf-8")
    lines = [line for line in printed.splitlines() if " ours " in line]
    found = [line.split(" ours ")[1].split() for line in lines if line.startswith(who) and f"{size} " in line]
    written = row("The event loop", bodies)
    assert_rounded(numbers(written[1:]), [max(float(p99) for _, p99, *_ in found), float(found[0][3])])
    assert f"all {len(lines)} situations" in MEASURED.text.replace("\n", " ")
