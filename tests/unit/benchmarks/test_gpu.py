"""The benchmark of GPUs: what it counts on a graph, what it calls a rehearsal, and what it does without a part."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from benchmarks.gpu import __main__ as program
from benchmarks.gpu.figures import Ceilings, Figures, Served, StageTime
from benchmarks.gpu.networks import Setup
from benchmarks.gpu.pages import PageSet, encoded, load_pages
from benchmarks.gpu.report import as_text, keep
from benchmarks.gpu.roofline import cost_of
from benchmarks.gpu.serving import PROFILE, arguments
from benchmarks.gpu.timing import time_of
from models.engines.torch.lane import CpuLane
from server.config.load import load_configuration

CEILINGS = Ceilings(bytes_per_second=1e9, flop_per_second=1e9, upload_bytes_per_second=1, download_bytes_per_second=1)


class Small(nn.Module):
    """A convolution 3 -> 4 of 3 x 3, then work on single values."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3, padding=1, bias=False)

    def forward(self, batch: torch.Tensor) -> tuple[torch.Tensor, ...]:
        found = self.convolution(batch.to(self.convolution.weight.dtype))
        return (found.relu() + found,)


def test_arithmetic_and_bytes_are_those_of_the_graph() -> None:
    pixels, half = 8 * 16, 2
    cost = cost_of(Small(), (1, 3, 8, 16), torch.float16)
    assert cost.flop == 2 * 3 * 9 * 4 * pixels
    weights, inputs, outputs = 3 * 9 * 4 * half, 3 * pixels * half, 4 * pixels * half
    uint8 = 3 * pixels
    # What works on single values is free but for the second operand of the sum; the batch and the answer are not.
    assert cost.floor_bytes == weights + inputs + outputs + outputs + uint8 + outputs
    conversion, activation, total = uint8 + inputs, 2 * outputs, 3 * outputs
    assert cost.each_op_bytes == conversion + weights + inputs + outputs + activation + total


def test_the_least_time_is_that_of_the_narrower_way() -> None:
    cost = cost_of(Small(), (1, 3, 8, 16), torch.float16)
    assert cost.seconds(CEILINGS) == cost.flop / 1e9
    slow = Ceilings(1e3, 1e9, 1, 1)
    assert cost.seconds(slow) == cost.floor_bytes / 1e3


def some(*, rehearsal: bool) -> Figures:
    figures = Figures({"commit": "abc"}, rehearsal, "drawn, 4", CEILINGS)
    figures.stages.append(StageTime("detection", (1, 3, 32, 32), 4.0, 1.0, 2.0))
    figures.served.append(Served("jpeg", 4, 40, 0, 10.0, 500.0, 20.0, 30.0, None, 0.25))
    return figures


def test_a_rehearsal_says_so_and_never_takes_the_place_of_a_gpus_figures(tmp_path: Path) -> None:
    keep(some(rehearsal=True), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"gpu_rehearsal.json", "gpu_rehearsal.md"}
    assert "REHEARSAL" in (tmp_path / "gpu_rehearsal.md").read_text()
    assert "REHEARSAL" not in as_text(some(rehearsal=False))


def test_the_table_has_the_shares_of_the_roofline(tmp_path: Path) -> None:
    text = as_text(some(rehearsal=False))
    assert "| detection | 1 x 3 x 32 x 32 | 4.000 | 1.000 | 2.000 | 25.0 % |" in text
    assert "| jpeg | 4 | 10.0 | 500 | 20.0 | 30.0 | 0 |  | 25.0 % |" in text
    keep(some(rehearsal=False), tmp_path)
    assert json.loads((tmp_path / "gpu.json").read_text())["served"][0]["clients"] == 4


