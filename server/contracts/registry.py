"""Which contracts this server speaks, by its configuration."""

from collections.abc import Callable

from server.config.contract_settings import ContractSection
from server.contracts.baidu.contract import build_baidu
from server.contracts.base import Contract
from server.contracts.capsolver.contract import build_capsolver
from server.contracts.complexdocr.contract import build_complexdocr
from server.contracts.file_task.contract import build_file_task
from server.runtime import Runtime

Builder = Callable[[Runtime], Contract]


def build_contracts(runtime: Runtime) -> tuple[Contract, ...]:
    """Build every contract that is switched on.

    Args:
        runtime: the running server's parts; not started yet.

    Raises:
        ValueError, OSError: a contract's storage cannot be used as configured.
    """
    settings = runtime.configuration.settings.contracts
    builders: tuple[tuple[ContractSection, Builder], ...] = (
        (settings.baidu, build_baidu),
        (settings.file_task, build_file_task),
        (settings.complexdocr, build_complexdocr),
        (settings.capsolver, build_capsolver),
    )
    return tuple(build(runtime) for section, build in builders if section.enabled)
