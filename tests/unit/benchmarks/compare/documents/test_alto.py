"""Truth as ALTO."""

from xml.etree import ElementTree as ET

import pytest

from benchmarks.compare.documents.alto import read
from benchmarks.compare.polygons import box

FILE = """<alto xmlns="http://www.loc.gov/standards/alto/ns-v3#"><Description><MeasurementUnit>{unit}</MeasurementUnit>
</Description><Layout><Page WIDTH="400" HEIGHT="300"><PrintSpace><TextBlock>
<TextLine HPOS="10" VPOS="10" WIDTH="190" HEIGHT="20">
<String CONTENT="Total" HPOS="10" VPOS="10" WIDTH="80" HEIGHT="20"/>
<SP/><String CONTENT="12"/></TextLine>
<TextLine><Shape><Polygon POINTS="1,2 3,4 5,6"/></Shape><String CONTENT="Paid"/></TextLine>
</TextBlock></PrintSpace></Page></Layout></alto>"""


def test_lines_and_words_stand_at_their_places() -> None:
    (page,) = read(ET.fromstring(FILE.format(unit="pixel"))).pages
    assert (page.width, page.height, page.text, page.order) == (400, 300, "Total 12\nPaid", True)
    assert [line.polygon for line in page.lines] == [box(10, 10, 200, 30), ((1, 2), (3, 4), (5, 6))]
    assert [(word.text, word.polygon) for word in page.words] == [
        ("Total", box(10, 10, 90, 30)),
        ("12", None),
        ("Paid", None),
    ]


def test_other_units_than_pixels_are_an_error() -> None:
    with pytest.raises(ValueError, match="pixels"):
        read(ET.fromstring(FILE.format(unit="mm10")))
