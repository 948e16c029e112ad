"""Loading: precedence, defaults, and what an operator is told about a mistake."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from server.config.base import ConfigurationError
from server.config.files import DEFAULT_FILE, MANIFEST_FILE, packaged_file
from server.config.load import Configuration, load_configuration
from server.config.settings import Settings


def load(path: Path | None = None, environ: Mapping[str, str] | None = None, *overrides: str) -> Configuration:
    return load_configuration(path, environ or {}, overrides)


def failure(path: Path | None = None, environ: Mapping[str, str] | None = None, overrides: Sequence[str] = ()) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path, environ or {}, overrides)
    return str(caught.value)


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str, name: str = "my.yaml") -> Path:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return _write


def assert_names_all(written: dict[str, Any], section: type[BaseModel]) -> None:
    named = {name: field for name, field in section.model_fields.items() if not field.exclude}
    assert set(written) == set(named), section
    for name, field in named.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            assert_names_all(written[name], field.annotation)


def test_manual_names_every_setting_with_its_default() -> None:
    written = yaml.safe_load(packaged_file(DEFAULT_FILE).read_text(encoding="utf-8"))["ppocr_server"]
    assert_names_all(written, Settings)
    written["models"]["optional_modules"] = "as_configured"  # the schema's default is PaddleX's rule
    assert Settings.model_validate(written) == Settings()


def test_default_configuration_switches_nothing_on_and_lets_requests_do_it() -> None:
    configuration = load()
    assert configuration.source == packaged_file(DEFAULT_FILE)
    assert configuration.notes == ()
    pipeline = configuration.pipeline
    assert (pipeline.text_detection.model_name, pipeline.text_recognition.model_name) == (
        "PP-OCRv5_mobile_det",
        "PP-OCRv5_mobile_rec",
    )
    defaults = pipeline.defaults
    assert not defaults.use_doc_preprocessor
    assert not defaults.use_doc_orientation_classify
    assert not defaults.use_doc_unwarping
    assert not defaults.use_textline_orientation
    assert pipeline.optional == "start"
    assert pipeline.doc_orientation is not None
    assert pipeline.doc_unwarping is not None
    assert pipeline.textline_orientation is not None


def test_every_shipped_model_is_in_the_manifest() -> None:
    pipeline = load().pipeline
    known = yaml.safe_load(packaged_file(MANIFEST_FILE).read_text(encoding="utf-8"))["models"]
    modules = (
        *(
            module
            for preset in pipeline.by_preset().values()
            for module in (preset.text_detection, preset.text_recognition)
        ),
        pipeline.textline_orientation,
        pipeline.doc_orientation,
        pipeline.doc_unwarping,
    )
    assert [module.model_name for module in modules if module and module.model_name not in known] == []


def test_the_profile_for_gpus_is_the_default_on_another_device() -> None:
    shipped, default = load(packaged_file("cuda.yaml")), load()
    engine = shipped.settings.engine
    assert (engine.name, engine.devices, engine.precision, engine.padding) == ("torch", ("gpu:0",), "fp16", "bucket")
    assert shipped.pipeline.device == "gpu:0"
    assert shipped.settings.decode.workers == 8
    kept = {"engine": default.settings.engine, "decode": shipped.settings.decode.model_copy(update={"workers": 0})}
    assert shipped.settings.model_copy(update=kept) == default.settings
    assert shipped.pipeline.text_recognition == default.pipeline.text_recognition


def test_later_sources_win(write) -> None:
    file = write("ppocr_server: {server: {port: 1}, limits: {max_pages: 1}, decode: {workers: 1}}")
    environ = {"PPOCR_SERVER__LIMITS__MAX_PAGES": "2", "PPOCR_SERVER__DECODE__WORKERS": "2"}
    settings = load(file, environ, "decode.workers=3").settings
    assert (settings.server.port, settings.limits.max_pages, settings.decode.workers) == (1, 2, 3)


def test_path_comes_from_the_environment_unless_given(write) -> None:
    named, given = write("ppocr_server: {server: {port: 1}}", "a.yaml"), write("", "b.yaml")
    environ = {"PPOCR_SERVER_CONFIG": str(named)}
    assert load(None, environ).settings.server.port == 1
    assert load(given, environ).settings.server.port == 8080


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("server.port", "9000", 9000),
        ("server.public_url", "http://1.0.example", "http://1.0.example"),
        ("server.public_url", "null", None),
        ("limits.max_pages", "null", None),
        ("limits.request_timeout_seconds", "1.5", 1.5),
        ("models.offline", "true", True),
        ("models.directory", "1", Path("1")),
        ("url_input.allowed_hosts", "[a.example, b.example]", ("a.example", "b.example")),
        ("server.trusted_proxies", '["10.0.0.0/8"]', ("10.0.0.0/8",)),
    ],
)
def test_text_values_take_the_type_of_their_setting(key: str, text: str, expected: object) -> None:
    section, name = key.split(".")
    by_line = load(None, {}, f"{key}={text}").settings
    by_variable = load(None, {f"PPOCR_SERVER__{section.upper()}__{name.upper()}": text}).settings
    assert getattr(getattr(by_line, section), name) == expected
    assert by_line == by_variable


def test_variables_that_kubernetes_sets_are_left_alone() -> None:
    environ = {"PPOCR_SERVER_PORT": "tcp://10.0.0.1:8080", "PPOCR_SERVER_SERVICE_HOST": "10.0.0.1"}
    assert load(None, environ) == load()


def test_unknown_keys_are_named_in_full_with_the_nearest_name(write) -> None:
    file = write("ppocr_server:\n  limits: {max_pagse: 3}\n")
    assert failure(file) == f"{file}: ppocr_server.limits.max_pagse: unknown key 'max_pagse'; did you mean 'max_pages'?"
    assert failure(overrides=["limts.max_pages=3"]).startswith("--set limts.max_pages: unknown key 'limts'; did you")
    assert "did you mean 'port'?" in failure(environ={"PPOCR_SERVER__SERVER__PROT": "1"})


def test_unknown_sections_name_all_sections(write) -> None:
    assert "known are auth, contracts, decode, engine" in failure(write("ppocr_server: {xyzzy: 1}"))


@pytest.mark.parametrize("item", ["server.port", "server", "server={}", "server.port.x=1"])
def test_command_line_items_that_are_not_settings(item: str) -> None:
    assert failure(overrides=[item]).startswith(f"--set {item.partition('=')[0]}: ")


def test_a_wrong_value_names_where_it_was_written(write) -> None:
    file = write("ppocr_server: {server: {port: 99999}, limits: {max_pages: 0}}")
    lines = failure(file, {}, ["limits.max_pages=-1"]).splitlines()
    assert lines == [
        f"{file}: ppocr_server.server.port: must be a whole number from 0 to 65535; it is too large.",
        "--set limits.max_pages: must be a whole number from 1 to 1000000 or null; it is too small.",
    ]


def test_all_mistakes_are_reported_at_once(write) -> None:
    file = write("ppocr_server: {server: {prot: 1}, decode: {worker: 2}}")
    assert failure(file).count("unknown key") == 2


@pytest.mark.parametrize("value", [".inf", "-1", "abc"])
def test_times_are_positive_and_finite(write, value: str) -> None:
    assert "request_timeout_seconds" in failure(
        write(f"ppocr_server: {{limits: {{request_timeout_seconds: {value}}}}}")
    )


@pytest.mark.parametrize(
    "setting",
    [
        "server.trusted_proxies=[proxy]",
        "server.public_url=ocr.example.org",
        "engine.device=cuda",
        "storage.signing_key=k",
    ],
)
def test_values_that_could_not_work_are_refused(setting: str) -> None:
    assert setting.partition("=")[0] in failure(overrides=[setting])


def test_our_section_misplaced_or_misspelt_is_an_error_and_not_ignored(write) -> None:
    assert "did you mean 'ppocr_server'?" in failure(write("ppocr_sever: {server: {port: 1}}"))
    assert "belongs under 'ppocr_server:'" in failure(write("limits: {max_pages: 1}"))


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "ppocr_server: 3", "Serving: [1]", "1: 2"])
def test_files_that_are_no_configuration(write, text: str) -> None:
    file = write(text)
    assert failure(file).startswith(f"{file}: ")


def test_a_section_that_stands_twice_is_refused_and_does_not_open_the_server(write) -> None:
    file = write(
        "ppocr_server:\n  auth: {tokens: {alice: s3cret}}\n  server: {port: 1}\n  auth: {pages_per_minute: 9}\n"
    )
    assert failure(file) == f"{file}: line 4 repeats the key 'auth' of line 2; keep one of them."


def test_a_key_that_stands_twice_is_refused_anywhere(write) -> None:
    file = write("SubModules:\n  TextDetection:\n    thresh: 0.3\n    box_thresh: 0.5\n    thresh: 0.4\n")
    assert "line 5 repeats the key 'thresh' of line 3" in failure(file)
    file = write("ppocr_server:\n  auth:\n    tokens:\n      alice: s3cret\n      alice: s3cret-2\n")
    assert "line 5 repeats the key 'alice' of line 4" in failure(file)
    assert "s3cret" not in failure(file)


def test_a_key_may_override_a_merged_one(write) -> None:
    text = "base: &base {port: 1, host: '::1'}\nppocr_server: {server: {<<: *base, port: 2}}\n"
    server = load(write(text)).settings.server
    assert (server.host, server.port) == ("::1", 2)


@pytest.mark.parametrize("text", ["{a: s3cret, a: s3cret-2}", '{"a": "s3cret", "a": "s3cret-2"}'])
def test_a_value_outside_the_file_that_repeats_a_key_is_refused(text: str) -> None:
    expected = "line 1 repeats the key 'a' of line 1; keep one of them."
    assert failure(None, {"PPOCR_SERVER__AUTH__TOKENS": text}) == f"PPOCR_SERVER__AUTH__TOKENS: {expected}"
    assert failure(None, {}, [f"auth.tokens={text}"]) == f"--set auth.tokens: {expected}"


@pytest.mark.parametrize("text", ["{alice: !s3cret x}", "{alice: *s3cret}", "{alice: [s3cret", "{alice: 's3cret}"])
def test_a_file_that_is_not_yaml_is_refused_without_being_quoted(write, text: str) -> None:
    file = write(f"ppocr_server:\n  auth:\n    tokens: {text}\n")
    assert failure(file).startswith(f"{file}: is not valid YAML near line ")
    assert "s3cret" not in failure(file)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in failure(tmp_path / "none.yaml")


def test_a_file_that_never_ends_is_refused_by_its_kind(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, kind in ((tmp_path / "fifo", "a FIFO"), (Path("/dev/zero"), "a device"), (tmp_path, "a directory")):
        assert failure(path) == f"{path}: cannot be read: It is {kind}, and not a regular file."
        assert f"It is {kind}" in failure(overrides=[f"auth.tokens_file={path}"])


def test_a_file_without_a_pipeline_runs_the_packaged_one(write) -> None:
    configuration = load(write("Serving: {visualize: false}\nppocr_server: {server: {port: 1}}"))
    assert configuration.pipeline == load().pipeline
    assert not configuration.serving.visualize


def test_paths_are_found_beside_the_file_that_names_them(
    write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write("ppocr_server: {auth: {tokens_file: tokens}}")
    (tmp_path / "tokens").write_text("me: secret\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert load(file).settings.auth.tokens["me"].get_secret_value() == "secret"
    (elsewhere / "tokens").write_text("me: nearer\n", encoding="utf-8")
    assert load(file).settings.auth.tokens["me"].get_secret_value() == "nearer"


@pytest.mark.parametrize("megabytes", ["1", "511"])
def test_a_decode_process_needs_memory_for_its_libraries(megabytes: str) -> None:
    with pytest.raises(ConfigurationError, match="512"):
        load(None, None, f"decode.memory_megabytes={megabytes}")


PADDLEX = """
pipeline_name: OCR
text_type: general
use_doc_preprocessor: True
use_textline_orientation: True
{top}
SubPipelines:
  DocPreprocessor:
    pipeline_name: doc_preprocessor
    use_doc_orientation_classify: True
    use_doc_unwarping: False
    SubModules:
      DocOrientationClassify:
        module_name: doc_text_orientation
        model_name: PP-LCNet_x1_0_doc_ori
        model_dir: models
