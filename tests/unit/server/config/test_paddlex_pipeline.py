"""PaddleX's pipeline YAML, read by PaddleX's rules."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from models.config import LayoutConfig, ModuleConfig
from models.modules import LAYOUT_DETECTION, OPTIONAL_MODULES, TABLE_STRUCTURE, OptionalModule
from server.config.base import ConfigurationError
from server.config.effective import effective_yaml
from server.config.load import load_configuration
from server.config.serving_settings import ServingSettings
from tests.unit.server.config.paddlex_files import PACKAGED_BY_PADDLEX, SMALLEST, WITH_LAYOUT


def test_a_production_file_is_read_as_it_is(load) -> None:
    configuration = load(PACKAGED_BY_PADDLEX)
    pipeline = configuration.pipeline
    assert configuration.notes == ()
    assert pipeline.optional == "as_configured"
    assert pipeline.text_detection.model_name == "PP-OCRv6_medium_det"
    assert pipeline.text_recognition.model_name == "PP-OCRv6_medium_rec"
    assert pipeline.text_recognition.batch_size == 6
    assert pipeline.text_detection.batch_size == 1
    assert pipeline.defaults.use_doc_preprocessor
    assert pipeline.defaults.use_doc_orientation_classify
    assert pipeline.defaults.use_doc_unwarping
    assert pipeline.defaults.use_textline_orientation
    assert configuration.serving == ServingSettings()


def test_paddlex_defaults_hold_where_the_file_is_silent(load) -> None:
    defaults = load(SMALLEST).pipeline.defaults
    assert defaults.text_det_limit_side_len == 960
    assert defaults.text_det_limit_type == "max"
    assert defaults.text_det_max_side_limit == 4000
    assert (defaults.text_det_thresh, defaults.text_det_box_thresh, defaults.text_det_unclip_ratio) == (0.3, 0.6, 2.0)
    assert defaults.text_rec_score_thresh == 0
    assert not defaults.return_word_box


def test_numbers_keep_the_kind_they_are_written_in(load) -> None:
    text = SMALLEST.replace("PP-OCRv5_mobile_det}", "PP-OCRv5_mobile_det, unclip_ratio: 2, thresh: 1, box_thresh: 0.5}")
    defaults = load(text).pipeline.defaults
    assert [type(value) for value in (defaults.text_det_unclip_ratio, defaults.text_det_thresh)] == [int, int]
    assert type(defaults.text_det_box_thresh) is float
    assert type(defaults.text_rec_score_thresh) is int


def test_what_the_file_leaves_off_cannot_be_asked_for(load) -> None:
    text = PACKAGED_BY_PADDLEX.replace("use_doc_unwarping: True", "use_doc_unwarping: False").replace(
        "use_textline_orientation: True", "use_textline_orientation: False"
    )
    pipeline = load(text).pipeline
    assert pipeline.doc_orientation is not None
    assert pipeline.doc_unwarping is None
    assert pipeline.textline_orientation is None
    pipeline = load(PACKAGED_BY_PADDLEX.replace("use_doc_preprocessor: True", "use_doc_preprocessor: False")).pipeline
    assert (pipeline.doc_orientation, pipeline.doc_unwarping) == (None, None)


def test_optional_modules_lifts_that(load) -> None:
    off = PACKAGED_BY_PADDLEX.replace(": True", ": False")
    pipeline = load(off, "models.optional_modules=first_use").pipeline
    assert pipeline.doc_orientation is not None
    assert pipeline.doc_unwarping is not None
    assert pipeline.textline_orientation is not None


def test_every_module_of_a_file_reaches_the_pipeline_and_the_file_in_force(load, tmp_path: Path) -> None:
    layout = """  LayoutDetection: {model_name: LayoutDetection, threshold: 0.4}
  TableStructureRecognition: {model_name: TableStructureRecognition}
