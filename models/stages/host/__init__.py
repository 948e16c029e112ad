"""Models whose input is made by NumPy and OpenCV on the host, on any engine. One module a stage."""
