"""TensorRT in Paddle 3: compiles a graph into a new one, which is opened in its place and kept for the next start.

This is for models with known batch shapes. The others run on Paddle's own kernels. The converter is described at
https://www.paddlepaddle.org.cn/documentation/docs/en/guides/paddle_v3_features/paddle_trt_en.html.
"""

import atexit
import shutil
import tempfile
from importlib import import_module
from pathlib import Path

import paddle
from paddle import inference

from models.engines.artefacts import artefact_directory, compiling
from models.engines.base import EngineOptions
from models.engines.tensorrt import profile
from models.errors import EngineFailure, EngineUnavailable
from models.machine import Gpu

_GRAPH_SUFFIX, _PARAMETERS_SUFFIX = ".json", ".pdiparams"
_NAME = "compiled"
_FINISHED = "finished"
"""A file with the name of the folder of a finished conversion."""

_CONVERTERS_DEVICE = "gpu:0"


def refuse_without_tensorrt(graph: Path, device: str) -> None:
    """Refuse a graph or a device for which this build of Paddle cannot compile.

    Raises:
        EngineUnavailable: Paddle has no TensorRT, the graph is of Paddle 2, or the card is not the first one.
    """
    if inference.get_trt_compile_version() == (0, 0, 0):
        raise EngineUnavailable(
            f"engine.tensorrt: the Paddle {paddle.__version__} that is installed was built without TensorRT."
        )
    if graph.suffix != _GRAPH_SUFFIX:
        raise EngineUnavailable(
            f"engine.tensorrt: {graph} is a graph of Paddle 2; only inference.json can be compiled. Fetch the model "
            "again in Paddle 3's form, or set engine.tensorrt to false."
        )
    if device != _CONVERTERS_DEVICE:
        raise EngineUnavailable(
            f"engine.tensorrt: Paddle compiles on the first card alone, not on {device}. Let the process see only this "
            f"card (CUDA_VISIBLE_DEVICES) and call it {_CONVERTERS_DEVICE}."
        )


def compile_with_tensorrt(graph: Path, parameters: Path, gpu: Gpu, options: EngineOptions) -> tuple[Path, Path]:
    """Compile a graph, or find the result of an earlier start.

    Args:
        graph: ``inference.json``. Its parameters lie beside it under the same name.
        parameters: ``inference.pdiparams``.
        gpu: the card that it is compiled for.
        options: shapes, precision, and the directory that keeps the result.

    Returns:
        The graph and the parameters to open instead.

    Raises:
        EngineUnavailable: Paddle's converter needs a package that is not installed.
        EngineFailure: TensorRT cannot compile the model.
    """
    version = ".".join(str(part) for part in inference.get_trt_compile_version())
    shapes = str(options.batch_shapes)
    kept = artefact_directory(
        options.artefacts, parameters, gpu, "paddle", paddle.__version__, version, options.precision, shapes
    )
    if kept is None:
        return _files(_converted(graph, Path(tempfile.gettempdir()), options, until_exit=True))
    with compiling(kept):
        found = _finished(kept)
        if found is None:
            found = _converted(graph, kept, options)
            _finish(kept, found)
    return _files(found)


def _files(folder: Path) -> tuple[Path, Path]:
    prefix = folder / _NAME
    return prefix.with_suffix(_GRAPH_SUFFIX), prefix.with_suffix(_PARAMETERS_SUFFIX)


def _finished(kept: Path) -> Path | None:
    """The folder of a finished conversion; None if there is none. Unfinished conversions are ignored."""
    try:
        folder = kept / (kept / _FINISHED).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    return folder if all(file.is_file() for file in _files(folder)) else None


def _finish(kept: Path, folder: Path) -> None:
    """Record that a folder is complete. It is not moved: the converted graph names files there by their full path."""
    written = folder / _FINISHED
    written.write_text(folder.name, encoding="ascii")
    written.replace(kept / _FINISHED)


def _converted(graph: Path, parent: Path, options: EngineOptions, *, until_exit: bool = False) -> Path:
    """Convert into a new folder. It is removed if that fails, or at the end of the process if ``until_exit``."""
    folder = Path(tempfile.mkdtemp(prefix="ppocr-tensorrt-", dir=parent))
    if until_exit:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        _convert(graph, folder / _NAME, options)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _convert(graph: Path, prefix: Path, options: EngineOptions) -> None:
    try:
        export = import_module("paddle.tensorrt.export")
    except ImportError as error:
        raise EngineUnavailable(f"engine.tensorrt: Paddle's converter needs a package: {error}.") from error
    least, usual, greatest = profile(options.batch_shapes)
    known = export.Input(min_input_shape=least, optim_input_shape=usual, max_input_shape=greatest)
    precision = export.PrecisionMode.FP32 if options.precision == "f32" else export.PrecisionMode.FP16
    wanted = export.TensorRTConfig(inputs=[known], precision_mode=precision, save_model_dir=str(prefix))
    try:
        export.convert(str(graph.with_suffix("")), wanted)
    except Exception as error:
        raise EngineFailure(f"TensorRT cannot compile {graph}: {error}") from error
