"""Read images with the package paddleocr, as its users call it, in the reference's process and environment.

    .reference/venv/bin/python tests/reference/read_with_paddleocr.py MODELS IMAGE...

MODELS is the folder of model directories that `setup.sh` makes. Prints one JSON object: by image the texts and scores.
"""

import json
import sys
from pathlib import Path

from paddleocr import PaddleOCR

DETECTOR, RECOGNISER = "PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec"


def main(models: Path, images: list[str]) -> dict[str, dict]:
    ocr = PaddleOCR(
        text_detection_model_name=DETECTOR,
        text_detection_model_dir=str(models / DETECTOR),
        text_recognition_model_name=RECOGNISER,
        text_recognition_model_dir=str(models / RECOGNISER),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        engine="onnxruntime",
    )
    return {image: dict(next(iter(ocr.predict(image))).json["res"]) for image in images}


if __name__ == "__main__":
    read = main(Path(sys.argv[1]), sys.argv[2:])
    kept = ("rec_texts", "rec_scores", "rec_boxes", "rec_polys", "dt_polys", "textline_orientation_angles")
    print(json.dumps({image: {key: page.get(key, []) for key in kept} for image, page in read.items()}))
