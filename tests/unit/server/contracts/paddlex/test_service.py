import gc
import json
import uuid
from dataclasses import replace

import pytest
from litestar.testing import TestClient

from models.config import ModuleConfig, PresetConfig
from models.document import Page
from models.errors import EngineFailure, PresetNotInstalled
from models.ops.resize import detection_shape
from models.options import OcrDefaults, OcrOptions, OcrOverrides
from server.app import create_app
from server.config.serving_settings import MemoryStorage, ServingSettings
from server.contracts.paddlex.request import OcrRequest
from server.intake.raw_file import RawFile
from tests.unit.server.apps import application, base64_of, configuration, png
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

IMAGE = {"file": base64_of(png()), "fileType": 1}


@pytest.fixture(scope="module")
def pipeline():
    return StubPipeline()


@pytest.fixture(scope="module")
def client(pipeline):
    with TestClient(application(pipeline)) as client:
        yield client


def test_the_answer_is_the_contracts_to_the_byte(client):
    answer = client.post("/ocr", json={**IMAGE, "logId": "门 1"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-document-pages"] == "1/1"
    pruned = (
        '{"model_settings":{"use_doc_preprocessor":false,"use_textline_orientation":false},'
        '"dt_polys":[[[12,8],[96,8],[96,30],[12,30]]],'
        '"text_det_params":{"limit_side_len":64,"limit_type":"min","thresh":0.3,"max_side_limit":4000,'
        '"box_thresh":0.6,"unclip_ratio":1.5},"text_type":"general","textline_orientation_angles":[-1],'
        f'"text_rec_score_thresh":0.0,"return_word_box":false,"rec_texts":["{TEXT}"],"rec_scores":[0.5],'
        '"rec_polys":[[[12,8],[96,8],[96,30],[12,30]]],"rec_boxes":[[12,8,96,30]]}'
    )
    assert answer.text == (
        f'{{"logId":"门 1","result":{{"ocrResults":[{{"prunedResult":{pruned}}}],'
        '"dataInfo":{"width":120,"height":40,"type":"image"}},"errorCode":0,"errorMsg":"Success"}'
    )


def test_a_trailing_slash_is_served(client):
    assert client.post("/ocr/", json=IMAGE, follow_redirects=False).status_code == 200


@pytest.mark.parametrize("log_id", [None, "", "absent"])
def test_a_log_id_is_made_where_none_was_given(client, log_id):
    body = IMAGE if log_id == "absent" else {**IMAGE, "logId": log_id}
    first, second = (client.post("/ocr", json=body).json()["logId"] for _ in range(2))
    assert uuid.UUID(first).version == 4
    assert first != second


def test_options_of_one_request_do_not_reach_the_next(client, pipeline):
    client.post("/ocr", json={**IMAGE, "textDetThresh": 0.9, "returnWordBox": True})
    client.post("/ocr", json=IMAGE)
    special, plain = pipeline.read_options[-2:]
    assert (special.text_det_thresh, special.return_word_box) == (0.9, True)
    assert (plain.text_det_thresh, plain.return_word_box) == (0.3, False)


def test_pictures_come_when_asked_for_and_are_never_null(client):
    drawn = client.post("/ocr", json={**IMAGE, "visualize": True}).json()["result"]["ocrResults"][0]
    assert list(drawn) == ["prunedResult", "ocrImage", "inputImage"]
    assert drawn["ocrImage"].startswith("/9j/")
    plain = client.post("/ocr", json={**IMAGE, "visualize": False}).json()["result"]["ocrResults"][0]
    assert list(plain) == ["prunedResult"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"file": IMAGE["file"]}, "File type cannot be determined"),
        ({"file": ""}, "Invalid input file"),
        ({"file": "", "fileType": 1}, "Invalid input file"),
        ({"file": "!!!!", "fileType": 1}, "Invalid input file"),
        ({"file": "门", "fileType": 1}, "Invalid input file"),
        ({"file": "\ud800", "fileType": 1}, "Invalid input file"),
        ({"file": IMAGE["file"], "fileType": 0}, "Invalid input file"),
        ({"file": base64_of(b"not an image"), "fileType": 1}, "Invalid input file"),
        ({"file": "http://a.example/x.zip"}, "Unsupported file type"),
        ({"file": "http://a.example/x.png"}, "Invalid input file"),
        ({"file": "http://127.0.0.1/x.pdf", "fileType": 1}, "Invalid input file"),
        ({"file": "HTTP://a.example/x.png"}, "File type cannot be determined"),
    ],
)
def test_files_that_cannot_be_read(client, body, message):
    answer = client.post(
        "/ocr", content=json.dumps({**body, "logId": "x"}), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json() == {"logId": "x", "errorCode": 422, "errorMsg": message}
    assert list(answer.json()) == ["logId", "errorCode", "errorMsg"]


def test_a_missing_module_is_told_with_its_remedy(client):
    answer = client.post("/ocr", json={**IMAGE, "useDocUnwarping": True, "logId": "x"})
    assert (answer.status_code, answer.json()["logId"]) == (422, "x")
    message = answer.json()["errorMsg"]
    assert message.startswith("the input params for model settings are invalid!")
    assert "ppocr-server models pull UVDoc" in message


@pytest.mark.parametrize("log_id", ["x", "门"])
def test_the_log_id_is_echoed_whatever_is_wrong(client, log_id):
    for body, kind in (
        ({"logId": log_id}, "application/json"),
        ({"logId": log_id, "file": 5}, "application/json"),
        ({"logId": log_id, "file": "a"}, "text/plain"),
    ):
        answer = client.post("/ocr", content=json.dumps(body), headers={"content-type": kind})
        assert (answer.status_code, answer.json()["logId"]) == (422, log_id)


@pytest.mark.parametrize("content_type", ["image/png", "image/jpeg", "image/anything", "application/pdf"])
def test_an_image_may_come_as_it_is(client, content_type):
    answer = client.post("/ocr?returnWordBox=true&logId=q", content=png(50, 60), headers={"content-type": content_type})
    assert answer.status_code == 200
    assert answer.json()["logId"] == "q"
    assert answer.json()["result"]["dataInfo"] == {"width": 50, "height": 60, "type": "image"}
    assert answer.json()["result"]["ocrResults"][0]["prunedResult"]["return_word_box"] is True


def test_a_form_may_carry_the_file_and_the_parameters(client, pipeline):
    answer = client.post(
        "/ocr?textDetBoxThresh=0.7", files={"file": ("a.png", png())}, data={"logId": "f", "textDetThresh": "0.4"}
    )
    assert (answer.status_code, answer.json()["logId"]) == (200, "f")
    assert (pipeline.read_options[-1].text_det_thresh, pipeline.read_options[-1].text_det_box_thresh) == (0.4, 0.7)


@pytest.mark.parametrize(
    ("request_args", "message"),
    [
        ({"content": b"plain words", "headers": {"content-type": "image/png"}}, "Unsupported file type"),
        (
            {"content": png(), "headers": {"content-type": "image/png"}, "params": {"fileType": "0"}},
            "Invalid input file",
        ),
        (
            {"content": b"", "headers": {"content-type": "image/png"}},
            '[{"type": "missing", "loc": "body", "msg": "Field required"}]',
        ),
        (
            {"files": {"other": ("a.png", png())}},
            '[{"type": "missing", "loc": "body.file", "msg": "Field required"}]',
        ),
        (
            {"content": png(), "headers": {"content-type": "image/png"}, "params": {"textDetLimitSideLen": "-1"}},
            (
                '[{"type": "greater_than_equal", "loc": "query.textDetLimitSideLen", '
                '"msg": "Input should be greater than or equal to 0"}]'
            ),
        ),
        (
            {"content": b"broken", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            "The multipart form cannot be read.",
        ),
    ],
)
def test_the_binary_forms_refuse_in_the_same_envelope(client, request_args, message):
    answer = client.post("/ocr", **request_args)
    assert (answer.status_code, answer.json()["errorMsg"]) == (422, message)


def test_a_failing_engine_is_an_internal_error_that_tells_nothing(caplog):
    pipeline = StubPipeline()
    pipeline.failures[0] = EngineFailure("SECRET TEXT OF A DOCUMENT")
    with TestClient(application(pipeline)) as client:
        answer = client.post("/ocr", json={**IMAGE, "logId": "x"})
        ready = client.get("/health/ready")
    assert answer.status_code == 500
    assert answer.json() == {"logId": "x", "errorCode": 500, "errorMsg": "Internal server error"}
    assert ready.status_code == 200
    assert "EngineFailure" in caplog.text
    assert "SECRET" not in caplog.text


def test_a_bug_is_an_internal_error_that_tells_nothing(caplog):
    pipeline = StubPipeline()
    pipeline.failures[0] = ZeroDivisionError("SECRET TEXT OF A DOCUMENT")
    with TestClient(application(pipeline)) as client:
        answer = client.post("/ocr", json={**IMAGE, "logId": "x"})
    assert answer.json() == {"logId": "x", "errorCode": 500, "errorMsg": "Internal server error"}
    assert "ZeroDivisionError" in caplog.text
    assert "SECRET" not in caplog.text


@pytest.fixture
def no_garbage_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def documents_in_memory() -> set[int]:
    # By type and not by `isinstance`, which asks lazy objects of other libraries what they are.
    return {id(thing) for thing in gc.get_objects() if type(thing) in (RawFile, OcrRequest, Page)}


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (png(), 500),
        (b"", 422),
        (b"A" * 400, 422),
        (png()[:60], 422),
        (b"II*\0" + b"A" * 99, 422),
    ],
)
def test_a_failed_request_keeps_no_document_until_the_garbage_collector_comes(no_garbage_collector, file, status):
    pipeline = StubPipeline()
    pipeline.failures[0] = EngineFailure("x")
    before = documents_in_memory()
    with TestClient(application(pipeline)) as client:
        assert client.post("/ocr", json={"file": base64_of(file), "fileType": 1}).status_code == status
        client.get("/health")
        assert documents_in_memory() <= before


