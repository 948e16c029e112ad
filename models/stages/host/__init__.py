"""Models that make their input with NumPy and OpenCV on the host, on any engine. Each stage has one module."""
