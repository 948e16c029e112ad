"""PyTorch on NVIDIA GPUs, and on the CPU for tests: ONNX files as torch modules, in float32 or float16.

`models.engines.torch.session` opens a model: uint8 batches in, maps and indices out, all on the device.
"""