def test_a_body_over_the_cap_is_413_and_one_under_it_is_not():
    with TestClient(application(limits={"max_body_bytes": 2000})) as client:
        large = client.post("/ocr", json={**IMAGE, "file": "A" * 3000, "logId": "x"})
        assert client.post("/ocr", json=IMAGE).status_code == 200
    assert (large.status_code, large.json()["errorCode"]) == (413, 413)
    assert "2000 bytes" in large.json()["errorMsg"]
    assert uuid.UUID(large.json()["logId"])


def test_a_large_body_passes_the_frameworks_own_limit(client):
    answer = client.post("/ocr", json={**IMAGE, "padding": "A" * 11_000_000})
    assert answer.status_code == 200


def test_a_full_server_says_so_and_when_to_come_back():
    with TestClient(application(limits={"max_queued_bytes": 100})) as client:
        answer = client.post("/ocr", json=IMAGE)
    assert answer.status_code == 503
    assert answer.json()["errorMsg"] == "The server is at capacity. Try again later."
    assert int(answer.headers["retry-after"]) > 0


def test_a_request_that_takes_too_long_is_given_up():
    pipeline = StubPipeline()
    with TestClient(application(pipeline, limits={"request_timeout_seconds": 0.1})) as client:
        pipeline.gate.clear()
        answer = client.post("/ocr", json={**IMAGE, "logId": "x"})
    assert (answer.status_code, answer.json()["logId"]) == (503, "x")
    assert "retry-after" in answer.headers
    assert pipeline.cancelled == [0]