SubModules:
  TextDetection:
    module_name: text_detection
    model_name: PP-OCRv5_mobile_det
    model_dir: models
    limit_side_len: 64
    limit_type: min
    max_side_limit: 4000
    thresh: 0.3
    box_thresh: 0.6
    unclip_ratio: 1.5
  TextLineOrientation:
    module_name: textline_orientation
    model_name: PP-LCNet_x1_0_textline_ori
    model_dir: models
    batch_size: 6
  TextRecognition:
    module_name: text_recognition
    model_name: PP-OCRv5_mobile_rec
    model_dir: models
    batch_size: 6
    score_thresh: 0.0
Serving:
  visualize: True
"""


@pytest.fixture
def paddlex(write, tmp_path: Path):
    (tmp_path / "models").mkdir()
    return lambda top, own="": write(PADDLEX.format(top=top) + own)


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "paddle"])
def test_the_engine_of_a_paddlex_file_is_ours(paddlex, engine: str) -> None:
    configuration = load(paddlex(f"engine: {engine}", "ppocr_server: {engine: {threads: 3}}"))
    assert configuration.notes == ()
    assert (configuration.settings.engine.name, configuration.settings.engine.threads) == (engine, 3)
    assert configuration.pipeline.engine == engine


def test_our_own_engine_wins_and_the_other_is_noted(paddlex) -> None:
    configuration = load(paddlex("engine: openvino", "ppocr_server: {engine: {name: onnxruntime}}"))
    assert configuration.settings.engine.name == "onnxruntime"
    assert configuration.notes == ("Keys without effect here: engine.",)
    assert load(configuration.source, {"PPOCR_SERVER__ENGINE__NAME": "paddle"}).settings.engine.name == "paddle"


def test_what_means_nothing_here_is_noted(paddlex) -> None:
    top = "engine: paddle_dynamic\ndevice: gpu:0\nengine_config: {cpu_threads: 8}\nhpi_config: {}\nserver: x"
    configuration = load(paddlex(top))
    assert configuration.notes == ("Keys without effect here: engine, device, engine_config, hpi_config, server.",)
    assert configuration.settings.engine == Settings().engine


@pytest.mark.parametrize("engine", ["torch", "[onnxruntime]", "null"])
def test_an_engine_that_paddlex_does_not_have_is_not_taken(paddlex, engine: str) -> None:
    configuration = load(paddlex(f"engine: {engine}"))
    assert configuration.notes == ("Keys without effect here: engine.",)
    assert configuration.settings.engine == Settings().engine


def test_the_engine_of_a_file_without_a_pipeline_counts_over_the_packaged_one(write) -> None:
    assert load(write("engine: openvino")).settings.engine.name == "openvino"


def test_our_engine_section_at_the_top_is_still_misplaced(paddlex) -> None:
    assert "belongs under 'ppocr_server:'" in failure(paddlex("engine: {name: openvino}"))


def test_a_path_deep_in_the_settings_is_found_beside_the_file(write, tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    file = write("ppocr_server: {contracts: {file_task: {data_directory: tasks}}}")
    assert load(file).settings.contracts.file_task.data_directory == file.parent / "tasks"
