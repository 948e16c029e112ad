"""The presets of a configuration, and the one that each contract reads with."""

from pathlib import Path

import pytest

from models.options import PADDLEX
from server.config.base import ConfigurationError
from server.config.load import Configuration, load_configuration

OTHERS = ("baidu", "complexdocr", "file_task", "jobs", "paddleocr_jobs", "layout_parsing", "mistral", "capsolver")
OWN_MODELS = "SubModules: {TextDetection: {model_name: a_det}, TextRecognition: {model_name: a_rec}}\n"
SWITCHES_OFF = "use_doc_preprocessor: false\nuse_textline_orientation: false\n"


def load(tmp_path: Path, text: str = "", settings: tuple[str, ...] = ()) -> Configuration:
    file = tmp_path / "my.yaml"
    file.write_text(text, encoding="utf-8")
    return load_configuration(file, {}, settings)


def refusal(tmp_path: Path, text: str, settings: tuple[str, ...] = ()) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text, settings)
    return str(caught.value)


def test_without_a_file_there_are_three_and_the_vendors_contracts_read_with_the_best() -> None:
    configuration = load_configuration(None, {})
    assert tuple(configuration.pipeline.by_preset()) == (PADDLEX, "best", "tiny")
    assert configuration.preset_of("paddlex") == PADDLEX
    assert {configuration.preset_of(name) for name in OTHERS} == {"best"}
    assert configuration.pipeline.opened_presets == (PADDLEX, "best")
    best = configuration.pipeline.by_preset()["best"]
    assert (best.text_detection.model_name, best.text_recognition.model_name) == (
        "PP-OCRv6_small_det",
        "PP-OCRv6_small_rec",
    )
    assert (best.precision, best.padding) == ("fastest", "fastest")
    assert (best.defaults.preset, best.defaults.text_det_limit_type) == ("best", "max")
    # What a preset does not name is that of 'paddlex'.
    assert best.defaults.text_det_max_side_limit == configuration.pipeline.defaults.text_det_max_side_limit
    assert best.defaults.text_det_thresh < configuration.pipeline.defaults.text_det_thresh


def test_a_file_that_changes_a_little_keeps_them(tmp_path: Path) -> None:
    configuration = load(tmp_path, "ppocr_server: {limits: {max_pages: 3}}")
    assert configuration.preset_of("baidu") == "best"


def test_everything_reads_with_the_models_that_a_file_names(tmp_path: Path) -> None:
    configuration = load(tmp_path, SWITCHES_OFF + OWN_MODELS)
    assert {configuration.preset_of(name) for name in ("paddlex", *OTHERS)} == {PADDLEX}
    assert configuration.pipeline.opened_presets == (PADDLEX,)
    assert "best" in configuration.pipeline.presets  # a request may still name it


def test_unless_it_says_otherwise(tmp_path: Path) -> None:
    text = SWITCHES_OFF + OWN_MODELS + "ppocr_server: {contracts: {baidu: {preset: tiny}}}"
    configuration = load(tmp_path, text)
    assert (configuration.preset_of("baidu"), configuration.preset_of("capsolver")) == ("tiny", PADDLEX)
    assert configuration.pipeline.opened_presets == (PADDLEX, "tiny")
    configuration = load(tmp_path, SWITCHES_OFF + OWN_MODELS + "ppocr_server: {presets: {}}")
    assert configuration.preset_of("baidu") == "best"


@pytest.mark.parametrize("own_models", ["", SWITCHES_OFF + OWN_MODELS])
def test_one_value_of_a_preset_can_be_changed(tmp_path: Path, own_models: str) -> None:
    text = own_models + "ppocr_server: {presets: {best: {text_detection: {limit_side_len: 1500}}}}"
    best = load(tmp_path, text).pipeline.by_preset()["best"]
    assert best.defaults.text_det_limit_side_len == 1500
    assert (best.text_detection.model_name, best.precision) == ("PP-OCRv6_small_det", "fastest")


def test_a_new_preset_takes_what_it_does_not_name(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    preset = "mine: {text_recognition: {model_name: my_rec, model_dir: weights, score_thresh: 0.5}, padding: tight}"
    contracts = "contracts: {paddlex: {preset: mine}}"
    text = f"ppocr_server: {{engine: {{precision: bf16}}, presets: {{{preset}}}, {contracts}}}"
    configuration = load(tmp_path, text)
    mine, base = configuration.pipeline.by_preset()["mine"], configuration.pipeline
    assert mine.text_recognition.model_dir == tmp_path / "weights"
    assert mine.text_detection == base.text_detection
    assert (mine.precision, mine.padding, mine.defaults.text_rec_score_thresh) == ("bf16", "tight", 0.5)
    assert configuration.pipeline.opened_presets == ("best", "mine")  # no contract reads with PaddleX's


@pytest.mark.parametrize(
    ("setting", "opened"),
    [("defaults", (PADDLEX, "best")), ("start", (PADDLEX, "best", "tiny")), ("first_use", ())],
)
def test_a_setting_says_when_they_open(setting: str, opened: tuple[str, ...]) -> None:
    assert load_configuration(None, {}, (f"models.presets={setting}",)).pipeline.opened_presets == opened


def test_a_contract_that_is_off_opens_no_preset(tmp_path: Path) -> None:
    off = ", ".join(f"{name}: {{enabled: false}}" for name in OTHERS)
    assert load(tmp_path, f"ppocr_server: {{contracts: {{{off}}}}}").pipeline.opened_presets == (PADDLEX,)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("contracts: {baidu: {preset: bst}}", "baidu.preset: there is no preset 'bst'; choose one of paddlex, best"),
        ("presets: {paddlex: {}}", "'paddlex' is the pipeline of SubModules"),
        ("presets: {Best!: {}}", "presets: must be"),
        ("presets: {best: {text_detection: {thresh: 0}}}", "presets.best.text_detection.thresh"),
        ("presets: {best: {text_detection: {model_dir: nowhere}}}", "presets.best.text_detection.model_dir"),
        ("presets: {mine: {text_detection: {model_dir: nowhere}}}", "needs a model_name beside it"),
        ("presets: {best: {colour: red}}", "presets.best.colour"),
        ("presets: {best: {padding: wide}}", "presets.best.padding"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(tmp_path: Path, section: str, says: str) -> None:
    message = refusal(tmp_path, f"ppocr_server: {{{section}}}")
    assert says in message
    assert "\n" not in message.strip()
