"""PaddleX's section ``Serving``, read by PaddleX's rules."""

from pathlib import Path

import pytest

from server.config.base import ConfigurationError
from server.config.serving_settings import NEVER_EXPIRES, FileSystemStorage, MemoryStorage, ServingSettings
from tests.unit.server.config.paddlex_files import SMALLEST


@pytest.mark.parametrize(
    ("serving", "expected"),
    [
        ("{}", ServingSettings()),
        ("{visualize: false}", ServingSettings(visualize=False)),
        ("{return_urls: true}", ServingSettings(return_urls=True, file_storage=MemoryStorage())),
        ("{extra: {return_img_urls: true}}", ServingSettings(return_urls=True, file_storage=MemoryStorage())),
        ("{return_urls: false, extra: {return_img_urls: true}}", ServingSettings()),
        ("{return_urls: null, extra: {file_storage: {type: memory}}}", ServingSettings(file_storage=MemoryStorage())),
        (
            "{return_urls: true, extra: {file_storage: {type: file_system, directory: pictures}}}",
            ServingSettings(return_urls=True, file_storage=FileSystemStorage(Path("pictures"))),
        ),
        ("{extra: {url_expires_in: -1}}", ServingSettings(url_expires_in=NEVER_EXPIRES)),
        ("{extra: {url_expires_in: 60}}", ServingSettings(url_expires_in=60)),
        (
            "{extra: {max_num_input_imgs: null, max_output_img_size: null}}",
            ServingSettings(max_num_input_imgs=None, max_output_img_size=None),
        ),
        ("{extra: {max_output_img_size: [640, 480]}}", ServingSettings(max_output_img_size=(640, 480))),
    ],
)
def test_serving(load, serving: str, expected: ServingSettings) -> None:
    assert load(f"{SMALLEST}Serving: {serving}\n").serving == expected


def test_the_old_name_for_links_is_noted(load) -> None:
    (note,) = load(f"{SMALLEST}Serving: {{extra: {{return_img_urls: true}}}}\n").notes
    assert "deprecated" in note


def test_links_never_expire_only_where_paddlex_own_key_says_so(load) -> None:
    assert load(SMALLEST, "storage.url_expires_in=60").serving.url_expires_in == 60
    with pytest.raises(ConfigurationError, match=r"storage\.url_expires_in: must be a whole number from 1 to"):
        load(SMALLEST, "storage.url_expires_in=-1")


@pytest.mark.parametrize(
    ("serving", "message"),
    [
        ("{visualize: null}", "Serving.visualize: must be true or false; it is null."),
        ("{extra: {file_storage: {}}}", "Serving.extra.file_storage.type: is missing; it must be text."),
        ("{extra: {file_storage: {type: s3}}}", "Serving.extra.file_storage.type: unknown type 's3'"),
        ("{extra: {file_storage: {type: bos, ak: x, sk: x}}}", "this server sends nothing out"),
        ("{extra: {file_storage: {type: file_system}}}", "Serving.extra.file_storage.directory: is missing"),
        (
            "{extra: {url_expires_in: 0}}",
            "Serving.extra.url_expires_in: must be a whole number from 1 to 316224000 or -1 or null; it is too small.",
        ),
        ("{extra: {max_num_input_imgs: 0}}", "Serving.extra.max_num_input_imgs: "),
        (
            "{extra: {max_output_img_size: [2000]}}",
            "each a whole number from 1 to 100000 or null; its item 2 is missing.",
        ),
    ],
)
def test_serving_mistakes(load, serving: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"{SMALLEST}Serving: {serving}\n")
    assert message in str(caught.value)
