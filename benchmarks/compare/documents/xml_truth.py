"""Truth as ALTO or PAGE, whichever the root element is."""

from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.compare.documents import alto, page_xml
from benchmarks.compare.model import Truth

READERS = {"alto": alto.read, "PcGts": page_xml.read}


def read(path: Path, _: tuple[int, int]) -> Truth:
    """What the file says.

    Raises:
        ValueError: the root element is another.
        SyntaxError: it is no XML.
    """
    root = ET.parse(path).getroot()
    kind = root.tag.rpartition("}")[2]
    if kind not in READERS:
        raise ValueError("the root element is neither alto nor PcGts")
    return READERS[kind](root)
