"""Rule 3, the request, and rule 5, its errors."""

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import cv2
import numpy as np
import pikepdf
import pytest
import requests
from PIL import Image

from tests.contract.baidu.client import ALL, BLANK, IMAGE, LINES, PAGE, PREFIX, b64, failure, pdf, two_lines, words
from tests.contract.baidu.conftest import Files
from tests.contract.conftest import encoded, picture, tiff

BASIC = "general_basic"
PDF = b64(pdf(two_lines(), BLANK))
MIB = 1024 * 1024


# Sources and their precedence


@pytest.mark.parametrize("extension", [".png", ".jpg", ".bmp"])
@pytest.mark.parametrize("api", ALL)
def test_3_formats(client, api, extension):
    assert words(client.read(api, image=b64(encoded(two_lines(), extension)))) == LINES


@pytest.mark.parametrize("api", ALL)
@pytest.mark.operation("Baidu AI", "image > url > pdf_file by presence")
def test_3_precedence(client, api):
    assert words(client.read(api, image=PAGE, url="nonsense", pdf_file="nonsense")) == LINES
    assert "pdf_file_size" not in client.read(api, image=PAGE, pdf_file=PDF)
    client.fail(api, 216200, "empty image", image="", url="http://127.0.0.1/a.png", pdf_file=PDF)
    client.fail(api, 282114, "url size error", url="", pdf_file=PDF)
    client.fail(api, 216200, "empty image", pdf_file="")
    failure(client.call(api, "image&url=http://127.0.0.1/a.png"), 216200, "empty image")


@pytest.mark.parametrize("api", ALL)
def test_5_no_source(client, api):
    for content in ({}, {"foo": "1"}, {"language_type": "ENG"}, "", "mage", b"\xff\xfe&&&=&=="):
        failure(client.call(api, content), 216101, "not enough param")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "image/png", ";;"])
def test_5_a_body_that_is_no_form(client, content_type):
    content = client.call(BASIC, '{"image": "aGVsbG8="}', headers={"Content-Type": content_type})
    failure(content, 216101, "not enough param")


def test_3_a_multipart_form(client):
    content = client.call(BASIC, None, files={"image": (None, PAGE), "probability": (None, "true")})
    assert words(content) == LINES
    failure(client.call(BASIC, b"--x\r\n\r\n", headers={"Content-Type": "multipart/form-data"}), 216101)
    failure(client.call(BASIC, b"--x\r\n", headers={"Content-Type": "multipart/form-data; boundary=x"}), 216101)


def test_3_a_form_without_content_type_or_with_a_charset(client):
    form = urlencode({"image": PAGE}).encode()
    for headers in ({}, {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}):
        assert words(client.call(BASIC, form, headers=headers)) == LINES


def test_3_unknown_fields_are_ignored(client):
    fields = {"ofd_file": "A" * 5000, "multidirectional_recognize": "maybe", "": "", "é": "1"}
    assert (
        words(client.read(BASIC, image=PAGE, recognize_granularity="wrong", vertexes_location="?", **fields)) == LINES
    )


def test_3_too_many_fields(client):
    failure(client.call(BASIC, "a=1&" * 200 + "image=x"), 216103)


# Base64


def test_3_plus_signs_that_were_not_escaped(client):
    data = encoded(two_lines(), ".jpg")
    assert "+" in b64(data)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert words(client.call(BASIC, f"image={b64(data)}", headers=form)) == LINES
    escaped = "".join(f"%{byte:02x}" for byte in b64(data).encode())
    assert words(client.call(BASIC, f"image={escaped}", headers=form)) == LINES
    assert words(client.read(BASIC, image=b64(data).replace("+", " "))) == LINES


def test_3_base64_in_lines(client):
    assert words(client.read(BASIC, image=base64.encodebytes(encoded(two_lines())).decode())) == LINES


@pytest.mark.parametrize("text", ["", " ", "\r\n", "=", "===="])
def test_5_base64_of_nothing(client, text):
    client.fail(BASIC, 216200, "empty image", image=text)


@pytest.mark.parametrize("text", ["abc", "a", "A===", "!!!!", "aGVsbG8", "aGVsbG8==", "图片", "-_-_", "%41"])
def test_5_not_base64(client, text):
    client.fail(BASIC, 216201, "image format error", image=text)
    client.fail(BASIC, 216201, "image format error", pdf_file=text)