@pytest.mark.parametrize("host", [None, "user@host"])
@pytest.mark.parametrize(
    ("reached", "base"),
    [
        (("10.0.0.5", 8123), "http://10.0.0.5:8123/"),
        (("::1", 8123), "http://[::1]:8123/"),
        (None, "http://127.0.0.1/"),
    ],
)
def test_without_a_host_links_lead_where_the_connection_came_in(host, reached, base):
    serving = ServingSettings(visualize=True, return_urls=True, file_storage=MemoryStorage())
    # With a token: a server for this machine alone without any refuses such a host.
    app = application(serving=serving, server={"port": 0}, auth={"tokens": {"me": "secret"}})

    async def from_elsewhere(scope, receive, send):
        if scope["type"] == "http":
            headers = [item for item in scope["headers"] if item[0] != b"host"]
            headers += [(b"host", host.encode())] if host else []
            scope = {**scope, "server": reached, "headers": headers}
        await app(scope, receive, send)

    with TestClient(from_elsewhere) as client:
        answer = client.post("/ocr", json=IMAGE, headers={"authorization": "Bearer secret"})
        page = answer.json()["result"]["ocrResults"][0]
    assert page["ocrImage"].startswith(base + "files/")


def test_an_endless_address_is_refused_before_it_is_looked_into(client):
    address = "http://a.example/" + "a" * 10_000 + ".png"
    answer = client.post("/ocr", json={"file": address, "fileType": 1})
    assert (answer.status_code, answer.json()["errorMsg"]) == (422, "Invalid input file")
    answer = client.post("/ocr", json={"file": address})
    assert (answer.status_code, answer.json()["errorMsg"]) == (422, "Unsupported file type")


