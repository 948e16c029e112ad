"""Finds a model by its official name: in the manifest, or by the names of PaddlePaddle's repositories."""

import difflib
import re

from models.descriptions.model_directory import (
    DESCRIPTION_FILE,
    ONNX_FILE,
    PADDLE_GRAPHS,
    PADDLE_PARAMETERS,
    ModelFormat,
)
from models.errors import ModelNotInstalled
from models.store.manifest import HuggingFaceSource, Manifest, ManifestEntry, ModelTask, RemoteFile

_LONGEST_NAME = 80
_NAME = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*_(det|rec|textline_ori|doc_ori)")
"""Words with one separator between them, and a task at the end. No such name leaves its directory or its owner."""

_TASKS: dict[str, ModelTask] = {
    "det": "text_detection",
    "rec": "text_recognition",
    "textline_ori": "textline_orientation",
    "doc_ori": "doc_orientation",
}
_LAYOUT: dict[str, ModelTask] = {
    "PP-DocLayout-S": "layout_detection",
    "PP-DocLayout-M": "layout_detection",
    "PP-DocLayout-L": "layout_detection",
    "PP-DocLayout_plus-L": "layout_detection",
    "SLANet": "table_structure",
}
"""Names that do not end with their task. PP-DocLayoutV2 and later, and SLANeXt, have other outputs."""
_FILES: dict[ModelFormat, tuple[str, ...]] = {
    "onnx": (ONNX_FILE, DESCRIPTION_FILE),
    "paddle": (PADDLE_GRAPHS[0], PADDLE_PARAMETERS, DESCRIPTION_FILE),
}


def find_entry(manifest: Manifest, name: str) -> ManifestEntry:
    """The entry of a model.

    A name that is not in the manifest stands for the repositories ``PaddlePaddle/<name>_onnx`` and
    ``PaddlePaddle/<name>``, where PaddlePaddle publishes its models in both formats. Their hashes are not known, and
    the note of the entry says so.

    Raises:
        ModelNotInstalled: the name does not look like an official name either. The message suggests similar names.
    """
    if name in manifest.models:
        return manifest.models[name]
    near = difflib.get_close_matches(name, manifest.models, n=3)
    unknown = f"'{name}' is not a model in the manifest." + (f" Did you mean {' or '.join(near)}?" if near else "")
    found = _NAME.fullmatch(name) if len(name) <= _LONGEST_NAME else None
    task = _TASKS[found[1]] if found else _LAYOUT.get(name)
    if task is None:
        raise ModelNotInstalled(
            f"{unknown} `ppocr-server models list` shows all names; for weights of your own set the module's model_dir."
        )
    return ManifestEntry(
        task=task,
        licence="as its repository says",
        sources=(_repository(f"{name}_onnx", "onnx"), _repository(name, "paddle")),
        note=f"{unknown} Its name stands for the repository PaddlePaddle/{name}_onnx, of which no hash is known: the "
        "first download is believed, and recorded.",
    )


def _repository(name: str, model_format: ModelFormat) -> HuggingFaceSource:
    return HuggingFaceSource(
        huggingface=f"PaddlePaddle/{name}",
        format=model_format,
        files={file: RemoteFile() for file in _FILES[model_format]},
    )
