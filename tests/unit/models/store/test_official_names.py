"""Names that the manifest does not have: official ones stand for a repository, all others are refused."""

import pytest

from models.errors import ModelNotInstalled
from models.store.manifest import HuggingFaceSource, Manifest, ManifestEntry
from models.store.official_names import find_entry
from tests.unit.models.model_files import SHIPPED

KNOWN = ManifestEntry("text_detection", "Apache-2.0", (HuggingFaceSource("someone/else", "onnx", {}),))
MANIFEST = Manifest({"PP-OCRv5_mobile_det": KNOWN, "UVDoc": KNOWN})


def test_the_manifest_comes_first() -> None:
    assert find_entry(MANIFEST, "PP-OCRv5_mobile_det") is KNOWN


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("PP-OCRv4_server_det", "text_detection"),
        ("en_PP-OCRv4_mobile_rec", "text_recognition"),
        ("PP-LCNet_x0_5_textline_ori", "textline_orientation"),
        ("PP-LCNet_x2.0_doc_ori", "doc_orientation"),
    ],
)
def test_an_official_name_stands_for_its_repositories(name: str, task: str) -> None:
    entry = find_entry(MANIFEST, name)
    assert entry.task == task
    found = {(source.format, str(source), tuple(source.files)) for source in entry.sources}
    assert found == {
        ("onnx", f"Hugging Face PaddlePaddle/{name}_onnx at main", ("inference.onnx", "inference.yml")),
        (
            "paddle",
            f"Hugging Face PaddlePaddle/{name} at main",
            ("inference.json", "inference.pdiparams", "inference.yml"),
        ),
    }
    assert not any(file.sha256 for source in entry.sources for file in source.files.values())
    assert "no hash is known" in entry.note


def test_the_note_suggests_the_nearest_name() -> None:
    assert "Did you mean PP-OCRv5_mobile_det?" in find_entry(MANIFEST, "PP-OCRv5_mobil_det").note


@pytest.mark.parametrize(
    "name",
    [
        "UVDock",
        "det",
        "_det",
        "PP-OCRv5",
        "PP-OCRv9_det ",
        "a/b_det",
        "../a_det",
        "a..b_det",
        "a--b_det",
        "-a_det",
        "https://h/a_det",
        "a_det_onnx",
        "\u0430_det",
        f"{'a' * 77}_det",
        "a_det\n",
        "",
    ],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ModelNotInstalled, match="is not a model in the manifest"):
        find_entry(MANIFEST, name)


def test_a_refusal_suggests_the_nearest_name() -> None:
    with pytest.raises(ModelNotInstalled, match=r"Did you mean UVDoc\? `ppocr-server models list`"):
        find_entry(MANIFEST, "UVDock")


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("PP-DocLayout-S", "layout_detection"),
        ("PP-DocLayout-M", "layout_detection"),
        ("PP-DocLayout-L", "layout_detection"),
        ("PP-DocLayout_plus-L", "layout_detection"),
        ("picodet_lcnet_x1_0_fgd_layout_cdla", "layout_detection"),
        ("SLANet_plus", "table_structure"),
        ("SLANet", "table_structure"),
    ],
)
def test_layout_and_table_models_can_be_pulled_by_name(name: str, task: str) -> None:
    entry = find_entry(SHIPPED, name)
    assert entry.task == task
    assert entry.sources
