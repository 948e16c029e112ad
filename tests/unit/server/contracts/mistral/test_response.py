import re

from server.contracts.mistral.page_part import PagePart, ReadText
from server.contracts.mistral.request import Wanted
from server.contracts.mistral.response import ocr_answer
from server.decode.document import DocumentInfo
from tests.unit.server.contracts.mistral.pages import piece

INFO = DocumentInfo("pdf", 3, 3, ((200, 100),) * 3, ((100.0, 50.0),) * 3)
TABLE = piece("table", "| a |\n| --- |", html="<table><tr><td>a</td></tr></table>")


def pages(*parts: tuple, wanted: Wanted, info: DocumentInfo = INFO) -> list[dict]:
    made = [PagePart(index, (200, 100), tuple(pieces)) for index, pieces in enumerate(parts)]
    return ocr_answer(made, info, wanted, "m", 7)["pages"]


def test_pictures_are_numbered_through_the_document_and_every_mark_has_its_entry():
    picture = piece("image", jpeg=b"J")
    made = pages((piece("title", "# A"), picture, piece("text", "b")), (picture, picture), wanted=Wanted(pictures=True))
    assert made[0]["markdown"] == "# A\n\n![img-0.jpeg](img-0.jpeg)\n\nb"
    assert [image["id"] for page in made for image in page["images"]] == ["img-0.jpeg", "img-1.jpeg", "img-2.jpeg"]
    for page in made:
        marks = re.findall(r"!\[(.*?)\]\((.*?)\)", page["markdown"])
        assert marks == [(image["id"], image["id"]) for image in page["images"]]
    assert made[0]["images"][0] == {
        "id": "img-0.jpeg",
        "top_left_x": 10,
        "top_left_y": 20,
        "bottom_right_x": 110,
        "bottom_right_y": 60,
        "image_base64": "data:image/jpeg;base64,Sg==",
        "image_annotation": None,
    }


def test_a_limit_of_pictures_is_the_documents_and_leaves_no_mark():
    picture = piece("image")
    made = pages((picture, picture), (picture, piece("text", "b")), wanted=Wanted(image_limit=1, blocks=True))
    assert [page["markdown"] for page in made] == ["![img-0.jpeg](img-0.jpeg)", "b"]
    assert [len(page["images"]) for page in made] == [1, 0]
    none = pages((picture,), wanted=Wanted(image_limit=0, blocks=True))
    assert (none[0]["markdown"], none[0]["images"], none[0]["blocks"]) == ("", [], [])


def test_tables_stand_in_the_markdown_or_beside_it():
    (page,) = pages((TABLE, TABLE), wanted=Wanted())
    assert (page["markdown"], page["tables"]) == ("| a |\n| --- |\n\n| a |\n| --- |", [])
    for form, extension, content in (("markdown", "md", TABLE.content), ("html", "html", TABLE.html)):
        (page,) = pages((TABLE, TABLE), wanted=Wanted(table_format=form, blocks=True))
        names = [f"tbl-{number}.{extension}" for number in range(2)]
        assert page["markdown"] == "\n\n".join(f"[{name}]({name})" for name in names)
        assert page["tables"] == [{"id": name, "content": content, "format": form} for name in names]
        assert [(block["table_id"], block["content"]) for block in page["blocks"]] == [
            (name, content) for name in names
        ]


def test_heads_and_feet_leave_the_markdown_if_that_is_wanted():
    parts = (piece("header", "Head"), piece("text", "b"), piece("footer", "1"), piece("footer", "Foot"))
    (page,) = pages(parts, wanted=Wanted())
    assert (page["markdown"], page["header"], page["footer"]) == ("Head\n\nb\n\n1\n\nFoot", None, None)
    (page,) = pages(parts, wanted=Wanted(header=True, footer=True, blocks=True))
    assert (page["markdown"], page["header"], page["footer"]) == ("b", "Head", "1\n\nFoot")
    assert [block["type"] for block in page["blocks"]] == ["header", "text", "footer", "footer"]


def test_blocks_come_only_if_asked_for_and_have_whole_numbers():
    picture = piece("image")
    (page,) = pages((picture, piece("caption", "c")), wanted=Wanted())
    assert "blocks" not in page
    (page,) = pages((picture, piece("caption", "c")), wanted=Wanted(blocks=True))
    corners = {"top_left_x": 10, "top_left_y": 20, "bottom_right_x": 110, "bottom_right_y": 60}
    assert page["blocks"] == [
        {"type": "image", **corners, "content": "", "image_id": "img-0.jpeg"},
        {"type": "caption", **corners, "content": "c"},
    ]


def test_words_are_found_at_their_places_in_the_markdown():
    title = piece("title", "# Two words", lines=(ReadText("Two words", 0.6),))
    parts = (piece("header", "Head"), title, piece("image"), piece("text", "end"))
    (page,) = pages(parts, wanted=Wanted(header=True, confidence="word"))
    words = page["confidence_scores"]["word_confidence_scores"]
    assert [word["text"] for word in words] == ["Two", "words", "end"]
    for word in words:
        assert page["markdown"][word["start_index"] :].startswith(word["text"])
    assert page["confidence_scores"]["minimum_page_confidence_score"] == 0.6


def test_a_blank_page_is_an_empty_text_without_scores():
    (page,) = pages((), wanted=Wanted(confidence="page", blocks=True))
    assert (page["markdown"], page["confidence_scores"], page["blocks"], page["images"]) == ("", None, [], [])


def test_the_resolution_is_a_whole_number():
    assert pages((), wanted=Wanted())[0]["dimensions"] == {"dpi": 144, "height": 100, "width": 200}
    for known, dpi in (((299.72, 299.72), 300), (None, 72)):
        info = DocumentInfo("image", 1, 1, ((200, 100),), resolutions=(known,))
        assert pages((), wanted=Wanted(), info=info)[0]["dimensions"]["dpi"] == dpi