def test_a_part_that_cannot_run_is_named_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_counter(*_: object) -> None:
        raise KeyError("ppocr_stage_cost_total")

    setup = Setup.of("cpu", tmp_path / "nothing", quick=True)
    monkeypatch.setattr(program, "measure_ceilings", lambda *_, **__: CEILINGS)
    monkeypatch.setattr(program, "_server", no_such_counter)
    pages = PageSet("drawn", load_pages(quick=True).images[:1])
    so_far: list[dict[str, str]] = []
    figures = program.measure(setup, pages, program.PARTS, lambda given: so_far.append(dict(given.left_out)))
    assert figures.rehearsal
    assert figures.ceilings == CEILINGS
    assert set(figures.left_out) == {"stages", "agreement", "pipeline", "server"}
    assert all("--models" in figures.left_out[part] for part in ("stages", "agreement", "pipeline"))
    assert "KeyError" in figures.left_out["server"]
    not_yet = [[part for part, reason in left_out.items() if "ended before" in reason] for left_out in so_far]
    assert not_yet == [list(program.PARTS[count:]) for count in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize(("chosen", "status"), [(["ceilings"], 0), (["ceilings", "stages"], 1)])
def test_only_a_part_that_was_asked_for_makes_the_run_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: list[str], status: int
) -> None:
    monkeypatch.setattr(program, "measure_ceilings", lambda *_, **__: CEILINGS)
    options = ["--device", "cpu", "--quick", "--models", str(tmp_path / "nothing"), "--parts", *chosen]
    monkeypatch.setattr("sys.argv", ["gpu", *options])
    assert program.main() == status


def test_the_hosts_share_of_a_call_ends_where_it_begins_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    class Slow(CpuLane):
        def mark(self) -> Callable[[], None]:
            return lambda: passes(10.0)

    def passes(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr("benchmarks.gpu.timing.time", SimpleNamespace(perf_counter=lambda: clock[0]))
    found = time_of(Slow(), lambda: passes(1.0), repeats=2)
    assert (found.queueing_seconds, found.seconds) == (1.0, 6.0)


def test_what_was_measured_is_written_after_each_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = tmp_path / "out" / "gpu_rehearsal.json"

    def killed(*_: object) -> None:
        assert json.loads(written.read_text())["ceilings"] is not None
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "measure_ceilings", lambda *_, **__: CEILINGS)
    monkeypatch.setattr(program, "measure_stages", killed)
    options = ["--device", "cpu", "--quick", "--models", str(tmp_path), "--out", str(written.parent)]
    monkeypatch.setattr("sys.argv", ["gpu", *options])
    with pytest.raises(KeyboardInterrupt):
        program.main()
    assert "server: the run ended before it" in written.with_suffix(".md").read_text()


@pytest.mark.parametrize(("device", "kind", "precision"), [("gpu:0", "cuda", "fp16"), ("cpu", "cpu", "f32")])
def test_the_server_that_is_measured_has_the_shipped_profile(
    tmp_path: Path, device: str, kind: str, precision: str
) -> None:
    given = arguments(Setup(device, torch.device(kind), torch.float16, tmp_path, quick=True), 8000)
    settings = [value for option, value in itertools.pairwise(given) if option == "--set"]
    measured = load_configuration(Path(given[given.index("--config") + 1]), {}, settings)
    shipped = load_configuration(PROFILE, {}, ())
    assert measured.settings.decode == shipped.settings.decode
    assert (measured.pipeline.engine, measured.pipeline.padding) == (shipped.pipeline.engine, shipped.pipeline.padding)
    assert (measured.settings.engine.devices, measured.pipeline.precision) == ((device,), precision)


def test_processes_on_one_card_are_replicas_of_the_shipped_profile(tmp_path: Path) -> None:
    setup = Setup("gpu:0", torch.device("cuda"), torch.float16, tmp_path, quick=True)
    given = arguments(setup, 8000, replicas=2)
    settings = [value for option, value in itertools.pairwise(given) if option == "--set"]
    engine = load_configuration(PROFILE, {}, settings).settings.engine
    assert (engine.devices, engine.name) == (("gpu:0", "gpu:0"), "torch")


def test_drawn_pages_are_no_evaluation_data_and_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.gpu.pages.DATA", tmp_path)
    figures = Figures({}, rehearsal=False, pages=f"{load_pages(quick=True).name}, 2")
    assert "Pages: drawn pages, 2." in as_text(figures)


def test_pages_are_files_that_can_be_sent() -> None:
    (page, *_) = load_pages(quick=True).images
    assert encoded([page], ".jpg")[0].startswith(b"\xff\xd8")
    assert encoded([page], ".png")[0].startswith(b"\x89PNG")
