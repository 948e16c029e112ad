"""Applications for tests: a real one around a stub pipeline, and files to send it."""

import base64
import io
from pathlib import Path

import cv2
import numpy as np
import pikepdf

from models.config import ModuleConfig, PipelineConfig
from server.app import create_app
from server.config.load import Configuration
from server.config.serving_settings import ServingSettings
from server.config.settings import Settings
from tests.unit.server.stub_pipeline import StubPipeline

CLIENT_HOST = "testserver.local"
"""The name by which the framework's test client calls the server."""


def configuration(*, serving: ServingSettings | None = None, server: dict | None = None, **sections) -> Configuration:
    server = dict(server or {})
    if "host" not in server and "tokens" not in sections.get("auth", {}):
        server.setdefault("allowed_hosts", [CLIENT_HOST])
    return Configuration(
        settings=Settings.model_validate({"decode": {"workers": 1}, "server": server, **sections}),
        pipeline=PipelineConfig(ModuleConfig("stub_det"), ModuleConfig("stub_rec")),
        serving=serving or ServingSettings(visualize=False),
        source=Path("test.yaml"),
    )


def application(pipeline: StubPipeline | None = None, **settings):
    return create_app(configuration(**settings), pipeline or StubPipeline())


def png(width: int = 120, height: int = 40) -> bytes:
    written, data = cv2.imencode(".png", np.full((height, width, 3), 255, np.uint8))
    assert written
    return data.tobytes()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def pdf(pages: int) -> bytes:
    """A PDF of empty pages, 60 by 40 points each."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + pages))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>"]
    objects += ["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 60 40] >>"] * pages
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode() + trailer.encode()


def locked(data: bytes, password: str) -> bytes:
    """The same PDF, encrypted."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(file, encryption=pikepdf.Encryption(owner=password, user=password))
    return file.getvalue()
