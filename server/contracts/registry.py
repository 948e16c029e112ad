"""The list of contracts. It says which are switched on, and which one a request belongs to."""

from collections.abc import Callable, Sequence

from server.config.contract_settings import ContractSection
from server.contracts.baidu.contract import build_baidu
from server.contracts.base import Contract
from server.contracts.capsolver.contract import build_capsolver
from server.contracts.complexdocr.contract import build_complexdocr
from server.contracts.file_task.contract import build_file_task
from server.contracts.jobs.contract import build_jobs
from server.contracts.layout_parsing.contract import build_layout_parsing
from server.contracts.mistral.contract import build_mistral
from server.contracts.paddleocr_jobs.contract import build_paddleocr_jobs
from server.contracts.paddlex.contract import build_paddlex
from server.runtime import Runtime

Builder = Callable[[Runtime], Contract]

OWN = "paddlex"
"""The product's own contract. It is always on, and answers errors on every path that no other contract owns."""

CONTRACTS: dict[str, Builder] = {
    OWN: build_paddlex,
    "baidu": build_baidu,
    "file_task": build_file_task,
    "jobs": build_jobs,
    "paddleocr_jobs": build_paddleocr_jobs,
    "layout_parsing": build_layout_parsing,
    "mistral": build_mistral,
    "complexdocr": build_complexdocr,
    "capsolver": build_capsolver,
}
"""Builder by name. Each name but `OWN` is also that of a section under ``ppocr_server.contracts``."""


def build_contracts(runtime: Runtime) -> tuple[Contract, ...]:
    """Build every contract that is switched on, our own first.

    Args:
        runtime: the server's parts; not started yet.

    Raises:
        ValueError, OSError: a contract's storage cannot be used as configured.
    """
    sections = dict(runtime.configuration.settings.contracts)
    return tuple(build(runtime) for name, build in CONTRACTS.items() if name == OWN or _enabled(sections[name]))


def owner_of(path: str, contracts: Sequence[Contract]) -> Contract:
    """The contract that answers errors on a path.

    Args:
        path: of a request.
        contracts: from `build_contracts`.
    """
    return next((contract for contract in contracts if contract.owns(path)), contracts[0])


def name_of_owner(path: str, contracts: Sequence[Contract]) -> str:
    """The name of the contract that a path belongs to; empty if it belongs to none.

    Args:
        path: of a request.
        contracts: from `build_contracts`.
    """
    return next((contract.name for contract in contracts if contract.owns(path)), "")


def _enabled(section: ContractSection) -> bool:
    return section.enabled
