"""ALTO or PAGE."""

from pathlib import Path

import pytest

from benchmarks.compare.documents.xml_truth import read


@pytest.mark.parametrize(
    "root",
    [
        '<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Layout><Page WIDTH="4" HEIGHT="3"/></Layout></alto>',
        '<PcGts xmlns="http://schema.primaresearch.org/PAGE"><Page imageWidth="4" imageHeight="3"/></PcGts>',
    ],
)
def test_the_root_element_decides_in_any_version_of_the_schema(tmp_path: Path, root: str) -> None:
    (tmp_path / "a.xml").write_text(root)
    (page,) = read(tmp_path / "a.xml", (0, 0)).pages
    assert (page.width, page.height, page.text) == (4, 3, "")


def test_another_root_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<svg/>")
    with pytest.raises(ValueError, match="neither alto nor PcGts"):
        read(tmp_path / "a.xml", (0, 0))
