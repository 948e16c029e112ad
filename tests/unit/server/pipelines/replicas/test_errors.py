"""Errors on their way from a replica to the server."""

from models.errors import EngineFailure, LanguageNotInstalled
from server.pipelines.replicas.errors import described, restored


def test_an_error_arrives_as_itself_and_a_strangers_words_do_not() -> None:
    there = restored(*described(LanguageNotInstalled("Run: pull it")))
    assert type(there) is LanguageNotInstalled
    assert str(there) == "Run: pull it"
    strange = restored(*described(ValueError("the patient's name is ...")))
    assert type(strange) is EngineFailure
    assert "patient" not in str(strange)
