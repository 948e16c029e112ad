"""Runs LangChain's loader: ``langchain_loader.py BASE_URL TOKEN FILE``. It prints its document."""

import json
import sys

from langchain_paddleocr import PaddleOCRVLLoader
from pydantic import SecretStr


def main(base_url: str, token: str, file: str) -> None:
    (document,) = PaddleOCRVLLoader(file, access_token=SecretStr(token), base_url=base_url).load()
    pages = document.metadata["paddleocr_vl_raw_response"]["pages"]
    print(json.dumps({"text": document.page_content, "images": [list(page["markdown_images"]) for page in pages]}))


main(*sys.argv[1:])
