"""Descriptions of models in files beside the weights: directories, inference.yml, ONNX metadata."""
