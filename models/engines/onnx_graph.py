"""Changes an ONNX model in memory for devices: float16 arithmetic, and the best class instead of all classes."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper
from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

from models.errors import EngineFailure

_BEST_CLASS = "best_class"
_AXES_ARE_INPUTS = 18
"""From this version of ONNX's operators on, reductions take their axes as an input."""


def changed_model(model: Path, *, half: bool, best_class: bool) -> bytes:
    """The content of an ONNX file after changes. Its input stays float32.

    Args:
        model: the file.
        half: whether weights and arithmetic become float16. The last softmax stays in float32: near 1, float16 has
            steps of 0.0005, which would show in every score.
        best_class: see `EngineOptions.best_class`. It becomes the last output.
    """
    loaded = onnx.load(model)
    if half:
        blocked = [*DEFAULT_OP_BLOCK_LIST, "Softmax"]
        loaded = convert_float_to_float16(loaded, keep_io_types=True, op_block_list=blocked)
    if best_class:
        _append_best_class(loaded)
    content: bytes = loaded.SerializeToString()
    return content


def input_name(model: Path) -> str:
    """The name of the first input of an ONNX file that is not a weight.

    Raises:
        EngineFailure: the file has no such input, or is not an ONNX file.
    """
    try:
        graph = onnx.load(model, load_external_data=False).graph
    except Exception as error:  # the library raises its parser's own classes
        raise EngineFailure(f"{model} cannot be read as an ONNX model.") from error
    weights = {tensor.name for tensor in graph.initializer}
    names = [value.name for value in graph.input if value.name not in weights]
    if not names:
        raise EngineFailure(f"{model} is an ONNX model without an input.")
    return str(names[0])


def _append_best_class(model: onnx.ModelProto) -> None:
    graph = model.graph
    output = graph.output[0].name
    index, number, most = (f"{_BEST_CLASS}_{part}" for part in ("index", "number", "most"))
    graph.node.extend(
        [
            helper.make_node("ArgMax", [output], [index], axis=2, keepdims=1),
            helper.make_node("Cast", [index], [number], to=TensorProto.FLOAT),
            _maximum(model, output, most),
            helper.make_node("Concat", [number, most], [_BEST_CLASS], axis=2),
        ]
    )
    graph.output.append(helper.make_tensor_value_info(_BEST_CLASS, TensorProto.FLOAT, [None, None, 2]))


def _maximum(model: onnx.ModelProto, output: str, most: str) -> onnx.NodeProto:
    version = max(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    if version < _AXES_ARE_INPUTS:
        return helper.make_node("ReduceMax", [output], [most], axes=[2], keepdims=1)
    axes = helper.make_tensor(f"{_BEST_CLASS}_axes", TensorProto.INT64, [1], [2])
    model.graph.initializer.append(axes)
    return helper.make_node("ReduceMax", [output, axes.name], [most], keepdims=1)