use_layout_detection: true
use_table_recognition: true
"""
    configuration = load(PACKAGED_BY_PADDLEX + layout)
    assert None not in [module.configured(configuration.pipeline) for module in OPTIONAL_MODULES]
    assert all(module.is_on(configuration.pipeline.defaults) for module in OPTIONAL_MODULES)
    (tmp_path / "again.yaml").write_text(effective_yaml(configuration), encoding="utf-8")
    assert load_configuration(tmp_path / "again.yaml", {}).pipeline == configuration.pipeline


@pytest.mark.parametrize(
    "module",
    [module for module in OPTIONAL_MODULES if module not in (LAYOUT_DETECTION, TABLE_STRUCTURE)],
    ids=lambda module: module.name,
)
def test_every_switch_needs_its_model(load, module: OptionalModule) -> None:
    inner = ["use_doc_orientation_classify: false", "use_doc_unwarping: false"]
    parts = [] if module.in_preprocessor else [f"{module.switch}: true"]
    if module.in_preprocessor:
        inner.remove(f"{module.switch}: false")
        parts += ["use_doc_preprocessor: true", f"SubPipelines: {{DocPreprocessor: {{{', '.join(inner)}}}}}"]
    text = yaml.safe_load(SMALLEST) | {key: value for part in parts for key, value in yaml.safe_load(part).items()}
    with pytest.raises(ConfigurationError) as caught:
        load(yaml.safe_dump(text))
    place = "SubPipelines.DocPreprocessor." if module.in_preprocessor else ""
    assert f"{place}{module.switch} is on" in str(caught.value)
    assert f"but {place}SubModules.{module.key} is missing" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("use_doc_preprocessor: false\n", "", "use_doc_preprocessor is on (PaddleX's default"),
        ("use_textline_orientation: false\n", "", "SubModules.TextLineOrientation is missing"),
        (
            "  TextRecognition: {model_name: PP-OCRv5_mobile_rec}\n",
            "",
            "SubModules.TextRecognition: is missing; it must be 'key: value' lines.",
        ),
        (
            "{model_name: PP-OCRv5_mobile_rec}",
            "{batch_size: 6}",
            "SubModules.TextRecognition.model_name: is missing; it must be a model's name",
        ),
        (
            "use_doc_preprocessor: false",
            "pipeline_name: PP-StructureV3",
            "pipeline_name: must be OCR; it is none of these.",
        ),
        ("use_doc_preprocessor: false", "text_type: seal", "text_type: must be general; it is none of these."),
        ("PP-OCRv5_mobile_det}", "PP-OCRv5_mobile_det, limit_type: resize_long}", "TextDetection.limit_type: "),
        (
            "PP-OCRv5_mobile_det}",
            "PP-OCRv5_mobile_det, thresh: 0}",
            "TextDetection.thresh: must be a number above 0 to 1000; it is too small.",
        ),
        ("PP-OCRv5_mobile_det}", "PP-OCRv5_mobile_det, unclip_ratio: .nan}", "TextDetection.unclip_ratio: "),
        ("PP-OCRv5_mobile_rec}", "PP-OCRv5_mobile_rec, score_thresh: 2}", "TextRecognition.score_thresh: "),
        ("PP-OCRv5_mobile_rec}", "PP-OCRv5_mobile_rec, model_dir: nowhere}", "'nowhere' is not a directory"),
    ],
)
def test_mistakes_name_the_file_and_the_key(load, tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SMALLEST
    with pytest.raises(ConfigurationError) as caught:
        load(SMALLEST.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'pipeline.yaml'}: ")
    assert message in str(caught.value)


def test_a_file_may_change_single_values_of_the_packaged_pipeline(load) -> None:
    default = load("").pipeline
    changed = load(
        "{use_textline_orientation: true, SubModules: {TextDetection: {limit_side_len: 960, limit_type: max}, "
        "TextLineOrientation: {model_name: PP-LCNet_x1_0_textline_ori}}, Serving: {visualize: false}}"
    ).pipeline
    switches = replace(
        default.defaults, use_textline_orientation=True, text_det_limit_side_len=960, text_det_limit_type="max"
    )
    assert changed.defaults == switches
    assert (changed.text_detection, changed.text_recognition) == (default.text_detection, default.text_recognition)
    assert changed.textline_orientation is not None
    assert changed.textline_orientation.model_name == "PP-LCNet_x1_0_textline_ori"
    assert (changed.optional, changed.doc_unwarping) == (default.optional, default.doc_unwarping)


def test_a_misspelt_module_is_refused_where_the_packaged_one_would_run_instead(load) -> None:
    with pytest.raises(ConfigurationError, match=r"unknown key 'TextDetecton'; did you mean 'TextDetection'"):
        load("SubModules: {TextDetecton: {model_name: PP-OCRv5_server_det}}")


def test_preprocessor_switches_need_their_models(load) -> None:
    text = SMALLEST.replace(
        "use_doc_preprocessor: false", "SubPipelines: {DocPreprocessor: {use_doc_unwarping: false}}"
    )
    with pytest.raises(ConfigurationError, match=r"SubModules\.DocOrientationClassify is missing"):
        load(text)


def test_keys_without_effect_are_listed_once_and_in_full(load) -> None:
    text = PACKAGED_BY_PADDLEX.replace("score_thresh: 0.0}", "score_thresh: 0.0, input_shape: [3, 48, 320]}")
    (note,) = load(text + "use_hpip: true\nServing: {extra: {something: 1}}\n").notes
    assert note == (
        "Keys without effect here: use_hpip, SubModules.TextRecognition.input_shape, Serving.extra.something."
    )


def test_model_directories_are_found_from_the_current_directory_first(
    load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SMALLEST.replace("PP-OCRv5_mobile_rec}", "PP-OCRv5_mobile_rec, model_dir: rec}")
    (tmp_path / "rec").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert load(text).pipeline.text_recognition.model_dir == tmp_path / "rec"
    (elsewhere / "rec").mkdir()
    assert load(text).pipeline.text_recognition.model_dir == Path("rec")


def test_layout_and_table_models_are_off_unless_switched_on(load) -> None:
    for text in ("", WITH_LAYOUT):
        pipeline = load(f"{text}use_layout_detection: false\nuse_table_recognition: false\n").pipeline
        assert (pipeline.layout_detection, pipeline.table_structure) == (None, None)
    pipeline = load(f"{WITH_LAYOUT}use_layout_detection: true\nuse_table_recognition: true\n").pipeline
    assert pipeline.layout_detection == LayoutConfig("PP-DocLayout-S", threshold={0: 0.3, 8: 0.5})
    assert pipeline.table_structure == ModuleConfig("SLANet_plus")


def test_a_pipeline_that_names_no_layout_model_gets_the_default_ones(load) -> None:
    """PaddleX's own files cannot name them."""
    packaged = load("use_layout_detection: true\nuse_table_recognition: true\n").pipeline
    both = load(f"{SMALLEST}use_layout_detection: true\nuse_table_recognition: true\n").pipeline
    assert both.layout_detection == packaged.layout_detection is not None
    assert both.table_structure == packaged.table_structure is not None
    layout = load(f"{SMALLEST}use_layout_detection: true\n").pipeline
    assert (layout.layout_detection, layout.table_structure) == (packaged.layout_detection, None)
    assert load(SMALLEST).pipeline.layout_detection is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{WITH_LAYOUT}use_table_recognition: true\n", "use_layout_detection: true"),
        (f"{SMALLEST}  LayoutDetection: {{model_name: x, threshold: 2}}\n", "threshold"),
    ],
)
def test_switches_of_layout_that_cannot_work_are_refused(load, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load(text)
