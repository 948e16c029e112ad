"""Runs the MCP server of PaddleOCR and asks it, as an agent does: ``mcp_client.py BASE_URL FILE MODEL TOOL``."""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def main(base_url: str, file: str, model: str, tool: str) -> None:
    options = ["--ppocr_source", "self_hosted", "--self-hosted-base-url", base_url]
    async with Client(StdioTransport(sys.executable, ["-m", "paddleocr_mcp", "--model", model, *options])) as client:
        answer = await client.call_tool(tool, {"input_data": file, "file_type": "image"})
        texts = [part.text for part in answer.content if part.type == "text"]
        pictures = [part.mimeType for part in answer.content if part.type == "image"]
        print(json.dumps({"text": "\n".join(texts), "pictures": pictures}))


asyncio.run(main(*sys.argv[1:]))
