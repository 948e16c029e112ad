"""Runs the client of the package paddleocr: ``sdk.py BASE_URL TOKEN FILE FOLDER``. It prints what its user gets."""

import asyncio
import json
import sys
from pathlib import Path

from paddleocr import AsyncPaddleOCRClient, PaddleOCRClient, PPStructureV3Options


def main(base_url: str, token: str, file: str, folder: str) -> None:
    found: dict[str, object] = {}
    with PaddleOCRClient(base_url=base_url, token=token) as client:
        read = client.ocr(file_path=file)
        found["ocr"] = [page.pruned_result["rec_texts"] for page in read.pages]
        found["ocr_files"] = [Path(path).name for path in client.save_ocr_result_resources(read, folder)]
        options = PPStructureV3Options(prettify_markdown=True, visualize=True)
        parsed = client.parse_document(model="PP-StructureV3", file_path=file, options=options, batch_id="sdk")
        found["markdown"] = [page.markdown_text for page in parsed.pages]
        found["images"] = [list(page.markdown_images) for page in parsed.pages]
        found["data_info"] = parsed.data_info
        saved = client.save_document_parsing_result_resources(parsed, folder, overwrite=True)
        found["files"] = [Path(path).name for path in saved]
        status = client.get_status(parsed.job_id)
        found["status"] = [status.state, status.progress.total_pages, status.progress.extracted_pages]
        found["batch"] = [job.job_id == parsed.job_id for job in client.get_batch_status("sdk").jobs]
        job = client.submit_document_parsing(model="PP-StructureV3", file_path=file, page_ranges="2-3")
        found["failed"] = told(lambda: client.wait_document_parsing_result(job))
        found["vision"] = told(lambda: client.parse_document(file_path=file))
        found["unknown"] = told(lambda: client.get_status("ocrjob-nothing"))
    with PaddleOCRClient(base_url=base_url, token="wrong") as stranger:
        found["stranger"] = told(lambda: stranger.get_status("ocrjob-nothing"))
    found["async"] = asyncio.run(in_event_loop(base_url, token, file))
    print(json.dumps(found))


async def in_event_loop(base_url: str, token: str, file: str) -> list[list[str]]:
    client = AsyncPaddleOCRClient(base_url=base_url, token=token)
    try:
        read = await client.ocr(file_path=file)
        return [page.pruned_result["rec_texts"] for page in read.pages]
    finally:
        await client.close()


def told(call) -> list[str]:
    """The error that a call ends with."""
    try:
        call()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return []


main(*sys.argv[1:])
