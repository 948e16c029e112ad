"""Options that several commands share."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])


class _Range(click.FloatRange):
    """A range of numbers. What is no number at all is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number


SECONDS = _Range(min=0.001, max=86_400)
"""The time that something may take. No timer counts without an end."""

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


def document_options(command: F) -> F:
    """Add the options of commands that read documents: how they are read, by whom, and the forms of the results."""
    token = click.option(
        "--token", envvar="PPOCR_SERVER_TOKEN",
        help="With --url: the access token. Other users may see it in the list of processes, but not in the variable.",
    )  # fmt: skip
    url = click.option("--url", help="Read with the server at this address instead of loading models here.")
    preset = click.option(
        "--preset", help="Models to read with: paddlex, best, tiny or one of yours. Default: that of file tasks."
    )
    password = click.option(
        "--password", help="Of encrypted documents. Other users of the machine may see it in the list of processes."
    )
    pages = click.option("--max-pages", type=click.IntRange(1), help="Read only the first pages of each file.")
    form = click.option(
        "--format", "form", default="text", show_default=True, metavar="NAMES",
        help="Names with commas between them. text: the lines; markdown: with their structure; json: prunedResult of "
        "every page, one JSON object a file; picture: the page with its text; and result files, as pdf, docx, xlsx, "
        "pptx, and hocr and alto for words with their boxes. A wrong name lists all.",
    )  # fmt: skip
    own_text = click.option(
        "--pdf-text", "own_text", type=click.Choice(["auto", "never", "only"]),
        help="The text that a PDF page has of its own. auto: taken where it can be trusted. never: every page is "
        "recognised. only: nothing is recognised. Default: never with the preset paddlex, else auto.",
    )  # fmt: skip
    return configuration_options(recognition_options(form(pages(password(own_text(preset(url(token(command)))))))))
