import json

from server.contracts.paddleocr_jobs.kept_page import DocumentNote, KeptPage, decode_page, encode_page
from server.contracts.paddleocr_jobs.result_files import linked_markdown, result_line
from server.decode.document import DocumentInfo

PDF = DocumentNote(DocumentInfo("pdf", 2, 2, ((10, 20), (30, 40))), 2)
IMAGE = DocumentNote(DocumentInfo("image", 1, 1, ((10, 20),)), 1)
NAME = "img_in_image_box_1_2_3_4.jpg"
PAGE = KeptPage(
    pruned=b'{"width":30}',
    markdown=f'# \u95e8\u2028\n\n<div style="text-align: center;"><img src="{NAME}" alt="Image" /></div>\n',
    is_end=False,
    images=(NAME,),
    drawn={"layout_det_res": "layout_det_res_1.jpg"},
    input_image="input_img_1.jpg",
    preprocessed="input_img_1.jpg",
    pictures={NAME: b"a", "layout_det_res_1.jpg": b"bc", "input_img_1.jpg": b"def"},
)


def link(name: str) -> str:
    return f"http://h/{name}"


def test_a_line_of_a_document_has_the_keys_of_the_contract_and_describes_its_page_alone():
    line = result_line(PAGE, 2, "id", PDF, link)
    assert line.isascii()
    assert len(line.decode().splitlines()) == 1
    content = json.loads(line)
    assert list(content) == ["logId", "result", "errorCode", "errorMsg"]
    assert list(content["result"]) == ["layoutParsingResults", "dataInfo", "preprocessedImages"]
    assert content["result"]["dataInfo"] == {"numPages": 1, "pages": [{"width": 30, "height": 40}], "type": "pdf"}
    assert content["result"]["preprocessedImages"] == ["http://h/input_img_1.jpg"]
    (page,) = content["result"]["layoutParsingResults"]
    assert list(page) == ["prunedResult", "markdown", "outputImages", "inputImage"]
    assert list(page["markdown"]) == ["text", "isStart", "isEnd", "images"]
    assert (page["markdown"]["text"], page["markdown"]["isEnd"]) == (PAGE.markdown, False)
    assert page["markdown"]["images"] == {NAME: f"http://h/{NAME}"}
    assert page["outputImages"] == {"layout_det_res": "http://h/layout_det_res_1.jpg"}


def test_a_line_of_text_alone_has_its_own_list_and_pictures_only_where_they_are():
    content = json.loads(result_line(KeptPage(b'{"rec_texts":[]}', None), 1, "id", IMAGE, link))
    assert content["result"] == {
        "ocrResults": [{"prunedResult": {"rec_texts": []}}],
        "dataInfo": {"width": 10, "height": 20, "type": "image"},
        "preprocessedImages": [],
    }


def test_the_vision_shape_has_no_flags_and_empty_objects_stay():
    content = json.loads(result_line(KeptPage(b"{}", "\n", vision=True), 1, "id", IMAGE, link))
    (page,) = content["result"]["layoutParsingResults"]
    assert page == {"prunedResult": {}, "markdown": {"text": "\n", "images": {}}, "outputImages": {}}


def test_pictures_of_the_whole_markdown_are_addresses_and_other_words_stay():
    page = KeptPage(b"{}", f'<img src="{NAME}" /> ![]({NAME}) src="other.jpg" {NAME}', images=(NAME,))
    assert linked_markdown(page, link) == (f'<img src="http://h/{NAME}" /> ![](http://h/{NAME}) src="other.jpg" {NAME}')
    later = "img_in_image_box_1_2_3_4_p12.jpg"
    assert linked_markdown(KeptPage(b"{}", f"![]({later})", images=(later,)), link) == f"![](http://h/{later})"
    assert linked_markdown(KeptPage(b"{}", f"![]({later})"), link) == f"![]({later})"


def test_a_page_is_kept_as_it_is_and_can_lose_its_drawn_pictures():
    assert decode_page(encode_page(PAGE)) == PAGE
    assert PAGE.picture_bytes == 6
    less = PAGE.without_drawn()
    assert (less.drawn, less.input_image, less.preprocessed, less.pictures) == ({}, "", "", {NAME: b"a"})
    assert (less.markdown, less.images) == (PAGE.markdown, PAGE.images)
