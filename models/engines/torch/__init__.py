"""PyTorch on NVIDIA GPUs, and on the CPU for tests: ONNX files as torch modules, in float32 or float16.

Two ways in. `models.engines.torch.engine` is an engine as any other: normalised float32 batches in, the model's own
output out. `models.engines.torch.session` keeps pages on the device: uint8 batches in, maps and indices out.
"""