@pytest.mark.parametrize("side", [2**31, 2**63, 10**300])
def test_a_huge_side_length_is_echoed_and_reduced_to_the_detectors_own_limit(client, side):
    answer = client.post("/ocr", json={**IMAGE, "textDetLimitSideLen": side})
    assert answer.status_code == 200
    page = answer.json()["result"]["ocrResults"][0]["prunedResult"]
    assert page["text_det_params"]["limit_side_len"] == side
    for height, width in ((1, 1), (1, 1_000_000), (178_956_970, 1), (900, 700)):
        assert max(detection_shape(height, width, side, "min", 4000)) == 4000
        assert detection_shape(height, width, side, "max", 4000) == detection_shape(height, width, 10**9, "max", 4000)


def test_links_to_pictures_work_without_a_token_and_never_hold_the_log_id():
    serving = ServingSettings(visualize=True, return_urls=True, file_storage=MemoryStorage())
    app = application(serving=serving, auth={"tokens": {"a": "secret"}}, server={"host": "0.0.0.0"})
    headers = {"Authorization": "token secret", "Host": "ocr.example:81"}
    with TestClient(app) as client:
        answer = client.post("/ocr", json={**IMAGE, "logId": "../../secret-id"}, headers=headers)
        page = answer.json()["result"]["ocrResults"][0]
        assert page["ocrImage"].startswith("http://ocr.example:81/files/")
        assert "secret-id" not in page["ocrImage"]
        path = page["inputImage"].removeprefix("http://ocr.example:81")
        picture = client.get(path)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        assert picture.content.startswith(b"\xff\xd8")
        gone = client.get(path[:-8] + "9.jpg")
    assert (gone.status_code, gone.json()["errorMsg"]) == (404, "Not Found")
    assert answer.json()["logId"] == "../../secret-id"


class Presets(StubPipeline):
    """Has the presets ``best`` and ``tiny``. The second is not installed."""

    async def prepare(self, options: OcrOptions) -> None:
        if options.preset == "tiny":
            raise PresetNotInstalled("The model PP-OCRv6_tiny_det is not installed.")


@pytest.fixture(scope="module")
def with_presets():
    config = configuration(contracts={"capsolver": {"preset": "best"}})
    presets = {
        name: PresetConfig(ModuleConfig("det"), ModuleConfig("rec"), OcrDefaults(preset=name, text_det_thresh=0.2))
        for name in ("best", "tiny")
    }
    config = replace(config, pipeline=replace(config.pipeline, presets=presets))
    pipeline = Presets()
    pipeline.defaults = config.pipeline.preset_defaults
    with TestClient(create_app(config, pipeline)) as client:
        yield client, pipeline


def ask(client: TestClient, how: str, preset: str):
    if how == "json":
        return client.post("/ocr", json={**IMAGE, "preset": preset})
    if how == "query":
        return client.post("/ocr", params={"preset": preset}, content=png(), headers={"content-type": "image/png"})
    return client.post("/ocr", files={"file": ("page.png", png())}, data={"preset": preset})


@pytest.mark.parametrize("how", ["json", "query", "form"])
def test_a_request_may_name_a_preset(with_presets, how):
    client, pipeline = with_presets
    answers = [ask(client, how, preset) for preset in ("best", "paddlex", "")]
    assert [answer.status_code for answer in answers] == [200] * 3
    read = [(options.preset, options.text_det_thresh) for options in pipeline.read_options[-3:]]
    assert read == [("best", 0.2), ("paddlex", 0.3), ("paddlex", 0.3)]
    assert answers[0].json()["result"]["ocrResults"][0]["prunedResult"]["text_det_params"]["thresh"] == 0.2


@pytest.mark.parametrize(("how", "place"), [("json", "body"), ("query", "query"), ("form", "body")])
@pytest.mark.parametrize(
    ("preset", "says"),
    [
        ("bset", "Input should be one of 'paddlex', 'best', 'tiny'"),
        ("tiny", "PP-OCRv6_tiny_det is not installed. There are: paddlex, best, tiny"),
    ],
)
def test_a_preset_that_cannot_read_is_named_with_what_there_is(with_presets, how, place, preset, says):
    client, _ = with_presets
    answer = ask(client, how, preset)
    assert answer.status_code == 422
    (detail,) = json.loads(answer.json()["errorMsg"])
    assert detail["loc"] == f"{place}.preset"
    assert says in detail["msg"]


