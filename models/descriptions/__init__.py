"""What files say of a model beside its weights: directories, inference.yml, ONNX metadata."""
