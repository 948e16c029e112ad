"""The torch functions of the ONNX operators. Each kind of operator has one module."""
