"""Records what the reference server's request validation says of many bodies, in `reference_validation.json`.

Run it with a Python that has paddlex 3.7.2 and its serving plug-in:
``python tests/unit/server/contracts/paddlex/make_reference_validation.py``. It loads no model: only the request
schema and the error handlers of the reference take part.
"""

import json
from pathlib import Path

from fastapi.testclient import TestClient
from paddlex.inference.serving.basic_serving._app import create_app, primary_operation
from paddlex.inference.serving.schemas.ocr import InferRequest

FIELDS = {
    "file": ["a", "", None, 5, True, [], {}, 1.5],
    "fileType": [0, 1, 0.0, 1.0, True, False, None, 2, -1, "0", "1", "", 0.5, [], {}],
    "useDocOrientationClassify": [
        *(
            True,
            False,
            None,
            1,
            0,
            1.0,
            0.0,
            "true",
            "TRUE",
            "yes",
            "on",
            "t",
            "y",
            "1",
            "false",
            "No",
            "OFF",
            "f",
            "n",
        ),
        *("0", 2, -1, "", "maybe", "1 ", " true", 0.5, [], {}, "2", "True"),
    ],
    "textDetLimitSideLen": [
        *(64, "64", "64 ", " 64", "+5", "6.0", 64.0, True, None, 64.5, "6.5", "0x1", "", "abc", [], {}, "1_000", 1e30),
        *("1e3", 0, -1, False, "0", "-5", 5000, 2**31 - 1, 2**31, 2**63, 10**400, "9" * 4500, "６４", 1e3),
    ],
    "textDetLimitType": ["min", "max", None, "", "MIN", "resize_long", " min", 5, True, [], {}],
    "textDetThresh": [
        *(0.3, "0.3", " 0.3 ", "1e-3", True, 1, None, "", "abc", [], {}, "0x1", "1_0", 0, 0.0, -0.1, "0", False, 5),
        *("nan", "inf", "-inf", "Infinity", 10**400, 1e308, "1e999", 5e-324),
    ],
    "textRecScoreThresh": [0, 0.0, 0.5, 1, 1.0, "0.5", None, True, -0.1, 1.1, "2", "nan", "abc", []],
    "visualize": [True, None, "off", 3, "x"],
    "logId": ["a", "", None, "门", 5, True, [], {}],
}
BODIES = {
    "empty": "",
    "null": "null",
    "list": "[]",
    "text": '"x"',
    "number": "5",
    "no members": "{}",
    "bad value": '{"file": }',
    "cut": '{"file":"a"',
    "blank": "   ",
    "two values": '{"file":"a"} x',
    "blank around": '  \n{"file":"a"}  ',
    "control character": '{"file":"a\nb"}',
    "single quotes": "{'file':'a'}",
    "trailing comma": '{"file":"a",}',
    "repeated key": '{"file":5,"file":"b"}',
    "unknown key": '{"file":"a","colour":{"a":[1]}}',
    "not a number": '{"file":"a","textDetLimitSideLen":NaN}',
    "infinity": '{"file":"a","textDetLimitSideLen":Infinity}',
    "wide characters before": '{"logId":"门门门","file": }',
    "several": '{"fileType":"1","useDocUnwarping":2,"textDetLimitSideLen":64.5,"textDetLimitType":1,"visualize":[]}',
}
CONTENT_TYPES = {
    "application/json; charset=utf-8": '{"file":"a"}',
    "application/json;charset=gbk": '{"file":"a"}',
    "Application/JSON": '{"file":"a"}',
    "application/vnd.api+json": '{"file":"a"}',
    "text/plain": '{"file":"a"}',
    "text/json": '{"file":"a"}',
    "application/x-www-form-urlencoded": "file=a",
    "application/octet-stream": '{"file":"a"}',
    "json": '{"file":"a"}',
}


def main() -> None:
    client = _client()
    cases = [
        (f"{field}={json.dumps(value)[:40]}", json.dumps({"file": "a", field: value}), "application/json")
        for field, values in FIELDS.items()
        for value in values
    ]
    cases += [(name, body, "application/json") for name, body in BODIES.items()]
    cases += [(f"type {kind}", body, kind) for kind, body in CONTENT_TYPES.items()]
    cases.append(("no type", '{"file":"a"}', ""))
    answers = []
    for name, body, content_type in cases:
        headers = {"content-type": content_type} if content_type else {}
        answer = client.post("/ocr", content=body.encode(), headers=headers)
        details = None if answer.status_code == 200 else answer.json()["errorMsg"]
        answers.append({"name": name, "body": body, "content_type": content_type, "refusal": details})
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    Path(__file__).with_name("reference_validation.json").write_text(text + "\n", encoding="utf-8")


def _client() -> TestClient:
    app, _ = create_app(pipeline=_NoPipeline(), app_config=None, app_aiohttp_session=False)

    @primary_operation(app, "/ocr", "infer")
    async def infer(request: InferRequest) -> dict[str, bool]:
        return {"accepted": True}

    return TestClient(app, raise_server_exceptions=False)


class _NoPipeline:
    def close(self) -> None:
        return None


if __name__ == "__main__":
    main()