def test_5_a_data_uri_is_not_base64(client):
    client.fail(BASIC, 216201, image=f"data:image/png;base64,{PAGE}")


@pytest.mark.parametrize("form", [".webp", ".tiff", "gif", ".jp2", ".ppm"])
@pytest.mark.operation("Baidu AI", "GIF, WebP and TIFF are 216201")
def test_5_other_formats(client, form):
    data = io.BytesIO()
    Image.fromarray(two_lines()).save(data, "GIF")
    content = {"gif": data.getvalue(), ".tiff": tiff([two_lines()])}.get(form) or encoded(two_lines(), form)
    client.fail("accurate", 216201, "image format error", image=b64(content))


@pytest.mark.parametrize("length", [3, 8, 20, 40, 60])
@pytest.mark.parametrize("extension", [".png", ".jpg", ".bmp"])
def test_5_images_cut_off(client, extension, length):
    client.fail(BASIC, 216201, image=b64(encoded(two_lines(), extension)[:length]))


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.4", b"%PDF-1.4\n1 0 obj", encoded(BLANK)])
def test_5_not_a_pdf(client, content):
    client.fail(BASIC, 216201, "image format error", pdf_file=b64(content))
    client.fail(BASIC, 216201, "image format error", image=PDF)


def test_5_a_pdf_that_takes_a_password(client):
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(two_lines()))) as document:
        document.save(locked, encryption=pikepdf.Encryption(user="a", owner="b"))
    client.fail(BASIC, 216201, "image format error", pdf_file=b64(locked.getvalue()))


