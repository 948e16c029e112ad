"""``ppocr-server models``: lists models, fetches them, and compares them with their SHA-256 sums."""

from collections.abc import Sequence
from pathlib import Path

from models.descriptions.model_directory import ModelFormat
from models.errors import OcrError
from models.languages.groups import languages_read_by
from models.store.downloads import Downloads
from models.store.manifest import SourceKind
from models.store.stored_model import StoredModel
from server.cli.failures import Failure
from server.cli.screen import say, show
from server.cli.start import load, named_models, pull_named, pulled_format
from server.pipelines.model_store import open_store

_MEGABYTE = 1_000_000


def list_models(config: Path | None, settings: Sequence[str]) -> None:
    """Print one line per model: name, state, size, task and origin. A recogniser's languages follow below it."""
    configuration = load(config, settings)
    store = open_store(configuration)
    used = named_models(configuration.pipeline)
    for model in store.entries():
        mark = "*" if model.name in used else " "
        show(f"{mark} {model.name:<40} {model.state:<14} {_size(model):>9}  {model.task:<21} {_origin(model)}")
        if languages := languages_read_by(model.name):
            show(f"    reads {', '.join(languages)}")
        if model.problem:
            show(f"    {model.problem}")
    say(f"* named by {configuration.source}. Cache: {store.directory}")


def pull_models(
    config: Path | None,
    settings: Sequence[str],
    names: Sequence[str],
    model_format: ModelFormat | None,
    source: SourceKind | None,
) -> None:
    """Fetch and verify models, in the given format or else the one that the configured engine reads.

    Raises:
        OcrError: a model is unknown or cannot be fetched.
        Failure: a kind of source is given and no names.
    """
    if source is not None and not names:
        raise Failure("--source needs the names of models: ppocr-server models pull NAME --source " + source)
    configuration = load(config, settings)
    store = open_store(configuration)
    if not names:
        pull_named(configuration, store)
        return
    with Downloads() as downloads:
        for name in names:
            wanted = model_format or pulled_format(configuration.pipeline)
            show(str(store.pull(name, say, wanted, downloads, source)))


def verify_models(config: Path | None, settings: Sequence[str], names: Sequence[str]) -> None:
    """Hash the files of models, and print where each came from and which sum each file matches. So with the font.

    Raises:
        Failure: a model is missing or does not match.
        WeightsMismatch: the font does not match.
    """
    store = open_store(load(config, settings))
    chosen = names or [model.name for model in store.entries() if model.state != "not_installed"]
    failed = 0
    for name in chosen:
        try:
            origin = store.origin(name)
        except OcrError as error:
            failed += 1
            show(f"{name}: {error}")
            continue
        show(
            f"{name}: from {origin.source or origin.path}, SHA-256 {origin.sha256}: "
            + ", ".join(
                f"{file} matches its {kind} sum" if kind != "unknown" else f"{file} has no sum to compare with"
                for file, kind in origin.trust.items()
            )
        )
    if not names and (font := store.fonts.find()) is not None:
        show(f"{font.name}: {font} matches its published sum")
    if failed:
        raise Failure(f"{failed} of {len(chosen)} models cannot be used.")
    if not chosen:
        say("No model is installed. Fetch those of the configuration with: ppocr-server models pull")


def _size(model: StoredModel) -> str:
    return f"{model.size / _MEGABYTE:.1f} MB" if model.size else ""


def _origin(model: StoredModel) -> str:
    if model.path is not None:
        return model.origin or str(model.path)
    return model.sources[0] if model.sources else ""
