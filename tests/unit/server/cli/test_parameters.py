"""Options that several commands share."""

import click

from models.modules import OPTIONAL_MODULES
from server.cli.parameters import recognition_options


def test_every_module_that_a_request_may_switch_has_an_option() -> None:
    command = click.command()(recognition_options(lambda **_: None))
    flags = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for module in OPTIONAL_MODULES:
        name = module.switch.replace("_", "-")
        assert ({f"--{name}", f"--no-{name}"} <= flags) == module.can_be_requested
