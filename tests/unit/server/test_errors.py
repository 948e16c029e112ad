import pytest

from models.errors import InvalidOption, LanguageNotInstalled, ModuleNotLoaded, OcrError
from server.errors import InvalidModelSettings, InvalidRequest, LanguageUnavailable, RequestError, from_pipeline


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LanguageNotInstalled("no such recogniser"), LanguageUnavailable),
        (ModuleNotLoaded("no such stage"), InvalidModelSettings),
        (InvalidOption("language", "no single recogniser"), InvalidRequest),
        (OcrError("anything else"), RequestError),
    ],
)
def test_what_the_pipeline_refuses_has_an_error_of_its_own(error: OcrError, kind: type[RequestError]) -> None:
    assert type(from_pipeline(error)) is kind


def test_a_missing_language_says_why_in_the_contracts_words() -> None:
    error = from_pipeline(LanguageNotInstalled("Install it with: ppocr-server models pull NAME"))
    assert error.status == 422
    assert error.message == f"{InvalidModelSettings.default_message} Install it with: ppocr-server models pull NAME"
