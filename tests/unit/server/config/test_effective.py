"""The configuration in force can be read back as one, and shows no secret."""

from pathlib import Path

import yaml

from server.config.effective import effective_yaml
from server.config.load import load_configuration
from server.config.sources import Sources
from tests.unit.server.config.paddlex_files import WITH_LAYOUT


def test_effective_values_mask_secrets() -> None:
    environ, overrides = {"PPOCR_SERVER_TOKENS": "me=s3cret"}, ("storage.signing_key=k3y-of-16-letters",)
    text = effective_yaml(load_configuration(None, environ, overrides))
    assert "me: '**********'" in text
    assert "s3cret" not in text
    assert "k3y" not in text


def test_effective_values_are_a_configuration_with_the_same_effect(load, tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    before = load(
        f"""
text_type: general
use_doc_preprocessor: true
use_textline_orientation: false
SubPipelines:
  DocPreprocessor:
    use_doc_unwarping: false
    SubModules: {{DocOrientationClassify: {{model_name: PP-LCNet_x1_0_doc_ori}}}}
SubModules:
  TextDetection: {{model_name: PP-OCRv5_server_det, model_dir: {tmp_path}/weights, thresh: 1}}
  TextRecognition: {{model_name: PP-OCRv5_server_rec, batch_size: 8}}
Serving: {{return_urls: true, extra: {{max_output_img_size: null, file_storage: {{type: file_system, directory: p}}}}}}
ppocr_server: {{url_input: {{allowed_hosts: [a.example]}}, limits: {{max_pages: null}}}}
""",
    )
    after = load(effective_yaml(before))
    assert (after.settings, after.pipeline, after.serving) == (before.settings, before.pipeline, before.serving)


def test_the_layout_models_are_among_them(load) -> None:
    before = load(f"{WITH_LAYOUT}use_layout_detection: true\nuse_table_recognition: true\n")
    assert load(effective_yaml(before)).pipeline == before.pipeline


def test_the_name_of_the_file_cannot_control_the_terminal_or_end_the_comment(tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[2J\nppocr_server: {server: {port: 1}} #.yaml"
    file.write_text("ppocr_server: {server: {port: 2}}", encoding="utf-8")
    configuration = load_configuration(file, {})
    for sources in (None, Sources(file, {})):
        text = effective_yaml(configuration, sources)
        assert text.replace("\n", "").isprintable()
        assert yaml.safe_load(text)["ppocr_server"]["server"]["port"] == 2
