"""The adapters of the shared suites: each contract has one that can tell what every answer means."""

import pytest

from tests.contract.adapters import TEST_ONLY, Adapter, AdapterMissing, Outcome, adapter, adapters, registered

ALWAYS = {
    Outcome.READ,
    Outcome.UNREADABLE,
    Outcome.TOO_LARGE,
    Outcome.UNAUTHORIZED,
    Outcome.RATE_LIMITED,
    Outcome.OVERLOADED,
    Outcome.FAILED,
}
ALONE = (Outcome.READ, Outcome.UNAUTHORIZED, Outcome.FAILED)
"""Nothing else may look like these."""


def test_every_contract_has_an_adapter_of_its_name():
    assert [contract.name for contract in adapters()] == [*registered(), TEST_ONLY]


@pytest.mark.parametrize("contract", adapters(), ids=lambda contract: contract.name)
def test_an_adapter_names_parsers_and_tells_outcomes_apart(contract: Adapter):
    assert contract.parsers
    assert set(contract.says) >= ALWAYS
    assert all(contract.says.values())
    for alone in ALONE:
        others = {said for outcome, ways in contract.says.items() if outcome is not alone for said in ways}
        assert not others & set(contract.says[alone]), alone


def test_a_contract_without_an_adapter_says_which_file_to_write():
    with pytest.raises(AdapterMissing, match=r"'unheard_of'\. Write tests/contract/unheard_of/adapter\.py"):
        adapter("unheard_of")
