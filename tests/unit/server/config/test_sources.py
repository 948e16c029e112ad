"""Each value of a configuration is told with its source."""

from pathlib import Path

import pytest

from server.config.effective import effective_yaml
from server.config.load import load_configuration
from server.config.sources import Sources

WRITTEN = """
SubModules: {TextDetection: {thresh: 0.4}}
engine: onnxruntime
Serving: {extra: {max_output_img_size: [500, 600]}}
ppocr_server:
  limits: {max_pages: 7, max_connections: 9}
  storage: {url_expires_in: 60}
  auth: {tokens: {written: s3cret-1}, tokens_file: %s/tokens}
  contracts: {baidu: {keys: {app: s3cret-2}}}
"""
ENVIRON = {"PPOCR_SERVER__LIMITS__MAX_CONNECTIONS": "10", "PPOCR_SERVER_TOKENS": "fixed=s3cret-3"}
OVERRIDES = ("server.port=1", 'contracts.capsolver.keys={"cap": "s3cret-4"}')


@pytest.fixture
def shown(tmp_path: Path) -> str:
    (tmp_path / "tokens").write_text("more: s3cret-5\n")
    file = tmp_path / "my.yaml"
    file.write_text(WRITTEN % tmp_path)
    return effective_yaml(load_configuration(file, ENVIRON, OVERRIDES), Sources(file, ENVIRON, OVERRIDES))


@pytest.mark.parametrize(
    "line",
    [
        "    thresh: 0.4  # file",
        "    box_thresh: 0.6  # default",
        "    max_output_img_size:  # file",
        "    url_expires_in: 60  # file",
        "    port: 1  # command line: --set server.port",
        "    host: 127.0.0.1  # default",
        "    max_pages: 7  # file",
        "    max_connections: 10  # environment: PPOCR_SERVER__LIMITS__MAX_CONNECTIONS",
        "    name: onnxruntime  # file",
        "      written: '**********'  # file, unless auth.tokens_file has it",
        "      more: '**********'  # auth.tokens_file",
        "      fixed: '**********'  # environment: PPOCR_SERVER_TOKENS",
        "        app: '**********'  # file",
        "        cap: '**********'  # command line: --set contracts.capsolver.keys",
        "        more: '**********'  # auth.tokens",
    ],
)
def test_a_value_is_told_with_its_source(shown: str, line: str) -> None:
    assert line in shown.splitlines()


def test_every_line_with_a_value_has_a_source_and_no_secret_is_shown(shown: str) -> None:
    values = [line for line in shown.splitlines() if not line.endswith(":") and not line.lstrip().startswith("- ")]
    assert [line for line in values if "#" not in line] == []
    assert "s3cret" not in shown


def test_what_is_shown_is_a_configuration_with_the_same_effect(tmp_path: Path) -> None:
    before = load_configuration(None, {}, ["server.public_url=https://a.example", "server.port=5"])
    file = tmp_path / "again.yaml"
    file.write_text(effective_yaml(before, Sources(None, {}, ["server.port=5"])))
    after = load_configuration(file, {})
    assert (after.settings, after.pipeline, after.serving) == (before.settings, before.pipeline, before.serving)


def test_the_file_is_named_and_who_named_it(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.touch()
    assert Sources(None, {}).head == "no file was given"
    assert Sources(file, {}).head == f"the file is {file}"
    assert Sources(None, {"PPOCR_SERVER_CONFIG": str(file)}).head == f"the file is {file}, from PPOCR_SERVER_CONFIG"
