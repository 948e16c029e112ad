"""A contract that is half entered is found here, not by its clients."""

import re
from pathlib import Path

import pytest

import server
from server.config.contract_settings import ContractSettings
from server.contracts.registry import CONTRACTS, OWN, build_contracts, owner_of
from server.http.auth import PUBLIC
from tests.unit.server.apps import application

PACKAGE = Path(server.__file__).parent / "contracts"
SIX = ("contract", "request", "response", "service", "errors", "openapi")


def test_every_contract_but_our_own_has_a_section_of_settings() -> None:
    assert set(CONTRACTS) == {OWN, *ContractSettings.model_fields}


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_contract_has_the_same_six_files(name: str) -> None:
    assert [file for file in SIX if not (PACKAGE / name / f"{file}.py").is_file()] == []


def test_each_answers_at_its_own_paths_and_ours_everywhere_else() -> None:
    contracts = application().state.contracts
    assert [contract.name for contract in contracts] == list(CONTRACTS)
    for contract in contracts:
        for route in contract.routes:
            assert {owner_of(path, contracts).name for path in route.paths} == {contract.name}
    assert owner_of("/nowhere", contracts).name == OWN


def test_every_route_is_described() -> None:
    for contract in application().state.contracts:
        paths = {re.sub(r":\w+\}", "}", path) for route in contract.routes for path in route.paths}
        assert paths == set(contract.openapi)


def test_switched_off_it_is_not_built() -> None:
    runtime = application(contracts={"baidu": {"enabled": False}}).state.runtime
    assert "baidu" not in {contract.name for contract in build_contracts(runtime)}


def test_no_route_but_our_own_is_left_to_the_servers_tokens() -> None:
    contracts = application().state.contracts
    own = {contract.name for contract in contracts for route in contract.routes if not route.opt[PUBLIC]}
    assert own == {OWN}
