"""The benchmark of GPUs: what it counts on a graph, what it calls a rehearsal, and what it does without a part."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from benchmarks.gpu import __main__ as program
from benchmarks.gpu.figures import Ceilings, Figures, Served, StageTime
from benchmarks.gpu.networks import Setup
from benchmarks.gpu.pages import PageSet, encoded, load_pages
from benchmarks.gpu.report import as_text, keep
from benchmarks.gpu.roofline import cost_of

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
    setup = Setup.of("cpu", tmp_path / "nothing", quick=True)
    monkeypatch.setattr(program, "measure_ceilings", lambda *_, **__: CEILINGS)
    figures = program.measure(setup, PageSet("drawn", load_pages(quick=True).images[:1]))
    assert figures.rehearsal
    assert figures.ceilings == CEILINGS
    assert set(figures.left_out) == {"stages", "agreement", "pipeline", "server"}
    assert all("--models" in reason for reason in figures.left_out.values())


def test_pages_are_files_that_can_be_sent() -> None:
    (page, *_) = load_pages(quick=True).images
    assert encoded([page], ".jpg")[0].startswith(b"\xff\xd8")
    assert encoded([page], ".png")[0].startswith(b"\x89PNG")
