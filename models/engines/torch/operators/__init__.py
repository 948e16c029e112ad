"""What each ONNX operator is in torch, one module a kind of operator."""