def test_a_preset_is_text(with_presets):
    client, _ = with_presets
    answer = client.post("/ocr", json={**IMAGE, "preset": ["best"]})
    assert (answer.status_code, json.loads(answer.json()["errorMsg"])[0]["loc"]) == (422, "body.preset")


def test_each_contract_reads_with_its_own_preset(with_presets):
    client, pipeline = with_presets
    client.post("/createTask", json={"clientKey": "any", "task": {"type": "ImageToTextTask", "body": base64_of(png())}})
    client.post("/ocr", json=IMAGE)
    assert [options.preset for options in pipeline.read_options[-2:]] == ["best", "paddlex"]


ZEROS = {"textDetLimitSideLen": 0, "textDetThresh": 0, "textDetBoxThresh": 0.0, "textDetUnclipRatio": "0"}


@pytest.mark.parametrize("fields", [{}, ZEROS, *({name: value} for name, value in ZEROS.items())])
def test_a_zero_of_the_detection_reads_with_the_default_and_is_shown(fields):
    pipeline = StubPipeline()
    with TestClient(application(pipeline)) as client:
        answers = [
            client.post("/ocr", json={**IMAGE, **fields}),
            client.post("/ocr", content=png(), headers={"content-type": "image/png"}, params=fields),
        ]
    defaults = OcrDefaults().resolve(OcrOverrides())
    assert pipeline.read_options == [defaults, defaults]
    keys = ("limit_side_len", "thresh", "box_thresh", "unclip_ratio")
    shown = dict(zip(keys, (64, 0.3, 0.6, 1.5), strict=True))
    shown |= {key: 0 for key, name in zip(keys, ZEROS, strict=True) if name in fields}
    for answer in answers:
        echoed = answer.json()["result"]["ocrResults"][0]["prunedResult"]["text_det_params"]
        assert {key: echoed[key] for key in keys} == shown
        assert isinstance(echoed["limit_side_len"], int)
        assert isinstance(echoed["thresh"], float)


def test_a_score_threshold_of_zero_is_a_real_one():
    pipeline = StubPipeline()
    with TestClient(application(pipeline)) as client:
        assert client.post("/ocr", json={**IMAGE, "textRecScoreThresh": 0}).status_code == 200
        assert client.post("/ocr", json={**IMAGE, "textDetThresh": -0.001}).status_code == 422
    assert pipeline.read_options[0].text_rec_score_thresh == 0


def test_a_form_with_a_language_is_liteparses(client, pipeline):
    answer = client.post("/ocr", files={"file": ("image.png", png())}, data={"language": "xx"})
    content = answer.json()
    assert list(content) == ["logId", "result", "errorCode", "errorMsg", "results"]
    assert content["results"] == [{"text": TEXT, "bbox": [12, 8, 96, 30], "confidence": 0.5}]
    assert "results" not in client.post("/ocr", files={"file": ("image.png", png())}).json()
    assert "results" not in client.post("/ocr", json={**IMAGE, "language": "en"}).json()


@pytest.mark.parametrize(
    ("fields", "preset"),
    [({"language": "en"}, "best"), ({"language": ""}, "best"), ({"language": "en", "preset": "paddlex"}, "paddlex")],
)
def test_liteparse_is_read_with_the_best_preset(with_presets, fields, preset):
    client, pipeline = with_presets
    assert client.post("/ocr", files={"file": ("image.png", png())}, data=fields).status_code == 200
    assert pipeline.read_options[-1].preset == preset


def test_liteparse_is_read_where_there_is_no_best_preset(client, pipeline):
    client.post("/ocr", files={"file": ("image.png", png())}, data={"language": "en"})
    assert pipeline.read_options[-1].preset == "paddlex"


def test_errors_of_forms_are_told_in_liteparses_key_too(client):
    refused = client.post("/ocr", files={"file": ("image.png", b"nothing")}, data={"language": "en"})
    content = refused.json()
    assert list(content) == ["logId", "errorCode", "errorMsg", "error"]
    assert content["error"] == content["errorMsg"]
    assert "error" not in client.post("/ocr", json={**IMAGE, "file": ""}).json()
