"""`POST /ocr` over real HTTP, with real weights: what clients of the contract rely on."""

import base64
import json
import math
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
import requests

from tests.contract.conftest import IMAGE, TEXT, TOKEN, Server, body, encoded, picture, tiff, transparent
from tests.unit.server.apps import pdf

FONT = cv2.FONT_HERSHEY_SIMPLEX
PRUNED_KEYS = [
    "model_settings",
    "dt_polys",
    "text_det_params",
    "text_type",
    "textline_orientation_angles",
    "text_rec_score_thresh",
    "return_word_box",
    "rec_texts",
    "rec_scores",
    "rec_polys",
    "rec_boxes",
]


def post(server: Server, **fields) -> requests.Response:
    return requests.post(f"{server.url}/ocr", json=body(**fields) if "data" in fields else fields, timeout=60)


def read(server: Server, data: bytes = IMAGE, **fields) -> dict:
    answer = post(server, data=data, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def first(answer: dict) -> dict:
    return answer["result"]["ocrResults"][0]["prunedResult"]


def test_reads_the_text_of_a_picture(server):
    answer = read(server, logId="a/../b 门")
    assert list(answer) == ["logId", "result", "errorCode", "errorMsg"]
    assert (answer["logId"], answer["errorCode"], answer["errorMsg"]) == ("a/../b 门", 0, "Success")
    assert list(answer["result"]) == ["ocrResults", "dataInfo"]
    pruned = first(answer)
    assert list(pruned) == PRUNED_KEYS
    assert pruned["rec_texts"] == [TEXT]
    assert pruned["rec_scores"][0] > 0.9
    left, top, right, bottom = pruned["rec_boxes"][0]
    assert 0 <= left < 40
    assert 450 < right < 640
    assert 40 < top < bottom < 140


def test_alpha_is_dropped_and_not_composited(server):
    assert first(read(server, transparent(picture())))["rec_texts"] == []


def test_numbers_have_the_contracts_json_types(server):
    text = post(server, data=IMAGE).text
    pruned = first(json.loads(text, parse_float=lambda number: ("float", number)))
    flat = np.array(pruned["dt_polys"] + pruned["rec_polys"])
    assert flat.dtype == np.int64
    assert all(type(side) is int for side in pruned["rec_boxes"][0])
    assert pruned["text_rec_score_thresh"] == ("float", "0.0")
    assert pruned["rec_scores"][0][0] == "float"
    assert float(np.float32(pruned["rec_scores"][0][1])) == float(pruned["rec_scores"][0][1])
    assert "null" not in text
    assert ": " not in text.split('"rec_texts"')[0]


def test_an_empty_page_has_no_lines_and_no_angles(server):
    pruned = first(read(server, encoded(np.full((100, 100, 3), 255, np.uint8))))
    assert "textline_orientation_angles" not in pruned
    assert {key: pruned[key] for key in ("dt_polys", "rec_texts", "rec_scores", "rec_polys", "rec_boxes")} == {
        "dt_polys": [],
        "rec_texts": [],
        "rec_scores": [],
        "rec_polys": [],
        "rec_boxes": [],
    }


def test_word_boxes_come_when_asked_for(server):
    pruned = first(read(server, returnWordBox=True))
    assert list(pruned)[-2:] == ["text_word_boxes", "text_word"]
    assert "".join(pruned["text_word"][0]) == TEXT
    assert len(pruned["text_word"][0]) == len(pruned["text_word_boxes"][0])


def test_options_are_echoed_and_change_the_outcome(server):
    pruned = first(
        read(server, textRecScoreThresh=1, textDetLimitSideLen="96", textDetLimitType="max", textDetThresh=0.2)
    )
    assert pruned["text_det_params"] == {
        "limit_side_len": 96,
        "limit_type": "max",
        "thresh": 0.2,
        "max_side_limit": 4000,
        "box_thresh": 0.6,
        "unclip_ratio": 1.5,
    }
    assert pruned["rec_texts"] == []


def test_a_side_length_over_the_limit_is_clamped_and_echoed(server):
    pruned = first(read(server, textDetLimitSideLen=100_000, textDetLimitType="max"))
    assert pruned["text_det_params"]["limit_side_len"] == 100_000
    assert pruned["rec_texts"] == [TEXT]


@pytest.mark.parametrize("extension", [".png", ".jpg", ".bmp", ".webp", ".tiff", ".ppm"])
def test_image_formats(server, extension):
    answer = read(server, encoded(picture(), extension))
    assert first(answer)["rec_texts"] == [TEXT]
    assert answer["result"]["dataInfo"] == {"width": 640, "height": 200, "type": "image"}


def test_a_pdf_stops_at_ten_pages_and_says_so(server):
    answer = post(server, data=pdf(12), file_type=0)
    assert answer.headers["x-document-pages"] == "10/12"
    result = answer.json()["result"]
    assert len(result["ocrResults"]) == 10
    assert result["dataInfo"] == {"numPages": 10, "pages": [{"width": 120, "height": 80}] * 10, "type": "pdf"}


def test_a_tiff_of_several_pages_keeps_their_order(server):
    texts = ["Page one", "Page two", "Page three"]
    answer = read(server, tiff([picture(text) for text in texts]))
    assert [page["prunedResult"]["rec_texts"] for page in answer["result"]["ocrResults"]] == [[text] for text in texts]
    assert answer["result"]["dataInfo"]["type"] == "tiff"


def test_pictures_are_jpeg_in_base64_and_scaled_to_the_limit(server):
    answer = read(server, encoded(picture(width=1500, height=1000)), visualize=None, useDocOrientationClassify=True)
    page = answer["result"]["ocrResults"][0]
    assert list(page) == ["prunedResult", "ocrImage", "docPreprocessingImage", "inputImage"]
    images = {
        key: cv2.imdecode(np.frombuffer(base64.b64decode(page[key], validate=True), np.uint8), cv2.IMREAD_COLOR)
        for key in list(page)[1:]
    }
    assert {key: image.shape[1::-1] for key, image in images.items()} == {
        "ocrImage": (2000, 666),
        "docPreprocessingImage": (2000, int(1025 * 2000 / 4500)),
        "inputImage": (1500, 1000),
    }


def test_an_upside_down_page_is_turned_when_asked_for(server):
    page = np.vstack([picture(f"Line {number} of this page") for number in range(6)])
    upside_down = encoded(cv2.rotate(page, cv2.ROTATE_180))
    pruned = first(read(server, upside_down, useDocOrientationClassify=True))
    assert pruned["doc_preprocessor_res"]["angle"] == 180
    assert pruned["rec_texts"] == [f"Line {number} of this page" for number in range(6)]
    assert "doc_preprocessor_res" not in first(read(server, upside_down, useDocOrientationClassify=False))


def test_text_lines_may_be_turned(server):
    pruned = first(read(server, useTextlineOrientation=True))
    assert pruned["model_settings"] == {"use_doc_preprocessor": False, "use_textline_orientation": True}
    assert len(pruned["textline_orientation_angles"]) == 1
    assert pruned["textline_orientation_angles"][0] in (0, 1)


def test_a_module_without_weights_is_told_with_its_remedy(secured):
    asked = {**body(data=IMAGE), "useDocUnwarping": True, "logId": "x"}
    answer = requests.post(f"{secured.url}/ocr", json=asked, headers={"Authorization": f"token {TOKEN}"}, timeout=60)
    assert (answer.status_code, answer.json()["logId"]) == (422, "x")
    assert answer.json()["errorMsg"].startswith("the input params for model settings are invalid!")
    assert "ppocr-server models pull UVDoc_that_nobody_has" in answer.json()["errorMsg"]


def bent_page() -> np.ndarray:
    """A photo of a page on a dark table. Its lines bend by three times their height."""
    page = np.full((900, 700, 3), 235, np.uint8)
    for number in range(1, 13):
        cv2.putText(page, f"Line {number} of a bent page", (60, 25 + 65 * number), FONT, 1.2, (20, 20, 20), 2)
    framed = cv2.copyMakeBorder(page, 120, 120, 60, 60, cv2.BORDER_CONSTANT, value=(40, 45, 50))
    rows, columns = np.indices(framed.shape[:2], np.float32)
    bow = 90 * np.sin(np.pi * columns / framed.shape[1])
    return cv2.remap(framed, columns, rows + bow - 45, cv2.INTER_LINEAR, borderValue=(40, 45, 50))


def slopes(pruned: dict) -> float:
    """How high the boxes of a page are, for their width, in the mean: bent and sloping lines have high boxes."""
    boxes = np.array(pruned["rec_boxes"], float)
    return float(((boxes[:, 3] - boxes[:, 1]) / (boxes[:, 2] - boxes[:, 0])).mean())


def test_a_bent_page_is_made_flat_when_asked_for(server):
    page = bent_page()
    bent, flat = (first(read(server, encoded(page), useDocUnwarping=asked)) for asked in (False, True))
    assert flat["model_settings"]["use_doc_preprocessor"] is True
    assert flat["doc_preprocessor_res"]["model_settings"]["use_doc_unwarping"] is True
    assert [text.replace(" ", "") for text in flat["rec_texts"]] == [
        f"Line{number}ofabentpage" for number in range(1, 13)
    ]
    assert slopes(flat) < 0.8 * slopes(bent)


@pytest.mark.parametrize(
    "noisy",
    [
        lambda text: text[:40] + "\n" + text[40:] + "\r\n",
        lambda text: " " + text,
        lambda text: text[:10] + "!*" + text[10:],
        lambda text: "data:image/png;base64," + text,
    ],
)
def test_base64_is_read_leniently(server, noisy):
    answer = post(server, file=noisy(base64.b64encode(IMAGE).decode()), fileType=1, visualize=False)
    assert first(answer.json())["rec_texts"] == [TEXT]


@pytest.mark.parametrize("log_id", ["../escape", "a/b/c", "\u0000", "x" * 10_000, "门"])
def test_any_text_is_a_log_id(server, log_id):
    assert read(server, logId=log_id)["logId"] == log_id


def test_raw_and_multipart_forms_give_the_same_result(server):
    expected = read(server)["result"]
    raw = requests.post(
        f"{server.url}/ocr?visualize=false", data=IMAGE, headers={"Content-Type": "image/png"}, timeout=60
    )
    form = requests.post(f"{server.url}/ocr", files={"file": IMAGE}, data={"visualize": "false"}, timeout=60)
    assert raw.json()["result"] == expected
    assert form.json()["result"] == expected
    assert raw.headers["x-document-pages"] == "1/1"


def test_options_of_concurrent_requests_do_not_mix(server):
    def ask(number: int) -> tuple[float, dict]:
        threshold = 0.1 + number / 100
        return threshold, first(read(server, textDetThresh=threshold, returnWordBox=bool(number % 2)))

    with ThreadPoolExecutor(8) as pool:
        for number, (threshold, pruned) in enumerate(pool.map(ask, range(16))):
            assert math.isclose(pruned["text_det_params"]["thresh"], threshold)
            assert pruned["return_word_box"] is bool(number % 2)
            assert ("text_word" in pruned) is bool(number % 2)
            assert pruned["rec_texts"] == [TEXT]


def test_the_same_page_alone_and_among_others_gives_the_same_bytes(server):
    alone = read(server, logId="x")
    with ThreadPoolExecutor(6) as pool:
        others = [
            pool.submit(read, server, encoded(picture(f"Other {number}", 300 + 50 * number))) for number in range(6)
        ]
        among = [pool.submit(read, server, logId="x") for _ in range(3)]
        assert [answer.result() for answer in among] == [alone] * 3
        assert all(answer.result()["errorCode"] == 0 for answer in others)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "application/json"),
        (b"[" * 1_000_000, "application/json"),
        (b'{"file":"\xff\xfe"}', "application/json"),
        (b'{"file":"\\ud800","fileType":1}', "application/json"),
        (b'{"file":"a","logId":"\\ud800"}', "application/json"),
        (b'{"file":"a","fileType":1,"textDetLimitSideLen":' + b"9" * 4000 + b"}", "application/json"),
        (b'{"file":"a","fileType":1,"x":' + b"9" * 5000 + b"}", "application/json"),
        (b'{"file":"a","fileType":1,"textDetThresh":NaN}', "application/json"),
        (b"\x00" * 1000, "application/json"),
        (b"%PDF-1.7\n" + b"\x00" * 1000, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "image/png"),
        (b"--x\r\n" * 10_000, "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data; boundary=" + "x" * 5000),
        (b"x", "multipart/form-data"),
        (b"x", ";;;=\xe9"),
    ],
)
def test_no_body_makes_the_server_fail(server, content, content_type):
    answer = requests.post(f"{server.url}/ocr", data=content, headers={"Content-Type": content_type}, timeout=60)
    assert answer.status_code == 422
    # LiteParse sends forms, and looks for ``error``.
    expected = ["logId", "errorCode", "errorMsg", *["error"] * content_type.startswith("multipart/form-data")]
    assert list(answer.json()) == expected


@pytest.mark.parametrize("query", ["logId=%ff", "logId=%ed%a0%80", "textDetThresh=%00", "a=b&&=&;=%", "fileType=%ff"])
def test_no_query_makes_the_server_fail(server, query):
    answer = requests.post(f"{server.url}/ocr?{query}", data=IMAGE, headers={"Content-Type": "image/png"}, timeout=60)
    assert answer.status_code in (200, 422)