@pytest.mark.parametrize("extension", [".png", ".jpg", ".bmp"])
def test_images_that_end_in_the_middle_are_answered(client, extension):
    data = encoded(two_lines(), extension)
    content = client.call("general", {"image": b64(data[: len(data) // 2])})
    assert content.get("error_code") in (None, 216201)
    assert words(client.read("general", image=PAGE)) == LINES


# Limits


@pytest.mark.parametrize(("api", "limit"), [(BASIC, 4), ("general", 4), ("accurate_basic", 10), ("accurate", 10)])
@pytest.mark.operation("Baidu AI", "limits per endpoint")
def test_3_length_of_the_base64(client, api, limit):
    data = encoded(two_lines())
    fitting = base64.b64encode(data + bytes(limit * MIB // 4 * 3 - len(data))).decode()
    assert len(fitting) == limit * MIB
    assert words(client.read(api, image=fitting)) == LINES
    client.fail(api, 216202, "image size error", image=fitting + "AAAA")
    client.fail(api, 216202, "image size error", pdf_file=fitting + "AAAA")


def test_3_bodies_that_are_far_too_long(client):
    client.fail(BASIC, 216202, "image size error", image="A" * (13 * MIB))


@pytest.mark.parametrize(("api", "longest"), [(BASIC, 4096), ("general", 4096), ("accurate", 8192)])
def test_3_sides(client, api, longest):
    for width, height, fits in ((longest, 15, True), (longest + 1, 20, False), (20, longest + 1, False)):
        image = b64(encoded(np.full((height, width, 3), 255, np.uint8)))
        assert client.call(api, {"image": image}).get("error_code") == (None if fits else 216202)
    for width, height in ((14, 200), (200, 14), (1, 1)):
        client.fail(api, 216202, "image size error", image=b64(encoded(np.full((height, width, 3), 255, np.uint8))))


def test_3_a_picture_that_says_it_is_enormous(client):
    data = bytearray(encoded(BLANK))
    data[16:24] = (60000).to_bytes(4, "big") * 2
    client.fail("accurate", 216202, "image size error", image=b64(bytes(data)))


def test_3_a_small_pdf_page(client):
    client.fail(BASIC, 216202, pdf_file=b64(pdf(np.full((10, 200, 3), 255, np.uint8))))


@pytest.mark.operation("Baidu AI", "PDF pages that are too large are rendered smaller")
def test_3_a_large_pdf_page_is_rendered_smaller(client):
    # 4800 points wide: 9600 pixels at the server's own scale.
    large = b64(pdf(cv2.copyMakeBorder(two_lines()[:200], 0, 0, 0, 960, cv2.BORDER_CONSTANT, value=(255,) * 3), dpi=24))
    for api, longest in (("general", 4096), ("accurate", 8192)):
        content = client.read(api, pdf_file=large)
        # A detector sees words of such size one by one.
        assert " ".join(words(content)).split() == " ".join(LINES).split()
        location = content["words_result"][0]["location"]
        assert location["left"] + location["width"] <= longest
        assert location["left"] / longest == pytest.approx(40 / 1600, abs=0.01)


def test_3_limits_are_configured(strict):
    def call(image: np.ndarray) -> int:
        while True:
            token = strict.new_token()
            content = strict.call(BASIC, {"image": b64(encoded(image))}, params={"access_token": token})
            if content.get("error_code") not in (18, 111):
                return content["error_code"]

    noise = np.random.default_rng(5).integers(0, 256, (100, 100, 3), np.uint8)
    assert call(noise) == 216202
    assert call(np.full((20, 701, 3), 255, np.uint8)) == 216202


# Pages of a PDF


@pytest.mark.operation("Baidu AI", "pdf_file, pdf_file_num")
def test_3_pages(client):
    assert words(client.read(BASIC, pdf_file=PDF)) == LINES
    content = client.read(BASIC, pdf_file=PDF, pdf_file_num="2")
    assert (words(content), content["pdf_file_size"]) == ([], "2")


@pytest.mark.parametrize("number", ["0", "-1", "3", "x", "", "1.0", "1e3", "٣", "9" * 20])
def test_5_pages_that_are_none(client, number):
    client.fail(BASIC, 216100, "invalid param", pdf_file=PDF, pdf_file_num=number)


def test_3_a_page_number_is_of_no_consequence_to_images(client):
    assert words(client.read(BASIC, image=PAGE, pdf_file_num="x")) == LINES


# Other parameters


@pytest.mark.parametrize("name", ["detect_direction", "detect_language", "paragraph", "probability"])
@pytest.mark.parametrize("value", ["yes", "1", "", "truee", "null"])
def test_5_flags(client, name, value):
    client.fail(BASIC, 216100, "invalid param", image=IMAGE, **{name: value})


@pytest.mark.parametrize(
    "fields",
    [
        {"vertexes_location": "x"},
        {"recognize_granularity": "medium"},
        {"eng_granularity": "x"},
        {"char_probability": "2"},
    ],
)
def test_5_parameters_of_the_apis_with_positions(client, fields):
    client.fail("general", 216100, "invalid param", image=IMAGE, **fields)
    client.fail("accurate", 216100, "invalid param", image=IMAGE, **fields)


@pytest.mark.parametrize("name", ["language_type", "detect_direction", "pdf_file_num", "probability"])
def test_5_parameters_that_are_too_long(client, name):
    client.fail(BASIC, 216103, "param too long", image=IMAGE, **{name: "A" * 1025})
    client.fail(BASIC, 216103, "param too long", image=IMAGE, **{name: "A" * 100_000})


READ_BY_DEFAULT = ["CHN_ENG", "ENG", "JAP"]
OTHERS = ["KOR", "FRE", "SPA", "POR", "GER", "ITA", "RUS"]
ACCURATE_ONLY = ["DAN", "DUT", "SWE", "POL", "ROM", "TUR", "GRE", "HUN", "THA", "VIE", "ARA", "HIN"]
IN_ASCII = ["auto_detect", "MAL", "IND"]


@pytest.mark.parametrize("language", READ_BY_DEFAULT)
@pytest.mark.parametrize("api", ALL)
@pytest.mark.operation("Baidu AI", "language_type")
def test_3_languages(client, api, language):
    assert words(client.read(api, image=PAGE, language_type=language)) == LINES


@pytest.mark.parametrize("language", OTHERS + ACCURATE_ONLY)
def test_3_languages_are_read_or_refused(client, language):
    content = client.call("accurate_basic", {"image": IMAGE, "language_type": language})
    if "error_code" in content:
        assert content["error_code"] == 216100
        assert content["error_msg"].startswith("invalid param")
    else:
        assert words(content)


@pytest.mark.parametrize("language", ACCURATE_ONLY + IN_ASCII)
@pytest.mark.parametrize("api", [BASIC, "general"])
def test_3_languages_of_the_accurate_apis_alone(client, api, language):
    client.fail(api, 216100, "invalid param", image=IMAGE, language_type=language)


@pytest.mark.parametrize("language", IN_ASCII)
def test_3_languages_in_plain_letters(client, language):
    assert words(client.read("accurate", image=PAGE, language_type=language)) == LINES


@pytest.mark.parametrize("language", ["", "chn_eng", "XXX", "english", "CHN_ENG "])
@pytest.mark.parametrize("api", ALL)
def test_5_languages_that_are_none(client, api, language):
    client.fail(api, 216100, "invalid param", image=IMAGE, language_type=language)


# Addresses


@pytest.mark.parametrize(
    "url", ["x", "ftp://127.0.0.1/a.png", "http://", "http://a b/", "http://[::1", "file:///etc/passwd"]
)
def test_5_addresses_that_are_none(client, url):
    client.fail(BASIC, 282111, "url format illegal", url=url)


def test_5_addresses_without_permission(client, keyed):
    client.fail(BASIC, 282113, "url response invalid", url="http://127.0.0.1/a.png")
    keyed.fail(BASIC, 282113, "url response invalid", url="https://ocr.example.org/a.png")


@pytest.mark.parametrize("count", [0, 1025, 5000])
def test_5_addresses_of_the_wrong_length(client, count):
    url = "http://127.0.0.1/"
    client.fail(BASIC, 282114, "url size error", url=url + "a" * (count - len(url)) if count else "")
    assert words(client.read(BASIC, image=PAGE, url="a" * count)) == LINES


def test_5_an_address_of_1024_bytes_is_not_too_long(client):
    client.fail(BASIC, 282113, url="http://127.0.0.1/".ljust(1024, "a"))


@pytest.mark.operation("Baidu AI", "url")
def test_5_what_addresses_lead_to(keyed, files: Files):
    data = encoded(picture("Platform 4"))
    files.replies |= {
        "/good?a=1": (200, data),
        "/gone": (410, b""),
        "/broken": (500, b""),
        "/empty": (200, b""),
        "/text": (200, b"hello"),
        "/gif": (200, b"GIF89a" + bytes(99)),
        "/pdf": (200, pdf(two_lines())),
        "/large": (200, data + bytes(3 * MIB)),
    }
    assert words(keyed.read(BASIC, url=f"{files.url}/good?a=1")) == ["Platform 4"]
    expected = {"/none": 282110, "/gone": 282110, "/broken": 282113, "/hang": 282112}
    expected |= {"/empty": 282113, "/text": 216201, "/gif": 216201, "/pdf": 216201, "/large": 216202}
    with ThreadPoolExecutor() as pool:
        codes = dict(
            pool.map(lambda path: (path, keyed.call(BASIC, {"url": files.url + path})["error_code"]), expected)
        )
    assert codes == expected


def test_3_the_larger_apis_take_larger_files(keyed, files: Files):
    files.replies["/larger"] = (200, encoded(picture("Platform 4")) + bytes(3 * MIB))
    assert words(keyed.read("accurate", url=f"{files.url}/larger")) == ["Platform 4"]


# Paths and methods


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("api", [*ALL, "idcard", "", "general_basic/x"])
def test_1_other_paths_and_methods(client, method, api):
    answer = requests.request(method, f"{client.server.url}{PREFIX}{api}", timeout=10)
    assert answer.status_code == 200
    if method == "GET" and api in ALL:
        failure(answer.json(), 216101, "not enough param")
    elif method != "HEAD":
        failure(answer.json(), 216102, "service not support")


@pytest.mark.parametrize("path", ["idcard", "webimage_loc_x", "general_enhanced", "", "GENERAL"])
def test_1_siblings(client, path):
    failure(client.call(path, {"image": IMAGE}), 216102, "service not support")


def test_1_another_contracts_paths_keep_their_shape(client):
    assert "errorCode" in requests.post(f"{client.server.url}/rest", timeout=10).json()


# Many at once


def test_fifty_clients_at_once(client):
    texts = [f"Number {number}" for number in range(50)]

    def read(text: str) -> dict:
        return client.read("general", image=b64(encoded(picture(text, 400, 100))), probability="true")

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(read, texts))
    assert [words(answer) for answer in answers] == [[text] for text in texts]
    assert len({answer["log_id"] for answer in answers}) == 50


def test_callers_that_go_away_leave_the_server_working(client):
    page = b64(encoded(cv2.resize(two_lines(), (4000, 2500))))
    for _ in range(8):
        with pytest.raises(requests.exceptions.RequestException):
            requests.post(
                f"{client.server.url}{PREFIX}general",
                params={"access_token": client.token},
                data={"image": page},
                timeout=0.15,
            )
    assert words(client.read("general", image=PAGE)) == LINES
