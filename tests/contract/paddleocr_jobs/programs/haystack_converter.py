"""Runs Haystack's converter: ``haystack_converter.py BASE_URL TOKEN FILE``. It prints its documents."""

import json
import sys

from haystack.utils import Secret
from haystack_integrations.components.converters.paddleocr import PaddleOCRVLDocumentConverter


def main(base_url: str, token: str, file: str) -> None:
    converter = PaddleOCRVLDocumentConverter(base_url=base_url, access_token=Secret.from_token(token))
    found = converter.run(sources=[file])
    pages = [page for response in found["raw_paddleocr_responses"] for page in response["pages"]]
    print(json.dumps({"texts": [document.content for document in found["documents"]], "pages": len(pages)}))


main(*sys.argv[1:])
