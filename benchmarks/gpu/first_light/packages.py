"""The packages that a card's machine needs, and the pins of those that are carried there.

    python3 -m benchmarks.gpu.first_light.packages        prints NAME==VERSION of each carried package

It needs the standard library alone, so that the machine that prepares the folder needs nothing else.
"""

import re
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parents[3] / "deploy" / "lock" / "server.txt"

CARRIED = (
    "annotated-types",
    "cffi",
    "cryptography",
    "faker",
    "httpcore2",
    "httptools",
    "httpx2",
    "litestar",
    "litestar-htmx",
    "msgspec",
    "msoffcrypto-tool",
    "multipart",
    "olefile",
    "pikepdf",
    "polyfactory",
    "pyclipper",
    "pyspellchecker",
    "pycparser",
    "pydantic",
    "pydantic-core",
    "pypdfium2",
    "python-docx",
    "python-pptx",
    "rich-click",
    "sniffio",
    "truststore",
    "typing-inspection",
    "tzdata",
    "uvicorn",
    "xlsxwriter",
)
"""Packages of the server that a machine made for PyTorch seldom has. They come with the carried folder, as wheels."""

EXPECTED = (
    "anyio",
    "certifi",
    "click",
    "filelock",
    "flatbuffers",
    "fsspec",
    "h11",
    "hf-xet",
    "httpcore",
    "httpx",
    "huggingface-hub",
    "hypothesis",
    "idna",
    "lxml",
    "markdown-it-py",
    "mdurl",
    "multidict",
    "numpy",
    "onnx",
    "onnxruntime",
    "opencv-python-headless",
    "packaging",
    "pillow",
    "prometheus-client",
    "protobuf",
    "pygments",
    "pytest",
    "pyyaml",
    "rich",
    "torch",
    "tqdm",
    "typing-extensions",
    "uvloop",
)
"""Packages that are expected there in some version. Add one to `CARRIED` where it turns out to be missing."""

UNUSED = ("colorama", "httpx2-jsfetch", "openvino")
"""Packages of the server's lock that the kit does without: of other systems, or another engine."""


def pins(lock: Path = LOCK) -> list[str]:
    """``NAME==VERSION`` of each carried package, as the server's lock has it.

    Raises:
        LookupError: the lock has no such package.
    """
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))
    if absent := [name for name in CARRIED if name not in locked]:
        raise LookupError(f"{lock.name} has no {', '.join(absent)}; correct CARRIED in {Path(__file__).name}.")
    return [f"{name}=={locked[name]}" for name in CARRIED]


if __name__ == "__main__":
    try:
        print("\n".join(pins()))
    except (LookupError, OSError) as error:
        sys.exit(str(error))
