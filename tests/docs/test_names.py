import re
from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, ROOT, Markdown
from tests.docs.names import problems


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_names_is_there(name: str) -> None:
    assert problems(Markdown.of(name)) == []


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("`server/nowhere.py`", "there is no file server/nowhere.py"),
        ("`models/<name>/nowhere.py`", "there is no file models/<name>/nowhere.py"),
        ("`nowhere.md`", "there is no file nowhere.md"),
        ("`python -m benchmarks.nothing --golden`", "there is no module benchmarks.nothing"),
        ("```\n.venv/bin/python -m nothing.at.all\n```", "there is no module nothing.at.all"),
        ("`limits.max_sheets`", "there is no setting limits.max_sheets"),
        ("`ppocr_server.limits.max_sheets`", "there is no setting limits.max_sheets"),
        ("`contracts.<name>.enable`", "there is no setting contracts.<name>.enable"),
        ("`models.nothing`", "there is no setting models.nothing"),
        ("`engine.profile: quick`", "must be one of exact, fast"),
        ("`engine.profil: fast`", "engine.profil"),
        ("`--set limits.max_sheets=50`", "max_sheets"),
        ("`PPOCR_SERVER__LIMITS__MAX_SHEETS=50 ppocr-server serve`", "MAX_SHEETS"),
        ("`Serving.extra.max_sheets: 1`", "configs/default.yaml has no key max_sheets"),
        ("`SubModules: {TextLine: {model_name: X}}`", "configs/default.yaml has no key TextLine"),
        ("`make nothing`", "the Makefile has no nothing"),
        ("```\nmake serve NOTHING=1   # a comment\n```", "the Makefile has no NOTHING=1"),
        ("`ppocr-server nothing`", "there is no command nothing"),
        ("`ppocr-server models nothing`", "there is no command models nothing"),
        ("```\nppocr-server ocr --nothing page.png\n```", "'ocr' has no option --nothing"),
        ("`POST /nothing`", "nothing answers at /nothing"),
        ("`/health/nothing`", "nothing answers at /health/nothing"),
        ("`ppocr_nothing_total`", "there is no metric ppocr_nothing_total"),
    ],
)
def test_what_is_not_there_is_found_out(written: str, told: str) -> None:
    (problem,) = problems(Markdown(written))
    assert told in problem


@pytest.mark.parametrize(
    "written",
    [
        "`server/service.py`, `tests/<name>`, `/usr`, `server.host`, `limits.max_queued_*`",
        "`models.pipeline.OcrPipeline`, `engine.devices: [gpu:0, gpu:1]`, `Serving.return_urls: true`",
        "`ppocr_replica_*`, `GET /task/{task_id}`",
        "`make lint`, `ppocr-server models pull NAME`, `python -m benchmarks --scenario closed-16`, `page.png`",
    ],
)
def test_what_is_there_is_let_through(written: str) -> None:
    assert problems(Markdown(written)) == []


def test_paths_start_from_the_repository_or_the_document() -> None:
    benchmarks = ROOT / "benchmarks"
    assert problems(Markdown("`peers.py`, `benchmarks/peers.py`, `../deploy/README.md`", benchmarks)) == []
    assert problems(Markdown("`peers.py`", Path(ROOT / "docs"))) == ["there is no file peers.py"]


def test_nobody_is_told_to_ask_an_index_for_this_distribution() -> None:
    """It is on no index, so a stranger could register its name there."""
    texts = [ROOT / name for name in (*DOCUMENTS, "pyproject.toml", "Dockerfile.cuda")]
    texts += [path for folder in ("server", "models", "configs", "benchmarks") for path in (ROOT / folder).rglob("*.*")]
    texts = [path for path in texts if path.suffix in (".md", ".py", ".yaml", ".toml", ".cuda")]
    bare = re.compile(r"pip install [^\n`]*?(?<![\w./-])['\"]?ppocr-server(?![\w.-])")
    assert [str(path) for path in texts if bare.search(path.read_text())] == []
