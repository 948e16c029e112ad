"""`POST /layout-parsing` around a pipeline that reads what a test gives it."""

import base64
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from litestar.testing import TestClient

from models.errors import EngineFailure
from server.config.serving_settings import MemoryStorage, ServingSettings
from tests.unit.server.apps import application, base64_of, pdf, png
from tests.unit.server.contracts.paddlex_shapes.small_document import TEXTS
from tests.unit.server.export.results import result
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

PATH = "/layout-parsing"
IMAGE = {"file": base64_of(png()), "fileType": 1}
NOISE = np.full((500, 400, 3), 255, np.uint8)
NOISE[250:340, 50:250] = np.random.default_rng(1).integers(0, 255, (90, 200, 3), np.uint8)
DOCUMENT = {"file": base64_of(cv2.imencode(".png", NOISE)[1].tobytes()), "fileType": 1}


class Reading(StubPipeline):
    """Reads every page as the given lines."""

    def __init__(self, lines=TEXTS) -> None:
        super().__init__()
        self.lines = lines

    async def read(self, page, options, **more):
        await super().read(page, options, **more)
        read = result(page.image, self.lines)
        return replace(read, options=options)


@pytest.fixture(scope="module")
def pipeline():
    return Reading()


@pytest.fixture(scope="module")
def client(pipeline):
    with TestClient(application(pipeline)) as client:
        yield client


def serving(pipeline=None, **contract):
    return TestClient(application(pipeline or StubPipeline(), contracts={"layout_parsing": contract}))


def page_of(answer) -> dict:
    assert answer.status_code == 200, answer.text
    (page,) = answer.json()["result"]["layoutParsingResults"]
    return page


def details(answer) -> list[dict]:
    content = answer.json()
    assert (answer.status_code, content["errorCode"]) == (422, 422)
    return json.loads(content["errorMsg"])


def test_the_envelope_has_the_contracts_keys_and_one_page_for_a_picture(client):
    answer = client.post(PATH, json={**IMAGE, "logId": "门 1"})
    content = answer.json()
    assert list(content) == ["logId", "result", "errorCode", "errorMsg"]
    assert (content["logId"], content["errorCode"], content["errorMsg"]) == ("门 1", 0, "Success")
    assert list(content["result"]) == ["layoutParsingResults", "dataInfo"]
    assert content["result"]["dataInfo"] == {"width": 120, "height": 40, "type": "image"}
    assert len(content["result"]["layoutParsingResults"]) == 1
    assert answer.headers["x-document-pages"] == "1/1"
    assert "x-ocr-warnings" not in answer.headers


def test_a_header_names_what_read(client):
    said = client.post(PATH, json=IMAGE).headers["x-ocr-engine"]
    assert said == "pipeline=geometry; preset=paddlex; text_detection=stub_det; text_recognition=stub_rec"


def test_a_page_has_the_keys_of_its_form_and_nothing_that_was_not_produced(client):
    page = page_of(client.post(PATH, json=IMAGE))
    assert list(page) == ["prunedResult", "markdown"]
    assert list(page["markdown"]) == ["text", "isStart", "isEnd", "images"]
    assert list(page["prunedResult"]) == [
        "page_count", "width", "height", "model_settings", "parsing_res_list", "layout_det_res", "overall_ocr_res",
    ]  # fmt: skip
    assert page["markdown"]["images"] == {}


def test_markdown_pictures_are_left_out_where_they_are_not_wanted(client):
    assert "images" not in page_of(client.post(PATH, json={**DOCUMENT, "returnMarkdownImages": False}))["markdown"]


def test_a_picture_of_the_markdown_is_base64_under_the_name_in_the_text(client):
    markdown = page_of(client.post(PATH, json=DOCUMENT))["markdown"]
    ((name, value),) = markdown["images"].items()
    assert name.startswith("imgs/img_in_image_box_")
    assert f'<img src="{name}" alt="Image"' in markdown["text"]
    cut = cv2.imdecode(np.frombuffer(base64.b64decode(value, validate=True), np.uint8), cv2.IMREAD_COLOR)
    assert cut.shape[0] > 80


def test_pictures_show_how_the_page_was_read_where_they_are_wanted(client):
    page = page_of(client.post(PATH, json={**DOCUMENT, "visualize": True}))
    assert list(page) == ["prunedResult", "markdown", "outputImages", "inputImage"]
    assert list(page["outputImages"])[:3] == ["layout_det_res", "overall_ocr_res", "layout_order_res"]
    assert all(value.startswith("/9j/") for value in [*page["outputImages"].values(), page["inputImage"]])


