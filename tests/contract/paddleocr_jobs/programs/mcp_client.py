"""Runs the MCP server of PaddleOCR and asks it, as an agent does: ``mcp_client.py BASE_URL TOKEN FILE MODEL TOOL``."""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def main(base_url: str, token: str, file: str, model: str, tool: str) -> None:
    options = ["--aistudio-base-url", base_url, "--aistudio_access_token", token]
    command = ["-m", "paddleocr_mcp", "--model", model, "--ppocr_source", "aistudio", *options]
    async with Client(StdioTransport(sys.executable, command)) as client:
        names = [each.name for each in await client.list_tools()]
        answer = await client.call_tool(tool, {"input_data": file})
        texts = [part.text for part in answer.content if part.type == "text"]
        pictures = [part.mimeType for part in answer.content if part.type == "image"]
        print(json.dumps({"tools": names, "text": "\n".join(texts), "pictures": pictures}))


asyncio.run(main(*sys.argv[1:]))
