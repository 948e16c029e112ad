"""RapidOCR with its own models and settings: ``python read_with_rapidocr.py onnxruntime|openvino``."""

import sys

from answer_lines import answer_lines


def load():
    """Load the library."""
    from rapidocr import EngineType, RapidOCR

    engine = {"onnxruntime": EngineType.ONNXRUNTIME, "openvino": EngineType.OPENVINO}[sys.argv[1]]
    engines = {f"{stage}.engine_type": engine for stage in ("Det", "Cls", "Rec")}
    reader = RapidOCR(params={"Global.log_level": "error", **engines})

    def read(path, _kind):
        found = reader(path)
        if found.txts is None:
            return [[]]
        rows = zip(found.txts, found.scores, found.boxes, strict=True)
        return [[(text, float(score), box.tolist()) for text, score, box in rows]]

    return read


if __name__ == "__main__":
    answer_lines(load, ["rapidocr", sys.argv[1]])
