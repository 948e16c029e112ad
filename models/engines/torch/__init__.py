"""PyTorch on NVIDIA GPUs, and on the CPU for tests. ONNX files become torch modules in float32 or float16.

`models.engines.torch.session` opens a model. It takes uint8 batches and gives maps and indices, all on the device.
"""
