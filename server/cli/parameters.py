"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])

_SWITCHES = {
    "use-doc-orientation-classify": "Turn the page upright.",
    "use-doc-unwarping": "Unwarp a photographed page.",
    "use-textline-orientation": "Turn upside-down lines.",
    "return-word-box": "Boxes of single words and characters.",
}
_NUMBERS = {
    "text-det-thresh": "A pixel is text from this probability on.",
    "text-det-box-thresh": "A box is kept from this mean probability on.",
    "text-det-unclip-ratio": "How far boxes grow.",
    "text-rec-score-thresh": "Lines below this score are left out.",
}


def configured(command: F) -> F:
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
    """Add what a request to the server can ask for. An option that is not given takes the configured value."""
    for name, text in reversed(_NUMBERS.items()):
        command = click.option(f"--{name}", type=float, help=text)(command)
    limits = click.option("--text-det-limit-type", type=click.Choice(["min", "max"]), help="What the limit applies to.")
    command = limits(command)
    command = click.option("--text-det-limit-side-len", type=int, help="Side limit for detection, in pixels.")(command)
    for name, text in reversed(_SWITCHES.items()):
        command = click.option(f"--{name}/--no-{name}", default=None, help=text)(command)
    return command
