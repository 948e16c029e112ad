"""Opens ONNX Runtime sessions on an NVIDIA GPU: on the CUDA provider, or on TensorRT if that is switched on.

ONNX Runtime takes the CPU instead, with only a line on standard error, if the wheel has no CUDA provider, if one of
CUDA's libraries is missing, or if the provider does not start. Here each of these is an error that names the reason.
"""

import ctypes
import io
from contextlib import redirect_stdout, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

import onnxruntime as ort

from models.engines.artefacts import artefact_directory, compiling
from models.engines.base import EngineOptions, refuse_precision
from models.engines.onnx_providers import CUDA, TENSORRT, cuda_options, tensorrt_options
from models.errors import EngineFailure, EngineUnavailable
from models.machine import Gpu, find_gpu

Provider = tuple[str, dict[str, str]]
"""A provider and its options."""

_LIBRARIES = {CUDA: "libonnxruntime_providers_cuda.so", TENSORRT: "libonnxruntime_providers_tensorrt.so"}
_SHARED_LIBRARY = "libonnxruntime_providers_shared.so"

_INSTALL = (
    "Install onnxruntime-gpu in place of onnxruntime: pip uninstall -y onnxruntime onnxruntime-gpu; "
    "pip install 'onnxruntime-gpu[cuda,cudnn]'"
)


def open_gpu_session(
    model: Path, options: EngineOptions, settings: ort.SessionOptions
) -> tuple[ort.InferenceSession, Gpu, str]:
    """Open an ONNX file on the GPU that the options name.

    Args:
        model: the file.
        options: device, precision, TensorRT, and the directory of its engines.
        settings: of the session. They are changed if the precision needs it.

    Returns:
        The session, the card, and the precision in words.

    Raises:
        EngineUnavailable: the wheel, a library, the driver or the card cannot do what the options want.
        EngineFailure: the file is not a model that ONNX Runtime can load.
    """
    refuse_precision("onnxruntime", options, "f32", "fp16")
    wanted = TENSORRT if options.tensorrt and options.batch_shapes else CUDA
    _refuse_missing_provider(wanted, options.device)
    gpu = find_gpu(options.device)
    unloaded = _preload(wanted)
    half = options.precision != "f32"
    # TensorRT takes a model in float32, and chooses itself what it computes in float16.
    convert = half and wanted == CUDA
    content = _changed(model, half=convert, best_class=options.best_class) if convert or options.best_class else model
    if convert:
        # With all optimisations on, ONNX Runtime 1.26 decodes a recogniser wrongly in float16.
        settings.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    try:
        kept = _kept(model, gpu, options)
        with compiling(kept):
            providers = _providers(model, gpu, options, kept)
            session = ort.InferenceSession(content, settings, providers=providers, enable_fallback=0)
    except Exception as error:
        reason = _why_not_loaded(wanted)
        if reason:
            raise EngineUnavailable(f"Device '{options.device}': {wanted} does not load: {reason}.") from error
        raise EngineFailure(f"ONNX Runtime cannot open {model} on '{options.device}': {error}") from error
    verify_provider(session, wanted, options.device, unloaded)
    return session, gpu, "fp16" if half else "f32"


def _refuse_missing_provider(wanted: str, device: str) -> None:
    if wanted not in ort.get_available_providers():
        raise EngineUnavailable(
            f"Device '{device}' needs ONNX Runtime's {wanted}, and the onnxruntime {ort.__version__} that is installed "
            f"was built without it. {_INSTALL}"
        )


def _preload(wanted: str) -> str:
    """Load CUDA's libraries from NVIDIA's Python packages. Returns the loader's messages about libraries not found."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        ort.preload_dlls()
    if wanted == TENSORRT:
        # Importing the package loads its libraries. Without the package they may still be in the system's path.
        with suppress(ImportError):
            import_module("tensorrt")
    return " ".join(printed.getvalue().split())


def _changed(model: Path, *, half: bool, best_class: bool) -> bytes:
    content: bytes = _graph_tools().changed_model(model, half=half, best_class=best_class)
    return content


def _graph_tools() -> ModuleType:
    try:
        return import_module("models.engines.onnx_graph")
    except ImportError as error:
        raise EngineUnavailable(
            f"ONNX Runtime on a GPU needs a package that is not installed: {error}. Install it with: pip install onnx"
        ) from error


def _kept(model: Path, gpu: Gpu, options: EngineOptions) -> Path | None:
    """The directory of a model's TensorRT engines; None without TensorRT, or if nothing can be kept."""
    if not (options.tensorrt and options.batch_shapes):
        return None
    changes = (options.precision, str(options.best_class), str(options.batch_shapes))
    return artefact_directory(options.artefacts, model, gpu, "tensorrt", ort.__version__, *changes)


def _providers(model: Path, gpu: Gpu, options: EngineOptions, kept: Path | None) -> list[Provider]:
    cuda = (CUDA, cuda_options(gpu, options))
    if not (options.tensorrt and options.batch_shapes):
        return [cuda]
    name: str = _graph_tools().input_name(model)
    return [(TENSORRT, tensorrt_options(gpu, options, name, kept)), cuda]


def verify_provider(session: ort.InferenceSession, wanted: str, device: str, unloaded: str = "") -> None:
    """Check that a session has the provider that was requested.

    Raises:
        EngineUnavailable: it has another one. The message has the reason, if it can be found.
    """
    obtained = session.get_providers()
    if obtained[0] == wanted:
        return
    reason = _why_not_loaded(wanted) or unloaded or "ONNX Runtime gives no reason"
    raise EngineUnavailable(
        f"Device '{device}' was asked for and ONNX Runtime opened the model on {obtained[0]} instead of {wanted}: "
        f"{reason}."
    )


def _why_not_loaded(provider: str) -> str:
    """The dynamic linker's error about a provider's library; empty if the library loads."""
    folder = Path(ort.__file__).parent / "capi"
    try:
        ctypes.CDLL(str(folder / _SHARED_LIBRARY), ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(folder / _LIBRARIES[provider]))
    except OSError as error:
        return str(error)
    return ""
