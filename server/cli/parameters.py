"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])

_SWITCHES = {
    "use-doc-orientation-classify": "Turn the page upright.",
    "use-doc-unwarping": "Unwarp a curved or photographed page.",
    "use-textline-orientation": "Turn upside-down lines.",
    "return-word-box": "Boxes of single words and characters.",
}
_NUMBERS = {
    "text-det-thresh": "A pixel above this probability is text.",
    "text-det-box-thresh": "A box is kept if its mean probability is at least this.",
    "text-det-unclip-ratio": "Ratio by which boxes are enlarged.",
    "text-rec-score-thresh": "Lines with a lower score are left out.",
}


def configuration_options(command: F) -> F:
    """Add ``--config`` and ``--set``."""
    chosen = click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Configuration file: PaddleX's pipeline YAML, our section 'ppocr_server', or both.",
    )
    changed = click.option(
        "--set", "settings", multiple=True, metavar="SECTION.KEY=VALUE", help="Change one setting; may be repeated."
    )
    return chosen(changed(command))


def recognition_options(command: F) -> F:
    """Add the options that a request to the server has too. An option that is not given takes the configured value."""
    for name, text in reversed(_NUMBERS.items()):
        command = click.option(f"--{name}", type=float, help=text)(command)
    limits = click.option("--text-det-limit-type", type=click.Choice(["min", "max"]), help="What the limit applies to.")
    command = limits(command)
    command = click.option("--text-det-limit-side-len", type=int, help="Side limit for detection, in pixels.")(command)
    for name, text in reversed(_SWITCHES.items()):
        command = click.option(f"--{name}/--no-{name}", default=None, help=text)(command)
    return command
