"""The vendor's own SDK, unmodified but for its address. Section 8 of the contract."""

from collections.abc import Iterator

import capsolver
import pytest

from tests.contract.capsolver.calls import BLANK, CODE, CREATE_TASK, GET_BALANCE, GET_TASK_RESULT, KEY, OK, TEXT, create
from tests.contract.conftest import Server


@pytest.fixture
def sdk(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(capsolver, "api_base", server.url)
    monkeypatch.setattr(capsolver, "api_key", KEY)
    return


@CREATE_TASK
def test_the_sdk_solves(sdk):
    solution = capsolver.solve({"type": "ImageToTextTask", "module": "common", "body": CODE})
    assert solution == {"text": TEXT}


@GET_BALANCE
def test_the_sdk_reads_the_balance(sdk):
    content = capsolver.balance()
    assert content == {**OK, "balance": 1_000_000, "packages": []}
    assert content["balance"] > 0


@CREATE_TASK
def test_the_sdk_raises_what_it_promises(sdk, monkeypatch):
    with pytest.raises(capsolver.InvalidRequestError):
        capsolver.solve({"type": "ImageToTextTask", "body": BLANK})
    monkeypatch.setattr(capsolver, "api_key", None)
    with pytest.raises(capsolver.AuthenticationError, match="Wrong account key"):
        capsolver.solve({"type": "ImageToTextTask", "body": CODE})
    assert isinstance(capsolver.balance(), capsolver.AuthenticationError)


@GET_TASK_RESULT
def test_the_sdk_fetches_a_result_again(sdk, server):
    task_id = create(server).json()["taskId"]
    answer = capsolver.Capsolver.getTask(taskId=task_id)
    assert (answer["status"], answer["solution"]) == ("ready", {"text": TEXT})
