from pathlib import Path

import pytest

from benchmarks.compare.errors import WrongPlan
from benchmarks.compare.plan import read_plan

PLAN = """
documents: [{format: folder, path: pages}]
providers:
  ours: {use: ppocrv5, endpoint: "http://127.0.0.1:8080", fields: {preset: best}, concurrency: 3}
  tesseract: {}
"""


def write(folder: Path, content: str) -> Path:
    path = folder / "plan.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_plan_is_read(tmp_path: Path) -> None:
    plan = read_plan(write(tmp_path, PLAN + "repeats: 2\nbudget: 5\nmetrics: [cer]\n"))
    ours, tesseract = plan.contenders
    assert (ours.name, ours.kind, ours.address, ours.concurrency) == ("ours", "ppocrv5", "http://127.0.0.1:8080", 3)
    assert ours.settings.fields == {"preset": "best"}
    assert (tesseract.kind, tesseract.address, tesseract.concurrency) == ("tesseract", None, 1)
    assert (plan.repeats, plan.budget, plan.metrics) == (2, 5.0, ("cer",))
    assert plan.documents == ({"format": "folder", "path": "pages"},)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (PLAN.replace("endpoint", "endpont"), "providers.ours: object contains unknown field `endpont`"),
        (
            PLAN.replace('endpoint: "http://127.0.0.1:8080", ', ""),
            "providers.ours: object missing required field `endpo",
        ),
        (PLAN.replace("concurrency: 3", "concurrency: 0"), "providers.ours.concurrency: expected `int` >= 1"),
        (PLAN.replace("use: ppocrv5", "use: nobody"), "providers.ours.use: there is no provider 'nobody'. There are "),
        (
            PLAN.replace("tesseract: {}", "tesseract: {price: none}"),
            "providers.tesseract.price: the price table has no e",
        ),
        (PLAN + "repeats: x", "repeats: expected `int`, got `str`"),
        (PLAN + "budget: -1", "budget: expected `float` >= 0.0"),
        (PLAN + "bugdet: 1", "object contains unknown field `bugdet`"),
        ("documents: []\nproviders: {tesseract: {}}", "documents: name at least one source"),
        ("documents: [{}]\nproviders: {}", "providers: name at least one provider"),
        ("[1]", "a plan is a mapping"),
        ("a: [", "YAML"),
    ],
)
def test_a_wrong_plan_is_told_in_one_line_that_names_the_key(tmp_path: Path, wrong: str, said: str) -> None:
    path = write(tmp_path, wrong)
    with pytest.raises(WrongPlan) as refused:
        read_plan(path)
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"{path}: ")
    assert said in line


def test_every_wrong_provider_has_a_line(tmp_path: Path) -> None:
    with pytest.raises(WrongPlan) as refused:
        read_plan(write(tmp_path, PLAN.replace("endpoint", "e").replace("tesseract: {}", "tesseract: {psm: 3}")))
    first, second = str(refused.value).splitlines()
    assert "providers.ours" in first
    assert "providers.tesseract" in second


def test_a_plan_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongPlan, match="the plan cannot be read"):
        read_plan(tmp_path / "none.yaml")


def test_limits_may_change_between_a_run_and_its_resumption(tmp_path: Path) -> None:
    first = read_plan(write(tmp_path, PLAN)).identity
    more = PLAN.replace(", concurrency: 3", ", requests_per_second: 1, timeout_seconds: 5") + "budget: 5\n"
    assert read_plan(write(tmp_path, more)).identity == first
    assert read_plan(write(tmp_path, PLAN.replace("preset: best", "preset: tiny"))).identity != first
    assert read_plan(write(tmp_path, PLAN.replace("path: pages", "path: others"))).identity != first
