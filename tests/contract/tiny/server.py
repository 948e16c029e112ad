"""``ppocr-server`` with one contract more, which exists only in the tests.

The servers of the shared suites are started by this program. It does what a new contract takes and no more: a section
of the settings and an entry in the registry.
"""

from importlib import import_module

NAME = "tiny"


def install() -> None:
    """Add the contract to this process. No module that reads the settings' schema may be imported yet."""
    import_module("server.config.contract_settings").ContractSettings = settings_with_tiny()
    contract = import_module("tests.contract.tiny.contract")
    import_module("server.contracts.registry").CONTRACTS[NAME] = contract.build_tiny


def settings_with_tiny() -> type:
    """The schema of all contracts' settings with one section more."""
    schema = import_module("server.config.contract_settings")

    class WithTiny(schema.ContractSettings):  # type: ignore[misc, name-defined]
        tiny: schema.ContractSection = schema.ContractSection()

    return WithTiny


def main() -> None:
    """Run the command line."""
    install()
    import_module("server.cli").main()
