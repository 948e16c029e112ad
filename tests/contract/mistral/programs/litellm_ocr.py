"""Runs LiteLLM's ocr call: ``litellm_ocr.py BASE_URL TOKEN FILE``. It prints what its user gets."""

import base64
import json
import sys
from pathlib import Path

import litellm


def main(base_url: str, token: str, file: str) -> None:
    url = f"data:application/pdf;base64,{base64.b64encode(Path(file).read_bytes()).decode()}"
    document = {"type": "document_url", "document_url": url}
    read = litellm.ocr(model="mistral/mistral-ocr-latest", document=document, api_base=base_url, api_key=token)
    try:
        litellm.ocr(model="mistral/mistral-ocr-latest", document=document, api_base=base_url, api_key="wrong")
        stranger = ""
    except Exception as error:
        stranger = f"{type(error).__name__}: {error}"
    pages = [[page.index, page.markdown] for page in read.pages]
    print(json.dumps({"pages": pages, "count": read.usage_info.pages_processed, "stranger": stranger}))


main(*sys.argv[1:])