def test_pictures_are_the_configurations_where_the_request_says_nothing():
    with TestClient(application(serving=ServingSettings(visualize=True))) as client:
        assert "outputImages" in page_of(client.post(PATH, json=IMAGE))
        assert "outputImages" not in page_of(client.post(PATH, json={**IMAGE, "visualize": False}))


def test_links_lead_to_the_pictures():
    serving = ServingSettings(visualize=True, return_urls=True, file_storage=MemoryStorage())
    app = application(Reading(), serving=serving)
    with TestClient(app) as client:
        page = page_of(client.post(PATH, json=DOCUMENT))
        links = [*page["markdown"]["images"].values(), *page["outputImages"].values(), page["inputImage"]]
        assert len(links) >= 5
        for link in links:
            answer = client.get(link.partition(client.headers.get("host", "testserver.local"))[2])
            assert (answer.status_code, answer.content[:2]) == (200, b"\xff\xd8"), link


def test_a_pdf_has_a_page_for_each_of_its_pages_and_the_cap_is_told():
    with TestClient(application(serving=ServingSettings(visualize=False, max_num_input_imgs=2))) as client:
        answer = client.post(PATH, json={"file": base64_of(pdf(3)), "fileType": 0})
    pages = answer.json()["result"]["layoutParsingResults"]
    assert [page["prunedResult"]["page_count"] for page in pages] == [None, None]
    assert answer.headers["x-document-pages"] == "2/3"
    assert answer.json()["result"]["dataInfo"]["numPages"] == 2


def test_a_blank_page_is_empty():
    with serving(Reading([])) as client:
        page = page_of(client.post(PATH, json=IMAGE))
    assert page["markdown"] == {"text": "", "isStart": True, "isEnd": True, "images": {}}
    assert page["prunedResult"]["parsing_res_list"] == []


def test_the_shape_of_vision_language_models_is_a_setting():
    with serving(Reading(), result_shape="vl") as client:
        page = page_of(client.post(PATH, json=DOCUMENT))
    assert list(page["markdown"]) == ["text", "images"]
    assert "overall_ocr_res" not in page["prunedResult"]
    assert page["prunedResult"]["model_settings"]["use_layout_detection"] is False


@pytest.mark.parametrize("module", ["Formula", "Chart", "Seal"])
def test_what_is_not_here_is_told_and_never_invented(client, module):
    name = f"{module.lower()} recognition is not available"
    answer = client.post(PATH, json={**IMAGE, f"use{module}Recognition": True})
    assert list(answer.json()) == ["logId", "result", "errorCode", "errorMsg", "warnings"]
    assert answer.json()["warnings"] == [name]
    assert answer.headers["x-ocr-warnings"] == name
    settings = page_of(answer)["prunedResult"]["model_settings"]
    assert settings[f"use_{module.lower()}_recognition"] is False
    assert "warnings" not in client.post(PATH, json={**IMAGE, f"use{module}Recognition": False}).json()


def test_what_is_not_here_is_refused_where_the_operator_wants_that():
    asked = {**IMAGE, "useChartRecognition": True, "useSealRecognition": True, "logId": "x"}
    with serving(unavailable_modules="refuse") as client:
        answer = client.post(PATH, json=asked)
        assert client.post(PATH, json={**IMAGE, "useChartRecognition": False}).status_code == 200
    assert answer.status_code == 422
    assert answer.json()["logId"] == "x"
    said = answer.json()["errorMsg"]
    assert said.startswith("the input params for model settings are invalid! chart recognition is not available, seal")


def test_a_model_that_is_not_installed_is_told(client):
    answer = client.post(PATH, json={**IMAGE, "useDocUnwarping": True})
    assert answer.status_code == 422
    assert answer.json()["errorMsg"].startswith("the input params for model settings are invalid!")


def test_the_kind_of_a_file_is_never_guessed_unless_the_operator_wants_that(client):
    lying = {**IMAGE, "fileType": 0}
    assert client.post(PATH, json=lying).json()["errorMsg"] == "Invalid input file"
    with serving(sniff_file_type=True) as sniffing:
        assert page_of(sniffing.post(PATH, json=lying))["markdown"]["text"] == TEXT
        assert sniffing.post(PATH, json={"file": base64_of(pdf(1)), "fileType": 1}).status_code == 200
        unknown = {"file": base64_of(b"neither"), "fileType": 1}
        assert sniffing.post(PATH, json=unknown).json()["errorMsg"] == "Invalid input file"


