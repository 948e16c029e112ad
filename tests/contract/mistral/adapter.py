"""Mistral's contract as the shared suites speak it: the file is a data address in the JSON body."""

import base64
import json
from collections.abc import Iterator
from typing import ClassVar

import requests

from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Visitor, Words
from tests.contract.mistral.parsers import PARSERS

UNKNOWN = "00000000-0000-0000-0000-000000000000"
FIRST_PAGES = "0-9"
"""As many as the other contracts read of a document of thousands of pages."""
READ, STRANGE, EMPTY = (200, ""), (422, "unsupported"), (422, "not_base64")
# Office files, pictures of other kinds, and what is no document.
OTHER_KINDS = (
    *(f"{name}.docx" for name in ("plain", "half", "locked", "bloated", "entity", "laughs", "lying", "many-members")),
    *("zip-called.docx", "archive.zip", "byte.png", "flipped-magic.pdf", "flipped-magic.png", "photo.heic"),
    *("laughs.svg", "picture.svg", "noise.bin", "zeros.bin", "page.html", "program.elf", "program.exe", "sound.wav"),
    "text.txt",
)


class Mistral(Adapter):
    """An error is a list of details, one sentence, or an object."""

    name = "mistral"
    path = "/v1/ocr"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: (READ,),
        Outcome.UNREADABLE: tuple(
            (422, word) for word in ("damaged", "unsupported", "empty", "not_base64", "encrypted")
        ),
        Outcome.TOO_LARGE: ((422, "too_many_pixels"), (413, "invalid_request_error")),
        Outcome.REFUSED: (
            (422, "url_not_allowed"),
            *((422, word) for word in ("value_error", "missing", "literal_error", "body_not_understood")),
            *(
                (422, word)
                for word in ("int_type", "bool_type", "dict_type", "string_type", "list_type", "int_parsing")
            ),
            *((422, f"url_{word}") for word in ("malformed", "unreachable", "not_found", "timeout", "unusable")),
            (422, "enum"),
            (422, "model_attributes_type"),
            (422, "json_invalid"),
            (400, "invalid_model"),
            (404, "Not Found"),
            (404, "File not found"),
            (405, "Method Not Allowed"),
        ),
        Outcome.UNAUTHORIZED: ((401, "Unauthorized"),),
        Outcome.RATE_LIMITED: ((429, "rate_limit_error"),),
        Outcome.OVERLOADED: ((503, "service_unavailable"),),
        Outcome.TIMED_OUT: ((503, "service_unavailable"), (408, "invalid_request_error")),
        Outcome.FAILED: ((500, "internal_error"),),
    }
    hostile: ClassVar = {
        # The bytes of a file say what it is, and not its name.
        **dict.fromkeys(("png-called.pdf", "pdf-called.png", "png-and-pdf.pdf"), (READ,)),
        **dict.fromkeys(OTHER_KINDS, (STRANGE,)),
        **dict.fromkeys(("empty.png", "empty.pdf", "empty.docx"), (EMPTY,)),
        "locked.pdf": ((422, "encrypted"),),
    }

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        media_type = "application/pdf" if file.is_pdf else "image/png"
        url = f"data:{media_type};base64,{base64.b64encode(file.data).decode()}"
        document = {"type": "document_url", "document_url": url}
        body: dict[str, object] = {"model": "mistral-ocr-latest", "document": document, "pages": FIRST_PAGES}
        if words is not None:
            document |= {"document_name": words.name, words.field: words.field}
            body |= {"id": words.field, "document_annotation_prompt": words.field, words.field: words.password}
        return Call("POST", self.path, {"json": body, "headers": _headers(key)})

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        content = answer.json()
        if "pages" in content:
            return Reply(answer.status_code, "", "\n".join(page["markdown"] for page in content["pages"]))
        detail = content.get("detail", content.get("type", ""))
        return Reply(answer.status_code, detail if isinstance(detail, str) else detail[0]["type"])

    def strangers(self, key: Key) -> Iterator[Call]:
        for headers in ({"Authorization": f"Bearer {key.secret}"}, {"Authorization": key.secret}, {}):
            yield Call("POST", self.path, {"headers": headers})
            yield Call("POST", "/v1/files", {"headers": headers})
            yield Call("DELETE", f"/v1/files/{UNKNOWN}", {"headers": headers})
            for path in ("files", f"files/{UNKNOWN}", f"files/{UNKNOWN}/url", f"files/{UNKNOWN}/content", "models"):
                yield Call("GET", f"/v1/{path}", {"headers": headers})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        headers = _headers(key)
        document = {"document_url": words.url}
        for field in ("model", "pages", "table_format", "image_limit", "include_blocks", "bbox_annotation_format"):
            body = {"document": document, field: words.field}
            yield Call("POST", self.path, {"json": body, "headers": headers})
        for document in (
            {"type": words.field},
            {"document_url": words.field},
            {"file_id": words.field},
            {"image_url": f"data:{words.field}"},
        ):
            yield Call("POST", self.path, {"json": {"document": document}, "headers": headers})
        for path in (words.field, f"{words.field}/url", f"{words.field}/signed/{words.field}"):
            yield Call("GET", f"/v1/files/{path}", {"headers": headers})
        form = {"purpose": words.field, words.field: words.field}
        yield Call("POST", "/v1/files", {"files": {"file": (words.name, b"a")}, "data": form, "headers": headers})

    def addresses(self, url: str, key: Key | None) -> Iterator[Call]:
        for document in ({"document_url": url}, {"type": "image_url", "image_url": {"url": url}}):
            yield Call("POST", self.path, {"json": {"document": document}, "headers": _headers(key)})

    def tour(self, visitor: Visitor, page: bytes) -> None:
        url = f"data:image/png;base64,{base64.b64encode(page).decode()}"
        wanted = {"include_blocks": True, "include_image_base64": True, "table_format": "html"}
        for granularity in ("page", "word", "block"):
            body = {"document": {"image_url": url}, "confidence_scores_granularity": granularity, **wanted}
            visitor.ask("POST", self.path, json=body)
        file = visitor.ask("POST", "/v1/files", files={"file": ("b.png", page)}, data={"purpose": "ocr"})
        file_id = file.json().get("id", UNKNOWN)
        visitor.ask("GET", f"/v1/files/{file_id}")
        visitor.ask("GET", f"/v1/files/{file_id}/content")
        link = visitor.ask("GET", f"/v1/files/{file_id}/url")
        visitor.follow(json.dumps(link.json()))
        visitor.ask("POST", self.path, json={"document": {"type": "document_url", "document_url": link.json()["url"]}})
        visitor.ask("DELETE", f"/v1/files/{file_id}")


def _headers(key: Key | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"bearer {key.secret}"}


ADAPTER = Mistral()
