"""ALTO files, checked against the rules of ALTO 4.4 for the elements in them, and read by alto-tools."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from alto_tools import alto_tools
from lxml import etree

from server.export.files.alto_file import NAMESPACE, write_alto
from server.export.files.file_page import FilePage
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, file_page, text_line, turned_line
from tests.unit.server.export.files.word_page import PAGE

NUMBER, NAME, POINTS = r"-?\d+(\.\d+)?", r"[a-z]+(_\d+)*(_[a-z]+)?", r"-?\d+,-?\d+( -?\d+,-?\d+)+"
SHARE = r"0\.\d+|1\.0+"
LANGUAGE = "[a-z]{2}"
PLACE = dict.fromkeys(("HPOS", "VPOS", "WIDTH", "HEIGHT"), NUMBER)
BLOCKS = "((TextBlock|ComposedBlock) )*"


@dataclass(frozen=True)
class Rule:
    """What an element may hold: its children in their order, as a regular expression, and its attributes."""

    children: str = ""
    required: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)


RULES = {
    "alto": Rule("Description (Tags )?Layout ", {}, {"SCHEMAVERSION": r"4\.4"}),
    "Description": Rule("MeasurementUnit Processing "),
    "MeasurementUnit": Rule(),
    "Processing": Rule("processingCategory processingSoftware ", {"ID": NAME}),
    "processingCategory": Rule(),
    "processingSoftware": Rule("softwareName softwareVersion "),
    "softwareName": Rule(),
    "softwareVersion": Rule(),
    "Tags": Rule("(LayoutTag )+", {}),
    "LayoutTag": Rule("", {"ID": NAME, "LABEL": ".+"}),
    "Layout": Rule("(Page )+"),
    "Page": Rule(
        "PrintSpace ", {"ID": NAME, "PHYSICAL_IMG_NR": NUMBER},
        {"WIDTH": NUMBER, "HEIGHT": NUMBER, "PROCESSINGREFS": NAME, "PC": SHARE},
    ),
    "PrintSpace": Rule(BLOCKS, {}, PLACE),
    "ComposedBlock": Rule(BLOCKS, {"ID": NAME}, {**PLACE, "TYPE": "table"}),
    "TextBlock": Rule("(TextLine )+", {"ID": NAME}, {**PLACE, "TAGREFS": NAME, "LANG": LANGUAGE}),
    "TextLine": Rule(
        "(Shape )?(String (SP )?)+", {},
        {**PLACE, "ID": NAME, "BASELINE": POINTS, "BASEDIRECTION": "ltr|rtl|ttb"},
    ),
    "Shape": Rule("Polygon "),
    "Polygon": Rule("", {"POINTS": POINTS}),
    "String": Rule("", {"CONTENT": r"\S+"}, {**PLACE, "ID": NAME, "WC": SHARE}),
    "SP": Rule(),
}  # fmt: skip
"""The rules of the schema (ALTO 4.4) for the elements and attributes that a file of ours may have."""


def parsed(*pages: FilePage) -> etree._Element:
    return etree.fromstring(write_alto(pages, IMAGE_SOURCE))


def tag(element: etree._Element) -> str:
    return etree.QName(element).localname


def breaks(root: etree._Element) -> list[str]:
    """The elements that break a rule, with what is wrong."""
    found = []
    for element in root.iter():
        rule = RULES.get(tag(element), Rule("an element of the table"))
        children = "".join(f"{tag(child)} " for child in element)
        if etree.QName(element).namespace != NAMESPACE or not re.fullmatch(rule.children, children):
            found.append(f"{tag(element)}: {children}")
        attributes = {name: value for name, value in element.attrib.items() if not name.startswith("{")}
        known = {**rule.required, **rule.optional}
        found += [f"{tag(element)}: no {name}" for name in rule.required if name not in attributes]
        found += [
            f"{tag(element)} {name}={value}"
            for name, value in attributes.items()
            if not re.fullmatch(known.get(name, "an attribute of the table"), value)
        ]
    names = [element.get("ID") for element in root.iter() if element.get("ID")]
    found += sorted({name for name in names if names.count(name) > 1})
    references = {element.get(name) for element in root.iter() for name in ("TAGREFS", "PROCESSINGREFS")} - {None}
    return [*found, *sorted(references - set(names))]


def all_of(root: etree._Element, name: str) -> list[etree._Element]:
    return root.findall(f".//{{{NAMESPACE}}}{name}")


@pytest.mark.parametrize("pages", [(PAGE,), (PAGE, file_page(), PAGE), (file_page(),)], ids=["one", "three", "blank"])
def test_it_keeps_the_rules_of_its_schema(pages):
    assert breaks(parsed(*pages)) == []


def test_a_file_that_breaks_the_rules_is_found():
    for name, attribute, value in (
        ("String", "WC", "1.2"), ("String", "CONTENT", None), ("TextLine", "HPOS", "left"), ("Page", "ID", "line_1_1"),
        ("TextBlock", "TAGREFS", "tag_nowhere"), ("TextLine", "COLOUR", "red"),
    ):  # fmt: skip
        root = parsed(PAGE)
        element = all_of(root, name)[0]
        if value is None:
            del element.attrib[attribute]
        else:
            element.set(attribute, value)
        assert len(breaks(root)) == 1, (name, attribute)
    root = parsed(PAGE)
    all_of(root, "TextLine")[0].clear()
    assert breaks(root) != []


def test_the_field_s_own_reader_finds_text_and_confidence(capsys: pytest.CaptureFixture[str]):
    file = io.StringIO(write_alto([PAGE], IMAGE_SOURCE).decode())
    file.name = "page.xml"
    _, tree, namespace = alto_tools.alto_parse(file)
    capsys.readouterr()
    alto_tools.alto_text(tree, namespace)
    read = [line.split() for line in capsys.readouterr().out.strip().splitlines()]
    assert read == [
        ["标", "题", "One"], ["a", "<", "b", "&", '"c"'], ["cell", "one"], ["cell", "two"], ["leaning", "words"],
        ["runs", "down"], ["竖", "排", "文", "字"], ["شكرا", "جزيلا"],
    ]  # fmt: skip
    words = [word.get("WC") for word in all_of(parsed(PAGE), "String")]
    mean = 100 * sum(map(float, words)) / len(words)
    assert alto_tools.alto_confidence(file, tree, namespace) == pytest.approx(mean, abs=0.01)


def test_places_are_pixels_of_the_page():
    page = all_of(parsed(PAGE), "Page")[0]
    assert (page.get("WIDTH"), page.get("HEIGHT"), page.get("PHYSICAL_IMG_NR")) == ("800", "1000", "1")
    line = all_of(page, "TextLine")[2]
    assert [line.get(name) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == ["20", "140", "280", "40"]
    assert all_of(parsed(PAGE), "MeasurementUnit")[0].text == "pixel"


def test_spaces_stand_where_the_page_has_them():
    lines = all_of(parsed(PAGE), "TextLine")
    shown = ["".join(" " if tag(part) == "SP" else part.get("CONTENT", "") for part in line) for line in lines]
    assert shown[0] == "标题 One"
    assert shown[6] == "竖排文字"


def test_a_table_is_a_block_of_blocks_and_other_kinds_are_tags():
    root = parsed(PAGE)
    (table,) = all_of(root, "ComposedBlock")
    assert [child.get("TAGREFS") for child in table] == [None, None]
    tags = {tag.get("ID"): tag.get("LABEL") for tag in all_of(root, "LayoutTag")}
    labels = [tags.get(block.get("TAGREFS", "")) for block in all_of(root, "PrintSpace")[0]]
    assert labels == ["title", None, None, "figure", None, None]
    assert all_of(parsed(file_page()), "Tags") == []


def test_lines_tell_how_their_text_runs():
    told = [(line.get("BASEDIRECTION"), line.get("BASELINE")) for line in all_of(parsed(PAGE), "TextLine")]
    assert told[0] == ("ltr", "20,52 300,52")
    assert told[5] == ("ltr", "588,350 588,650")
    assert told[6] == ("ttb", None)
    assert told[7] == ("rtl", "20,732 300,732")


def test_only_a_leaning_line_has_a_shape():
    lines = [turned_line("leaning", (400, 500), (300, 40), 8), text_line("level", 20, 20, 300, 60)]
    shapes = [line.find(f".//{{{NAMESPACE}}}Polygon") for line in all_of(parsed(file_page(*lines)), "TextLine")]
    assert shapes[0].get("POINTS") == " ".join(f"{x},{y}" for x, y in lines[0].quad)
    assert shapes[1] is None


def test_the_page_s_confidence_is_that_of_its_words():
    line = replace(text_line("ab cd", 0, 0, 100, 20), char_scores=(0.5, 0.5, 0.0, 1.0, 1.0))
    page = all_of(parsed(file_page(line)), "Page")[0]
    assert page.get("PC") == "0.7500"
    assert "PC" not in all_of(parsed(file_page()), "Page")[0].attrib