@pytest.mark.parametrize(
    ("fields", "kind", "place"),
    [
        ({"outputFormats": ["docx"]}, "value_error", "body.outputFormats"),
        ({"outputFormats": ["markdown"]}, "value_error", "body.outputFormats"),
        ({"promptLabel": "poem"}, "value_error", "body.promptLabel"),
        ({"maxPixels": 0}, "greater_than", "body.maxPixels"),
        ({"useTableRecognition": "maybe"}, "bool_parsing", "body.useTableRecognition"),
        ({"fileType": 2}, "literal_error", "body.fileType"),
    ],
)
def test_wrong_values_are_refused_in_the_form_of_the_validation(client, fields, kind, place):
    (detail,) = details(client.post(PATH, json={**IMAGE, **fields}))
    assert (detail["type"], detail["loc"], set(detail)) == (kind, place, {"type", "loc", "msg"})


def test_layout_merge_modes_are_words(client):
    assert client.post(PATH, json={**IMAGE, "layoutMergeBboxesMode": "large"}).status_code == 200
    assert details(client.post(PATH, json={**IMAGE, "layoutMergeBboxesMode": 3}))


def test_options_of_vision_language_models_are_harmless(client):
    sent = {
        "useLayoutDetection": True, "useOcrForImageBlock": False, "layoutShapeMode": "auto", "promptLabel": "ocr",
        "repetitionPenalty": 1.1, "temperature": 0, "topP": 1, "minPixels": 1, "maxPixels": 9, "maxNewTokens": 5,
        "mergeLayoutBlocks": True, "vlmExtraArgs": {"a": 1}, "restructurePages": True, "mergeTables": False,
        "relevelTitles": False, "algorithm": "of one client", "showFormulaNumber": True,
    }  # fmt: skip
    assert client.post(PATH, json={**IMAGE, **sent}).json()["result"] == client.post(PATH, json=IMAGE).json()["result"]


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"", "application/json", ("missing", "body")),
        (b"{", "application/json", ("json_invalid", "body[1]")),
        (b"[]", "application/json", ("model_attributes_type", "body")),
        (b"{}", "application/json", ("missing", "body.file")),
        (b"a file", "image/png", ("model_attributes_type", "body")),
        (b"--b--", "multipart/form-data; boundary=b", ("model_attributes_type", "body")),
    ],
)
def test_other_bodies_than_json_are_refused(client, content, kind, expected):
    (detail,) = details(client.post(PATH, content=content, headers={"content-type": kind}))
    assert (detail["type"], detail["loc"]) == expected


def test_base64_needs_its_type(client):
    assert client.post(PATH, json={"file": IMAGE["file"]}).json()["errorMsg"] == "File type cannot be determined"


@pytest.mark.parametrize("scheme", ["token", "Bearer"])
def test_keys_are_the_contracts_own(scheme):
    with serving(keys={"ann": "sk-ann"}) as client:
        headers = {"Authorization": f"{scheme} sk-ann"}
        assert client.post(PATH, json=IMAGE, headers=headers).status_code == 200
        refused = client.post(PATH, json={**IMAGE, "logId": "mine"})
        assert (refused.status_code, refused.json()["errorCode"], refused.json()["logId"]) == (401, 401, "mine")


def test_other_methods_and_paths_have_the_envelope(client):
    for answer, status in ((client.get(PATH), 405), (client.post("/restructure-pages", json={}), 404)):
        assert (answer.status_code, answer.json()["errorCode"]) == (status, status)
        assert list(answer.json()) == ["logId", "errorCode", "errorMsg"]


def test_a_failing_engine_is_an_error_of_the_server():
    pipeline = StubPipeline()
    pipeline.failures[0] = EngineFailure("broken")
    with serving(pipeline) as client:
        answer = client.post(PATH, json={**IMAGE, "logId": "x"})
    assert answer.json() == {"logId": "x", "errorCode": 500, "errorMsg": "Internal server error"}


def test_a_contract_that_is_off_is_not_there():
    with serving(enabled=False) as client:
        assert client.post(PATH, json=IMAGE).status_code == 404


def test_ocr_is_not_changed_by_its_neighbour(client):
    before = client.post("/ocr", json={**IMAGE, "logId": "x"})
    client.post(PATH, json={**IMAGE, "textDetThresh": 0.9})
    assert client.post("/ocr", json={**IMAGE, "logId": "x"}).content == before.content


def test_options_reach_the_pipeline(client, pipeline):
    client.post(PATH, json={**IMAGE, "textDetThresh": 0.9, "textRecScoreThresh": 0.4, "useTextlineOrientation": True})
    options = pipeline.read_options[-1]
    assert (options.text_det_thresh, options.text_rec_score_thresh) == (0.9, 0.4)
