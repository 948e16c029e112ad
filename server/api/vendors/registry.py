"""Which contracts this server speaks, by its configuration."""

from collections.abc import Callable

from server.api.vendors.contract import Contract
from server.contract_settings import ContractSection
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
    builders: tuple[tuple[ContractSection, Builder], ...] = ()  # (settings.baidu, build_baidu), ...
    return tuple(build(runtime) for section, build in builders if section.enabled)
