"""Truth as PAGE."""

from xml.etree import ElementTree as ET

from benchmarks.compare.documents.page_xml import read

REGION = """<TextRegion id="{id}"><Coords points="0,0 9,0 9,9"/><TextLine><Coords points="1,1 5,1 5,3 1,3"/>
<Word><Coords points="1,1 3,1 3,3 1,3"/><TextEquiv><Unicode>{text}</Unicode></TextEquiv></Word>{whole}</TextLine>
</TextRegion>"""
ORDER = """<ReadingOrder><OrderedGroup id="g"><RegionRefIndexed index="0" regionRef="b"/>
<RegionRefIndexed index="1" regionRef="a"/></OrderedGroup></ReadingOrder>"""


def _page(order: str) -> ET.Element:
    regions = REGION.format(id="a", text="last", whole="") + REGION.format(
        id="b", text="first", whole="<TextEquiv><Unicode>first line</Unicode></TextEquiv>"
    )
    return ET.fromstring(
        f'<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">'
        f'<Page imageWidth="40" imageHeight="30">{order}{regions}</Page></PcGts>'
    )


def test_regions_stand_in_the_order_that_the_file_names() -> None:
    (page,) = read(_page(ORDER)).pages
    assert (page.width, page.height, page.text) == (40, 30, "first line\nlast")
    assert page.lines[0].polygon == ((1, 1), (5, 1), (5, 3), (1, 3))
    assert [word.text for word in page.words] == ["first", "last"]


def test_without_one_they_stand_in_the_files_order() -> None:
    assert read(_page("")).pages[0].text == "last\nfirst line"
