from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, ROOT, Markdown, anchor_of


def broken(document: Markdown) -> list[str]:
    """Relative links that lead nowhere: no such file, or no such heading in it."""
    found = []
    for link in document.links:
        if link.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = document.folder / name if name else None
        if target is not None and not target.exists():
            found.append(f"{link}: no such file")
        elif anchor and anchor not in _anchors(document, target):
            found.append(f"{link}: no such heading")
    return found


def _anchors(document: Markdown, target: Path | None) -> frozenset[str]:
    return document.anchors if target is None else Markdown(target.read_text(encoding="utf-8")).anchors


@pytest.mark.parametrize("name", [*DOCUMENTS, "CHANGELOG.md"])
def test_links_lead_somewhere(name: str) -> None:
    assert broken(Markdown.of(name)) == []


@pytest.mark.parametrize(
    ("link", "told"),
    [("nowhere.md", "no such file"), ("README.md#nothing", "no such heading"), ("#nothing", "no such heading")],
)
def test_broken_links_are_found_out(link: str, told: str) -> None:
    assert broken(Markdown(f"# Start\n[here]({link}), [there](#start), [code](Makefile)")) == [f"{link}: {told}"]


def test_anchors_are_githubs() -> None:
    assert anchor_of("Answers beside PaddleX's, `exact`: how?") == "answers-beside-paddlexs-exact-how"


def test_the_index_names_every_document() -> None:
    index = Markdown.of("docs/README.md")
    named = {(index.folder / link.partition("#")[0]).resolve() for link in index.links}
    assert {path for path in (ROOT / "docs").glob("*.md") if path.name != "README.md"} <= named
    assert {ROOT / name for name in DOCUMENTS if name != "docs/README.md"} <= named
